"""Scripts and notebooks without titles, opened by their names in a real pseudo-terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pseudo_terminal import opened

FOUND = Path(__file__).parents[2] / "programs" / "found"


def test_a_script_is_stepped_until_its_loop_ends() -> None:
    with opened(str(FOUND / "minibatches.py")) as terminal:
        assert terminal.shows("enter accepts")
        assert terminal.shows("the loop in line 16")
        terminal.press("\r")
        assert terminal.shows("ready")
        terminal.press(" ")
        assert terminal.shows("iteration 0")
        terminal.press("r")
        assert terminal.shows("iteration 8")
        terminal.press(" ")
        assert terminal.shows("ended after 9 iterations")
        assert terminal.leaves()


def test_a_notebook_is_stepped() -> None:
    with opened(str(FOUND / "linear_regression_notebook.ipynb")) as terminal:
        assert terminal.shows("enter accepts")
        terminal.press("\r ")
        assert terminal.shows("iteration 0")
        assert terminal.shows("dy = 1 * dH")
        assert terminal.leaves()


TOUCHES = """\
import pathlib, torch
pathlib.Path("ran").touch()
w = torch.zeros(3)
for i in range(2):
    loss = w.sum()
    dw = torch.ones(3)
    w = w - dw
"""


def test_a_script_that_is_not_accepted_has_run_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(TOUCHES)
    with opened("script.py") as terminal:
        assert terminal.shows("enter accepts")
        assert terminal.leaves()
    assert not (tmp_path / "ran").exists()
    with opened("script.py") as terminal:
        assert terminal.shows("enter accepts")
        terminal.press("\r")
        assert terminal.shows("ready")
        assert (tmp_path / "ran").exists()
        assert terminal.leaves()
