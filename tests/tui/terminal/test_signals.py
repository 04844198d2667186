"""Signals, and terminals that go away: the screen ends as it should, and nothing of the program is left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .pseudo_terminal import PATIENCE, Terminal, opened

PROGRAM = """\
# %% setup
import os, signal, subprocess, sys, time
import torch
def note(process):
    with open(sys.argv[0] + ".processes", "a") as file: file.write(str(process) + "\\n")
note(os.getpid())
note(os.getppid())
# %% parameters
W = torch.randn(1)
# %% forward
pass
loss = (W * W).sum()
# %% backward
dW = 2 * W
# %% update
W = W - 0.001 * dW
"""
LINES = {
    "runs": "pass",
    "sleeps": "time.sleep(1000)",
    "holds the interpreter": "sum(range(10**12))",
    "has a child": "iteration or note(subprocess.Popen(['sleep', '1000']).pid)",
    "has a child that ignores signals": (
        'iteration or note(subprocess.Popen(["sh", "-c", "trap \'\' TERM HUP INT; sleep 1000 & wait"]).pid)'
    ),
    "forks": "fork = 1 if iteration else os.fork(); fork or time.sleep(1000); note(fork)",
    "ignores signals": "for n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)",
}
RUNNING = [line for name, line in LINES.items() if name not in ("sleeps", "holds the interpreter")]


@contextmanager
def stepping(
    tmp_path: Path, line: str, keys: str = "r", *, shell: bool = False
) -> Iterator[tuple[Terminal, list[int]]]:
    """The real program on one with this line in its forward, these keys pressed; the processes of both."""
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.replace("\npass\n", f"\n{line}\n"))
    with opened(str(path), shell=shell) as session:
        assert session.shows("ready")
        session.press(keys)
        assert session.shows("iteration 1" if line in RUNNING else "forward, line 11")
        yield session, [int(word) for word in Path(f"{path}.processes").read_text().split() if word != "1"]


def gone(processes: list[int]) -> bool:
    """Whether all of them end before patience does; what nobody waited for has ended, too."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        shown = subprocess.run(
            ["ps", "-o", "pid=,stat=,args=", "-p", ",".join(map(str, processes))],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if all(line.split()[1].startswith("Z") for line in shown.splitlines()):
            return True
        time.sleep(0.05)
    print(f"still there:\n{shown}")
    return False


WAYS = {
    "SIGTERM": "has a child that ignores signals",
    "SIGHUP": "holds the interpreter",
    "SIGINT": "ignores signals",
    "SIGKILL": "holds the interpreter",
    "SIGQUIT": "forks",
    "q": "sleeps",
    "hang-up": "runs",
}
"""What ends the screen, and what the program is at meanwhile; all pairs of the two take long."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All pairs where there is time."""
    if {"way", "line"} <= {*metafunc.fixturenames}:
        every = [(way, line) for way in WAYS for line in LINES]
        metafunc.parametrize(("way", "line"), every if metafunc.config.getoption("soak") else [*WAYS.items()])


def test_however_the_screen_ends_the_terminal_is_usable_and_nothing_of_the_program_is_left(
    way: str, line: str, tmp_path: Path
) -> None:
    with stepping(tmp_path, LINES[line]) as (session, processes):
        code = _end(session, way)
        assert session.ends() == code
        assert way == "hang-up" or session.comes_to_be_restored()
        assert gone(processes)


def _end(session: Terminal, way: str) -> int:
    """Do it; the exit code that there ought to be."""
    if way == "q":
        session.press("q")
        return 0
    if way == "hang-up":
        session.hang_up()
        return 128 + signal.SIGHUP
    number = signal.Signals[way]
    session.process.send_signal(number)
    return -number if way in ("SIGKILL", "SIGQUIT") else 128 + number


def test_when_the_terminal_of_a_shell_is_gone_nothing_is_left(tmp_path: Path) -> None:
    with stepping(tmp_path, "pass", shell=True) as (session, processes):
        session.hang_up()
        assert gone(processes)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda one: one.name)
@pytest.mark.parametrize("line", [LINES["runs"], LINES["holds the interpreter"]], ids=["runs", "is stuck"])
def test_stopped_and_continued_under_a_shell_it_goes_on(
    number: signal.Signals, line: str, tmp_path: Path
) -> None:
    with stepping(tmp_path, line, shell=True) as (session, processes):
        screen = processes[1]
        os.kill(screen, number)
        assert session.says("Stopped")
        session.press("fg\n")
        assert session.says("\x1b[?1049h")
        assert session.says("tensors")
        session.press("?")
        assert session.shows("all keys and signs")
        session.press("q")
        session.press("q")
        assert session.comes_to_be_restored()
        assert gone(processes)  # what is typed before goes to them, or nowhere
        session.press("echo back in the $((1 + 1))nd\r")
        assert session.says("back in the 2nd")
