"""The real program in a real pseudo-terminal: it starts, steps, quits and leaves no trace."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

SIZE = (120, 36)
APP = ("-m", "backprop_tui")
PATIENCE = 60.0
ENDLESS = """\
# %% parameters
import torch
W = torch.randn(1)
# %% forward
x = 0
while True: x = x + 1
loss = W.sum()
"""


LOUD = """\
# %% setup
import os, subprocess, sys
import torch
# %% parameters
W = torch.randn(1)
# %% forward
print("by print")
os.system("echo by a shell")
subprocess.run(["echo", "by a child"])
subprocess.run(["echo", "by a child with our stream"], stdout=sys.stdout)
os.write(1, b"by descriptor 1\\n")
os.write(2, b"by descriptor 2\\n")
sys.__stdout__.write("by the stream below\\n")
print("by print again")
loss = (W * W).sum()
# %% backward
dW = 2 * W
"""
SPOKEN = (
    "by print", "by a shell", "by a child", "by a child with our stream", "by descriptor 1",
    "by descriptor 2", "by the stream below", "by print again",
)  # fmt: skip
MANY = """\
# %% parameters
import torch
W = torch.randn(1)
# %% forward
for i in range(20000): print("row", i, "x" * 50)
loss = W.sum()
"""
CRASH = """\
import sys
from backprop_tui.tui.main import main
from backprop_tui.tui.main_screen import MainScreen
def crash(self): raise RuntimeError("this very crash")
MainScreen.action_help = crash
sys.exit(main([]))
"""


SLEEPY = """\
# %% setup
import time
import torch
while True: time.sleep(0.01)
# %% parameters
W = torch.randn(1)
# %% forward
loss = W.sum()
"""
VECTOR = """\
# %% parameters
import torch
W = torch.randn(2)
# %% forward
loss = W * 2
"""


class Terminal:
    """A process in a pseudo-terminal, and what its screen shows."""

    def __init__(self, *arguments: str, size: tuple[int, int] = SIZE, **variables: str) -> None:
        """Arguments of Python: `*APP` and the app's own. `variables` are of its environment."""
        self.raw = b""
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
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )

    def press(self, keys: str) -> None:
        """Send keys as a terminal does."""
        os.write(self._master, keys.encode())

    def shows(self, words: str) -> bool:
        """Whether the words come to stand on the screen before patience ends."""
        return self._until(lambda: words in self.text)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def ends(self) -> int:
        """The exit code, once the process has ended and all that it wrote is read."""
        assert self._until(lambda: self.process.poll() is not None)
        self._read(0.1)
        return self.process.returncode

    def is_restored(self) -> bool:
        """No alternate screen, the cursor visible, no mouse reports, the line discipline as before."""
        left = self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")
        cursor = self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
        mouse = self.raw.rfind(b"\x1b[?1000l") > self.raw.rfind(b"\x1b[?1000h")
        return left and cursor and mouse and termios.tcgetattr(self._slave) == self.before

    def close(self) -> None:
        """End the process whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def _until(self, true: object) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if true():  # type: ignore[operator]
                return True
            self._read(0.05)
        return False

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            with contextlib.suppress(OSError):
                data = os.read(self._master, 65536)
                self.raw += data
                self._stream.feed(data)


@contextlib.contextmanager
def opened(*arguments: str, size: tuple[int, int] = SIZE, **variables: str) -> Iterator[Terminal]:
    """A terminal that is closed whatever happens."""
    session = Terminal(*arguments, size=size, **variables)
    try:
        yield session
    finally:
        session.close()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with opened(*APP) as session:
        yield session


def test_it_starts_steps_and_quits(terminal: Terminal) -> None:
    assert terminal.shows("W1 = torch.randn(1)")
    terminal.press(" ")
    assert terminal.shows("iteration 0")
    assert terminal.shows("✓ 7")
    terminal.press(" \x1b[C")
    assert terminal.shows("iteration 2")
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.is_restored()


def test_a_thousand_iterations_end_at_a_loss_of_zero(terminal: Terminal) -> None:
    assert terminal.shows("ready")
    terminal.press("g")
    assert terminal.shows("run until")
    terminal.press("1000\r")
    assert terminal.shows("1000 iterations")
    assert terminal.shows("iteration 999")
    terminal.press("q")
    assert terminal.ends() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_usable(terminal: Terminal, number: signal.Signals) -> None:
    assert terminal.shows("ready")
    terminal.process.send_signal(number)
    assert terminal.ends() == 128 + number
    assert terminal.is_restored()


def test_an_endless_loop_can_be_stopped_and_left(tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS)
    with opened(*APP, str(path)) as session:
        assert session.shows("ready")
        session.press(" ")
        time.sleep(0.5)
        session.press("q")
        assert session.ends() == 0
        assert session.is_restored()


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("g5\r2", "iteration 4"),
        ("g5\r ", "iteration 5"),
        ("g5\r\x1b[C", "iteration 5"),
        ("?q ", "iteration 0"),
    ],
)
def test_keys_that_come_in_one_burst_each_do_what_they_do(terminal: Terminal, keys: str, found: str) -> None:
    assert terminal.shows("ready")
    terminal.press(keys)
    assert terminal.shows(found)
    time.sleep(0.3)
    assert terminal.shows(found)
    assert "run until" not in terminal.text


@pytest.mark.parametrize("way", ["option", "variable"])
def test_without_colour_the_ansi_theme_leaves_the_terminal_its_own(way: str) -> None:
    options, variables = (("--theme", "ansi"), {}) if way == "option" else ((), {"TEXTUAL_THEME": "ansi"})
    with opened(*APP, *options, NO_COLOR="1", **variables) as session:
        assert session.shows("ready")
        assert b"38;2;" not in session.raw
        assert b"48;2;" not in session.raw
        assert b"39;49" in session.raw


def test_what_is_written_below_print_is_output_too_in_its_order_and_once(tmp_path: Path) -> None:
    path = tmp_path / "loud.py"
    path.write_text(LOUD)
    with opened(*APP, str(path)) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("judged alone")
        assert "by a child" not in session.text.replace('"by a child', "")
        session.press("o")
        assert session.shows("│ by print again ")
        rows = [row.strip("│ ") for row in session.text.split("output · ")[1].splitlines()[1:]]
        assert tuple(row for row in rows if row.startswith("by ")) == SPOKEN
        session.press("q")
        assert session.ends() == 0
        assert session.is_restored()


@pytest.mark.parametrize("way", ["key", "signal"])
def test_a_program_that_prints_a_lot_leaves_nothing_on_the_shell(tmp_path: Path, way: str) -> None:
    path = tmp_path / "many.py"
    path.write_text(MANY)
    with opened(*APP, str(path)) as session:
        assert session.shows("ready")
        session.press("r")
        assert session.shows("iteration 1")
        if way == "key":
            session.press("q")
        else:
            session.process.send_signal(signal.SIGTERM)
        assert session.ends() == (0 if way == "key" else 128 + signal.SIGTERM)
        assert session.is_restored()
        assert b"row" not in session.raw[session.raw.rfind(b"\x1b[?1049l") :]


def test_a_crash_leaves_the_terminal_usable_and_says_what_it_was() -> None:
    with opened("-c", CRASH) as session:
        assert session.shows("ready")
        session.press("?")
        assert session.ends() == 1
        assert session.is_restored()
        assert b"this very crash" in session.raw[session.raw.rfind(b"\x1b[?1049l") :]


def test_an_iteration_that_fails_says_what_stopped_it_and_which_key_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "vector.py"
    path.write_text(VECTOR)
    with opened(*APP, str(path)) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("iteration 0 stopped on line 5; space tries it again, home starts over")
        assert "`loss` has shape [2]" in session.text
        assert "ProgramFault" not in session.text
        for times, key in enumerate((" ", "r", "g5\r"), start=2):
            session.press(key)
            assert session.shows(f"iteration 0 stopped on line 5, {times} times now")


def test_a_setup_that_never_ends_is_told_and_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "sleepy.py"
    path.write_text(SLEEPY)
    with opened(*APP, str(path)) as session:
        assert session.shows("setup runs")
        assert session.shows("setup, line 4   escape stops")
        session.press("\x1b")
        assert session.shows("setup stopped")
        assert "Cancelled" not in session.text
        session.press(" ")
        assert session.shows("there is no iteration: setup stopped on line 4; home starts over")
