"""What a program prints: caught on the thread that runs it, kept short, never on the screen."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_LINES = 1000
_WIDTH = 2000


class Output:
    """The last lines that a program printed. A line longer than 2000 characters is cut.

    `pull` gives the text that came in below Python's streams since it was asked last. It is asked before
    anything is added or shown, so that all stands in the order in which it was written.
    """

    def __init__(self, pull: Callable[[], str] = str) -> None:
        self.total = 0
        self._pull = pull
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._rest = ""
        self._muted = False

    def write(self, text: str) -> None:
        """Take printed text, from any thread; only whole lines count."""
        with self._lock:
            self._catch_up()
            if not self._muted:
                self._add(text)

    def lines(self) -> tuple[str, ...]:
        """The kept lines, the unfinished last one among them."""
        with self._lock:
            self._catch_up()
            return (*self._lines, self._rest) if self._rest else tuple(self._lines)

    def clear(self) -> None:
        """Forget what was printed."""
        with self._lock:
            self._pull()
            self.total, self._rest = 0, ""
            self._lines.clear()

    def close(self) -> None:
        """Pull no more; what is written still counts."""
        with self._lock:
            self._pull = str

    @contextmanager
    def muted(self) -> Iterator[None]:
        """While inside, nothing is taken: a program that runs again said it all before.

        Its prints go elsewhere anyway; a handler of `logging`, say, has kept the stream from before.
        """
        self._mute(True)
        try:
            yield
        finally:
            self._mute(False)

    def _mute(self, muted: bool) -> None:
        with self._lock:
            self._catch_up()
            self._muted = muted

    def _catch_up(self) -> None:
        text = self._pull()
        if text and not self._muted:
            self._add(text)

    def _add(self, text: str) -> None:
        *lines, rest = (self._rest + text).split("\n")
        self.total += len(lines)
        self._lines.extend(line[:_WIDTH] for line in lines[-_LINES:])
        self._rest = rest[:_WIDTH]


class ThreadStream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr: the text of watched threads goes to an output, all else through.

    `watched` says whether the thread that asks is one.
    """

    def __init__(self, watched: Callable[[], bool], output: Output, through: TextIO) -> None:
        self._watched = watched
        self._output = output
        self._through = through

    def write(self, text: str) -> int:
        """Keep the text of a watched thread; pass any other on."""
        if not self._watched():
            return self._through.write(text)
        self._output.write(str(text))
        return len(text)

    def flush(self) -> None:
        """Pass on; what is kept needs no flushing."""
        if not self._watched():
            self._through.flush()

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never for a watched thread: programs then print without colours."""
        return not self._watched() and self._through.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream behind, which may have none; standard error for a watched thread."""
        return 2 if self._watched() else self._through.fileno()


class capture_thread:
    """While it is entered, what the entering thread prints goes to `output`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def __enter__(self) -> None:
        own = threading.get_ident()
        self._before = (sys.stdout, sys.stderr)
        self._during = tuple(
            ThreadStream(lambda: threading.get_ident() == own, self.output, stream) for stream in self._before
        )
        sys.stdout, sys.stderr = self._during

    def __exit__(self, *_: object) -> None:
        if sys.stdout is self._during[0]:
            sys.stdout = self._before[0]
        if sys.stderr is self._during[1]:
            sys.stderr = self._before[1]
