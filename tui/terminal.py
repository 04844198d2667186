"""The terminal around the program: whether there is one, and how it is left behind."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

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


def hung_up() -> bool:
    """Whether the terminal behind standard input is gone."""
    if sys.platform == "win32":
        return False
    poll = select.poll()
    poll.register(0, 0)  # hanging up is told without being asked for
    return any(events & select.POLLHUP for _, events in poll.poll(0))


@contextmanager
def restored_when_killed() -> Iterator[None]:
    """While inside, SIGTERM, SIGHUP and crashes leave a usable terminal."""
    modes, terminal = _modes(), os.dup(2)

    def restore_and_die(number: int, frame: FrameType | None) -> None:
        _restore(terminal, modes)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    numbers = [getattr(signal, name) for name in _DEADLY if hasattr(signal, name)]
    # What is ignored already (nohup) stays ignored.
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, restore_and_die)
    lifeline = _guarded(terminal, modes)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
        if lifeline is not None:
            with suppress(OSError):  # somebody killed it
                os.write(lifeline, b"left in order")
            os.close(lifeline)
        os.close(terminal)


def _guarded(terminal: int, modes: list[object] | None) -> int | None:
    """Let another process restore the terminal if this one crashes where no Python code runs any more.

    It waits for the end of a pipe, whose other end is returned: a word through it says that all is well.
    """
    if sys.platform == "win32":
        return None
    end, lifeline = os.pipe()
    child = os.fork()
    if child:
        os.close(end)
        os.waitpid(child, 0)
        return lifeline
    try:
        os.setsid()  # what the terminal sends to the program does not end it
        if not os.fork():  # a grandchild: nobody who waits for children of the program's meets it
            os.close(lifeline)
            if not os.read(end, 1):
                _restore(terminal, modes)
    finally:
        os._exit(0)


def _modes() -> list[object] | None:
    """The line discipline of standard input; None where there is none."""
    if sys.platform == "win32":
        return None
    try:
        return list(termios.tcgetattr(0))
    except termios.error:
        return None


def _restore(terminal: int, modes: list[object] | None) -> None:
    """Write straight to the descriptor: a stream may be half way through a write of its own."""
    with suppress(OSError):
        os.write(terminal, _LEAVE.encode())
    if sys.platform != "win32" and modes is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, modes)  # type: ignore[arg-type]
