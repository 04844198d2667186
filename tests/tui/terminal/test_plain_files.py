"""Scripts and notebooks without titles, opened by their names in a real pseudo-terminal."""

from __future__ import annotations

from pathlib import Path

from .pseudo_terminal import opened

FOUND = Path(__file__).parents[2] / "programs" / "found"


def test_a_script_is_stepped_until_its_loop_ends() -> None:
    with opened(str(FOUND / "minibatches.py")) as terminal:
        assert terminal.shows("ready")
        assert terminal.shows("the loop in line 16")
        terminal.press(" ")
        assert terminal.shows("iteration 0")
        terminal.press("r")
        assert terminal.shows("iteration 8")
        terminal.press(" ")
        assert terminal.shows("ended after 9 iterations")
        assert terminal.leaves()


def test_a_notebook_is_stepped() -> None:
    with opened(str(FOUND / "linear_regression_notebook.ipynb")) as terminal:
        assert terminal.shows("ready")
        terminal.press(" ")
        assert terminal.shows("iteration 0")
        assert terminal.shows("dy = 1 * dH")
        assert terminal.leaves()
