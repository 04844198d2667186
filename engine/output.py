"""What a program prints: caught on the thread that runs it, kept short, never on the screen."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from typing import TextIO

_LINES = 1000
_WIDTH = 2000


class Output:
    """The last lines that a program printed. A line longer than 2000 characters is cut."""

    def __init__(self) -> None:
        self.total = 0
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._rest = ""

    def write(self, text: str) -> None:
        """Take printed text; only whole lines count."""
        *lines, rest = (self._rest + text).split("\n")
        self.total += len(lines)
        self._lines.extend(line[:_WIDTH] for line in lines[-_LINES:])
        self._rest = rest[:_WIDTH]

    def lines(self) -> tuple[str, ...]:
        """The kept lines, the unfinished last one among them."""
        return (*self._lines, self._rest) if self._rest else tuple(self._lines)

    def clear(self) -> None:
        """Forget what was printed."""
        self.total, self._rest = 0, ""
        self._lines.clear()


class ThreadStream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr: one thread's text goes to an output, all else through."""

    def __init__(self, thread: int, output: Output, through: TextIO) -> None:
        self._thread = thread
        self._output = output
        self._through = through

    def write(self, text: str) -> int:
        """Keep the text of the watched thread; pass any other on."""
        if threading.get_ident() != self._thread:
            return self._through.write(text)
        self._output.write(str(text))
        return len(text)

    def flush(self) -> None:
        """Pass on; what is kept needs no flushing."""
        if threading.get_ident() != self._thread:
            self._through.flush()

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never for the watched thread: programs then print without colours."""
        return threading.get_ident() != self._thread and self._through.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream behind."""
        return self._through.fileno()


class capture_thread:
    """While it is entered, what the entering thread prints goes to `output`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def __enter__(self) -> None:
        thread = threading.get_ident()
        self._before = (sys.stdout, sys.stderr)
        self._during = tuple(ThreadStream(thread, self.output, s) for s in self._before)
        sys.stdout, sys.stderr = self._during

    def __exit__(self, *_: object) -> None:
        if sys.stdout is self._during[0]:
            sys.stdout = self._before[0]
        if sys.stderr is self._during[1]:
            sys.stderr = self._before[1]
