"""The real program in a real pseudo-terminal: it starts, steps, quits and leaves no trace."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from .pseudo_terminal import Terminal, opened

Running = Callable[[str], AbstractContextManager[Terminal]]
ENDLESS = """\
# %% parameters
import torch
W = torch.randn(1)
# %% forward
x = 0
while True: x = x + 1
loss = W.sum()
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


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with opened() as session:
        yield session


def test_it_starts_steps_and_quits(terminal: Terminal) -> None:
    assert terminal.shows("W1 = torch.randn(1)")
    terminal.press(" ")
    assert terminal.shows("iteration 0")
    assert terminal.shows("✓ 7")
    terminal.press(" \x1b[C")
    assert terminal.shows("iteration 2")
    assert terminal.leaves()


def test_what_is_lost_while_the_terminal_has_another_size_for_a_moment_is_painted_again(
    terminal: Terminal,
) -> None:
    assert terminal.shows("ready")
    terminal.flicker()
    assert terminal.shows("W1 = torch.randn(1)")
    assert terminal.shows("q quit")
    assert terminal.leaves()


def test_a_thousand_iterations_end_at_a_loss_of_zero(terminal: Terminal) -> None:
    assert terminal.shows("ready")
    terminal.press("g")
    assert terminal.shows("go to")
    terminal.press("999\r")
    assert terminal.shows("1000 iterations")
    assert terminal.shows("iteration 999")
    terminal.press("q")
    assert terminal.ends() == 0


@pytest.mark.parametrize("size", [{}, {"COLUMNS": "80", "LINES": "24"}], ids=["asked", "told"])
def test_it_ends_when_the_terminal_is_gone_without_a_signal(size: dict[str, str]) -> None:
    """Told its size, it need not ask the terminal, and goes on to draw on one that is gone."""
    with opened(**size) as terminal:
        assert terminal.shows("iteration")
        terminal.hang_up()
        assert terminal.process.wait(60) == 128 + signal.SIGHUP


def test_an_endless_loop_can_be_stopped_and_left(running: Running) -> None:
    with running(ENDLESS) as session:
        session.press(" ")
        assert session.shows("forward, line 6   escape stops")
        assert session.leaves()


BURSTS = {
    "g5\r2": "iteration 5",
    "g5\n2": "iteration 5",
    "g5\r ": "iteration 6",
    "g5\r\x1b[C": "iteration 6",
    "?q ": "iteration 0",
    "?? ": "iteration 0",
}
HOME = "\x1b[H"


def test_keys_that_come_in_one_burst_each_do_what_they_do(terminal: Terminal) -> None:
    for keys, iteration in BURSTS.items():
        terminal.press(HOME)
        assert terminal.shows("ready"), keys
        terminal.press(keys)
        assert terminal.shows(iteration), keys
        terminal.press("c")  # answered after all of them
        assert terminal.shows("gradients judged line by line"), keys
        assert iteration in terminal.text, keys
        assert "escape goes back" not in terminal.text, keys


@pytest.mark.parametrize("way", ["option", "variable"])
def test_without_colour_the_ansi_theme_leaves_the_terminal_its_own(way: str) -> None:
    options, variables = (("--theme", "ansi"), {}) if way == "option" else ((), {"TEXTUAL_THEME": "ansi"})
    with opened(*options, NO_COLOR="1", **variables) as session:
        assert session.shows("ready")
        assert b"38;2;" not in session.raw
        assert b"48;2;" not in session.raw
        assert b"39;49" in session.raw


def test_an_iteration_that_fails_says_what_stopped_it_and_which_key_goes_on(running: Running) -> None:
    with running(VECTOR) as session:
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
    with opened(str(path)) as session:
        assert session.shows("setup runs")
        assert session.shows("setup, line 4   escape stops")
        session.press("\x1b")
        assert session.shows("setup stopped")
        assert "Cancelled" not in session.text
        session.press(" ")
        assert session.shows("there is no iteration: setup stopped on line 4; home starts over")
