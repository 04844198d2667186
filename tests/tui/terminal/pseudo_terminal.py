"""A process in a pseudo-terminal, as the tests of the real program start it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator

import pyte

SIZE = (120, 36)
APP = ("-m", "backprop_tui")
PATIENCE = 60.0
_REST = 10
"""At most so many reads: something may be shown without end."""
OWNING = (
    sys.executable,
    "-c",
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])",  # noqa: E501
)
"""What makes a command the owner of the terminal, as a shell is."""


class Terminal:
    """A process in a pseudo-terminal, and what its screen shows."""

    def __init__(
        self, *arguments: str, size: tuple[int, int] = SIZE, shell: bool = False, **variables: str
    ) -> None:
        """Arguments of Python: `*APP` and the app's own. `variables` are of its environment.

        With `shell` it is an interactive shell that owns the terminal, and Python is typed into it.
        """
        self.raw = b""
        self._seen = 0
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **variables}
        command = [sys.executable, *arguments]
        self.process = subprocess.Popen(
            [*OWNING, "/bin/sh", "-i"] if shell else command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        if shell:
            self.press(f"{shlex.join(command)}\r")

    def press(self, keys: str) -> None:
        """Send keys as a terminal does."""
        os.write(self._master, keys.encode())

    def shows(self, words: str) -> bool:
        """Whether the words come to stand on the screen before patience ends; if not, prints the screen.

        What is on its way with them is taken, too: the rest of a picture comes after its first words.
        """
        shown = self._until(lambda: words in self.text)
        for _ in range(_REST):
            if not (shown and self._read(0.05)):
                break
        if not shown:
            print(f"{words!r} never came:\n{self.text}")
        return shown

    def says(self, words: str) -> bool:
        """Whether the words come since it was asked last, wherever they stand."""
        seen = self._seen
        said = self._until(lambda: words.encode() in self.raw[seen:])
        self._seen = self.raw.find(words.encode(), seen) + len(words) if said else seen
        return said

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def ends(self) -> int:
        """The exit code, once the process has ended and all that it wrote is read."""
        assert self._until(lambda: self.process.poll() is not None)
        while self._read(0.0):
            pass
        return self.process.returncode

    def is_restored(self) -> bool:
        """No alternate screen, the cursor visible, no mouse reports, the line discipline as before."""
        left = self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")
        cursor = self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
        mouse = self.raw.rfind(b"\x1b[?1000l") > self.raw.rfind(b"\x1b[?1000h")
        return left and cursor and mouse and termios.tcgetattr(self._slave) == self.before

    def leaves(self, keys: str = "q") -> bool:
        """Whether it ends at these keys as it should, and gives the terminal back."""
        self.press(keys)
        return self.ends() == 0 and self.is_restored()

    def flicker(self) -> None:
        """Have no room for anything and then all of it again, before the program looks."""
        columns, rows = self._screen.columns, self._screen.lines
        self._screen.resize(1, 1)
        self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size, and tell of it."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def comes_to(self, true: Callable[[], bool]) -> bool:
        """Whether it comes to be so before patience ends."""
        return self._until(true)

    def comes_to_be_restored(self) -> bool:
        """Whether it is so before patience ends."""
        return self._until(self.is_restored)

    def hang_up(self) -> None:
        """Take the terminal away; as it is nobody's controlling one, no signal tells of it."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)

    def close(self) -> None:
        """End the process whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def _until(self, true: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if true():
                return True
            self._read(0.05)
        return False

    def _read(self, seconds: float) -> bool:
        """Read what comes within some seconds: a part of it, as much as a terminal keeps at once."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        with contextlib.suppress(OSError):
            data = os.read(self._master, 65536)
            self.raw += data
            self._stream.feed(data)
            return bool(data)
        return False


@contextlib.contextmanager
def opened(
    *arguments: str,
    python: tuple[str, ...] = APP,
    size: tuple[int, int] = SIZE,
    shell: bool = False,
    **variables: str,
) -> Iterator[Terminal]:
    """A terminal with the app, or whatever else Python is to run in it, closed whatever happens."""
    session = Terminal(*python, *arguments, size=size, shell=shell, **variables)
    try:
        yield session
    finally:
        session.close()
