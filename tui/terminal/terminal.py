"""The terminal around the program: whether there is one, and how it is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

if sys.platform != "win32":
    import termios

_DEADLY = ("SIGTERM", "SIGHUP")
_LOOK_SECONDS = 2.0
_END_SECONDS = 5

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


def end_when_told(end: Callable[[int], object]) -> None:
    """From now on `end` is called with the exit code when a signal asks for the end, or the terminal is gone.

    What has not ended some seconds later, as it waits to draw on a terminal that takes nothing any more,
    is ended without.
    """

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
        signal.alarm(_END_SECONDS)
        with suppress(RuntimeError):  # it ends already
            end(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, told)
    threading.Thread(target=_follow_hangup, name="hangup", daemon=True).start()


def _follow_hangup() -> None:
    """A terminal that went away without a signal would be read, at its end, for ever: give the signal."""
    poll = select.poll()
    poll.register(0, 0)  # hanging up is told without being asked for
    while not any(events & select.POLLHUP for _, events in poll.poll(0)):
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGHUP)


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
    guard = _guarded(terminal, modes)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
        _dismiss(guard)
        os.close(terminal)


def _guarded(terminal: int, modes: list[object] | None) -> subprocess.Popen[bytes] | None:
    """A shell that restores the terminal if this process crashes where no Python code runs any more.

    It waits for a word, or the end of its standard input.
    """
    if sys.platform == "win32":
        return None
    leave = _LEAVE.replace("\x1b", "\\033")
    script = f"read word || {{ printf '{leave}'; stty {_for_stty(modes)} <&1 || stty sane <&1; }}"
    with suppress(OSError):
        return subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=subprocess.PIPE, stdout=terminal, start_new_session=True
        )
    return None


def _for_stty(modes: list[object] | None) -> str:
    """Modes as `stty -g` of Linux says them: flags and characters as hexadecimal numbers."""
    if modes is None:
        return "sane"
    flags, characters = modes[:4], modes[6]
    assert isinstance(characters, list)
    codes = [code if isinstance(code, int) else int.from_bytes(code) for code in characters]
    return ":".join(f"{number:x}" for number in [*flags, *codes])


def _dismiss(guard: subprocess.Popen[bytes] | None) -> None:
    if guard is not None:
        with suppress(OSError, subprocess.TimeoutExpired):  # somebody may have killed it
            guard.communicate(b"left in order\n", timeout=1)


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
