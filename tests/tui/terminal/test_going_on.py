"""A screen that is killed is gone on with by the next: iteration, lines, what was done by hand."""

from __future__ import annotations

import signal
from pathlib import Path

from .pseudo_terminal import Terminal, opened

PROGRAM = """\
# %% setup
import torch
x = torch.linspace(-1, 1, 12).reshape(4, 3)
y = torch.tensor([1.0, -1.0, 0.5, 2.0])
# %% parameters
w = torch.randn(3)
# %% forward
e = x @ w - y
loss = (e**2).mean()
# %% backward
de = 2 * e / 4
dw = x.T @ de
# %% update
w = w - 0.1 * dw
"""


def loss_of(terminal: Terminal) -> str:
    """The loss in the status line."""
    return terminal.text.partition("loss ")[2].split()[0]


def test_after_a_kill_the_next_screen_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PROGRAM)
    with opened(str(path)) as terminal:
        assert terminal.shows(" ready ")
        terminal.press("g20\r")
        assert terminal.shows("iteration 20")
        path.write_text(PROGRAM.replace("dw = x.T @ de", "dw = -x.T @ de"))
        assert terminal.shows("✗ 1")
        terminal.press(" ")
        assert terminal.shows("iteration 21")
        terminal.press(":w *= 2\t")
        assert terminal.shows("done by hand: iteration 22 begins with it")
        terminal.press("\x1b")
        assert terminal.shows("· by hand before iteration 22: w *= 2")
        terminal.press(" ")
        assert terminal.shows("update  1/1")
        loss = loss_of(terminal)
        folder, words = tmp_path / "state" / "backprop-tui", '"iterations":23'
        assert terminal.comes_to(lambda: any(words in one.read_text() for one in folder.glob("*.json")))
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    with opened(str(path)) as terminal:
        assert terminal.shows("iteration 22 was on the screen")
        terminal.press("R")
        assert terminal.shows("iteration 22  ")
        assert terminal.shows("✗ 1")
        assert terminal.shows("· by hand before iteration 22: w *= 2")
        assert loss_of(terminal) == loss
        terminal.press("\x7f\x7f\x7f")
        assert terminal.shows("iteration 19  ")
        assert terminal.shows("✗ 0")
        assert terminal.shows("ran with these older lines")
        assert terminal.leaves()
    with opened(str(path), "--resume") as terminal:
        assert terminal.shows("iteration 19")
        assert terminal.leaves()
