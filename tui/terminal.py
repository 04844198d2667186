"""The terminal around the program: whether there is one, and how it is left behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from types import FrameType
from typing import IO, TextIO

from rich.console import Console

if sys.platform != "win32":
    import termios

_DEADLY = ("SIGTERM", "SIGHUP")

_LEAVE = (
    "\x1b[?2026l"  # end a synchronised update that was cut short
    "\x1b[?1049l"  # leave the alternate screen
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"  # mouse
    "\x1b[?2004l\x1b[?1004l\x1b[<u"  # bracketed paste, focus events, the kitty key protocol
    "\x1b[0m\x1b[?25h"  # plain text, visible cursor
)


def why_no_screen() -> str | None:
    """What keeps the screen from being drawn, as a clause, or None when nothing does."""
    streams = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            return f"standard {name} is not one"
    if os.environ.get("TERM") == "dumb":
        return "TERM=dumb says that this one cannot draw"
    return None


@contextmanager
def restored_when_killed() -> Iterator[None]:
    """While inside, SIGTERM and SIGHUP leave a usable terminal before they end the process."""
    modes = _modes()

    def restore_and_die(number: int, frame: FrameType | None) -> None:
        _restore(modes)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    numbers = [getattr(signal, name) for name in _DEADLY if hasattr(signal, name)]
    # What is ignored already (nohup) stays ignored.
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, restore_and_die)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _modes() -> list[object] | None:
    """The line discipline of standard input; None where there is none."""
    if sys.platform == "win32":
        return None
    try:
        return list(termios.tcgetattr(0))
    except termios.error:
        return None


def _restore(modes: list[object] | None) -> None:
    """Write straight to the descriptor: a stream may be half way through a write of its own."""
    with suppress(OSError):
        os.write(2, _LEAVE.encode())
    if sys.platform != "win32" and modes is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, modes)  # type: ignore[arg-type]


class PlainConsole(Console):
    """A rich console for text that others wrote: no markup, and nothing cut off in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        # A pipe has no width, and a narrow guess would wrap the columns that a script reads.
        width = None if stream.isatty() else 10_000
        super().__init__(file=stream, width=width, markup=False, highlight=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """Whoever read has had enough: go on in silence, so that the exit code stays true."""
        self.quiet = True
        _hush(self.file)


def write_line(text: str) -> None:
    """One line on standard output as it is, however long."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _hush(sys.stdout)


def _hush(stream: IO[str]) -> None:
    """Point a stream whose reader is gone at nothing, so that the last flush does not complain."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


@contextmanager
def prints_on_stderr() -> Iterator[None]:
    """While inside, what goes to standard output, from C and children too, goes to stderr."""
    stream, sys.stdout = sys.stdout, sys.stderr
    try:
        with _descriptor_on_stderr(stream):
            yield
    finally:
        sys.stdout = stream


@contextmanager
def _descriptor_on_stderr(stream: TextIO) -> Iterator[None]:
    stream.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        stream.flush()
        os.dup2(kept, 1)
        os.close(kept)


def never_fail_to_encode() -> None:
    """Signs that an encoding lacks become question marks; the words beside them remain."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
