"""What the program writes, in a real pseudo-terminal: it is output, and never on the screen or the shell."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from .pseudo_terminal import Terminal, opened

ESCAPE, HOME = "\x1b", "\x1b[H"
Running = Callable[[str], AbstractContextManager[Terminal]]
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
from backprop_tui.tui.cli.main import main
from backprop_tui.tui.screens.main_screen import MainScreen
def crash(self, name): raise RuntimeError("this very crash")
MainScreen.action_window = crash
sys.exit(main([]))
"""


def test_what_is_written_below_print_is_output_too_in_its_order_and_once(running: Running) -> None:
    with running(LOUD) as session:
        session.press(" ")
        assert session.shows("judged alone")
        assert "by a child" not in session.text.replace('"by a child', "")
        session.press("o")
        assert session.shows("│ by print again ")
        assert session.shows("o closes")
        rows = [row.strip("│ ╮╯") for row in session.text.split("output · ")[1].splitlines()[1:]]
        assert tuple(row for row in rows if row.startswith("by ")) == SPOKEN
        assert session.leaves()


@pytest.mark.parametrize("way", ["key", "signal"])
def test_a_program_that_prints_a_lot_leaves_nothing_on_the_shell(way: str, running: Running) -> None:
    with running(MANY) as session:
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
    with opened(python=("-c", CRASH)) as session:
        assert session.shows("ready")
        session.press("?")
        assert session.ends() == 1
        assert session.is_restored()
        assert b"this very crash" in session.raw[session.raw.rfind(b"\x1b[?1049l") :]


def test_a_child_that_writes_without_end_does_not_hold_up_the_end(running: Running) -> None:
    with running(LOUD.replace("echo by a shell", "yes")) as session:
        session.press(" ")
        assert session.shows("forward runs")
        assert session.leaves()


def test_what_the_program_wrote_to_a_file_is_there_when_it_has_ended(tmp_path: Path) -> None:
    path, log = tmp_path / "logs.py", tmp_path / "log.txt"
    setup = f"# %% setup\nimport torch\nlog = open({str(log)!r}, 'w')\n"
    path.write_text(
        setup + MANY.replace('for i in range(20000): print("row", i, "x" * 50)', 'log.write("x")')
    )
    with opened(str(path)) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("iteration 0")
        session.press("q")
        assert session.ends() == 0
    assert "x" in log.read_text()


ENDING = """\
# %% parameters
import ctypes, os
import torch
W = torch.randn(1)
# %% forward
if iteration == 1:
    END
loss = (W * W).sum()
"""
WAYS = {"ctypes.string_at(0)": "SIGSEGV, a segmentation fault", "os._exit(0)": "exit 0"}


@pytest.mark.parametrize(("end", "how"), WAYS.items(), ids=WAYS)
def test_a_program_that_ends_its_process_is_told_and_the_screen_stays(
    end: str, how: str, running: Running
) -> None:
    with running(ENDING.replace("END", end)) as session:
        session.press("  ")
        assert session.shows(f"line 7 ended the program: {how}")
        session.press(HOME)
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("iteration 0")
        assert session.leaves()


def test_a_process_that_was_killed_from_outside_is_told_and_begins_again(running: Running) -> None:
    with running(
        ENDING.replace("END", "print('process', os.getpid(), 'here')").replace("== 1", "== 0")
    ) as session:
        session.press(" ")
        assert session.shows("iteration 0")
        session.press("o")
        assert session.shows(" here ")
        found = re.search(r"process (\d+) here", session.text.split("output · ")[1])
        assert found is not None
        os.kill(int(found[1]), signal.SIGKILL)
        assert session.shows("process ended: SIGKILL")
        session.press("o" + HOME)
        assert session.shows("ready")
        assert session.leaves()


STUCK = """# %% setup
import torch
# %% parameters
W = torch.randn(1)
# %% forward
if iteration == 2: sum(range(10**12))
loss = (W * W).sum()
"""


def test_what_holds_the_interpreter_is_told_ended_and_begun_again_before_it(running: Running) -> None:
    with running(STUCK) as session:
        session.press("   ")
        assert session.shows("forward, line 6 · ")
        session.press(ESCAPE)
        assert session.shows("line 6 has run for")
        session.press("?")
        assert session.shows("all keys and signs")
        session.press(ESCAPE)
        session.press(ESCAPE)
        assert session.shows("iteration 1")
        session.press(" ")
        assert session.shows("forward, line 6 · ")
        assert session.leaves()
