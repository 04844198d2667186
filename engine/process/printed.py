"""What a program, its children and its C code print: read from a pipe, kept short, in its order."""

from __future__ import annotations

import os
import select
import threading
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable

_LINES = 1000
_WIDTH = 2000
_CHUNK = 1 << 16
_CHUNKS = 16
"""So much is read at a time, so that what prints without end holds nobody up."""
_PAUSE = 0.1
"""Seconds in which much that is printed comes to one picture."""


class Output:
    """The last lines that were printed. A line longer than 2000 characters is cut."""

    def __init__(self) -> None:
        self._total = 0
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._rest = ""
        self._pipe: int | None = None
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def lines(self) -> tuple[tuple[str, ...], int]:
        """The kept lines, the unfinished last one among them, and how many whole ones there were.

        All that is in the pipe by now is part of them.
        """
        with self._lock:
            self._catch_up()
            lines = (*self._lines, self._rest) if self._rest else tuple(self._lines)
            return lines, self._total

    def clear(self) -> None:
        """Forget what was printed."""
        with self._lock:
            self._catch_up()
            self._total, self._rest = 0, ""
            self._lines.clear()

    def write(self, text: str) -> None:
        """Take printed text; only whole lines count."""
        with self._lock:
            self._add(text)

    def follow(self, pipe: int, show: Callable[[], None]) -> None:
        """Read a pipe to its end, on a thread of its own: who writes into it never waits. Closes it.

        `show` is called, a few times a second, while something comes.
        """
        self.leave()
        os.set_blocking(pipe, False)
        with self._lock:
            self._pipe = pipe
        threading.Thread(target=self._drain, args=(pipe, show), name="output", daemon=True).start()

    def leave(self) -> None:
        """Read no more of the pipe that is followed: what is in it is taken."""
        with self._lock:
            self._catch_up()
            self._pipe = None

    def _drain(self, pipe: int, show: Callable[[], None]) -> None:
        shown, fresh = 0.0, False
        while self._pipe == pipe:
            readable, _, _ = select.select([pipe], [], [], _PAUSE)
            if readable:
                fresh = True
                with self._lock:
                    self._catch_up(pipe)
            if fresh and time.monotonic() - shown >= _PAUSE:
                shown, fresh = time.monotonic(), False
                show()
        os.close(pipe)
        show()

    def _catch_up(self, pipe: int | None = None) -> None:
        """Take what has come in; with `pipe` only where it is still that one. To be called with the lock."""
        if self._pipe is None or pipe not in (None, self._pipe):
            return
        for _ in range(_CHUNKS):
            try:
                data = os.read(self._pipe, _CHUNK)
            except BlockingIOError:
                return
            self._add(self._decode(data))
            if not data:
                self._pipe = None
                return

    def _add(self, text: str) -> None:
        *lines, rest = (self._rest + text).split("\n")
        self._total += len(lines)
        self._lines.extend(line[:_WIDTH] for line in lines[-_LINES:])
        self._rest = rest[:_WIDTH]
