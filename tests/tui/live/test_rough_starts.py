"""What goes wrong before the loop of a script or notebook is told by `check` and on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

from .desk import at_desk
from .test_notebooks import LOOP, SETUP, notebook

STARTS = [
    ("raise RuntimeError('no data')", "no data"),
    ("exit(3)", "sys.exit(3)"),
    ("n = int(input('how many? '))", "a program cannot read the keyboard here"),
]


@pytest.mark.parametrize("name", ["slope.py", "slope.ipynb"])
@pytest.mark.parametrize(("start", "words"), STARTS)
async def test_what_goes_wrong_before_the_loop_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, start: str, words: str
) -> None:
    cells = [SETUP, [start], LOOP]
    whole = notebook(*cells) if name.endswith("ipynb") else "\n".join(map("".join, cells))
    line = 7 if name.endswith("ipynb") else 5
    async with at_desk(tmp_path / name, whole) as desk:
        await desk.press("space")
        assert desk.frame.failure is not None
        assert (desk.frame.failure.line, desk.frame.status.iteration) == (line, None)
        assert words in " ".join(desk.shown("program").replace("│", " ").split())
    assert main(["check", str(tmp_path / name)]) == 2
    told = " ".join(capfd.readouterr().err.split())
    assert f"{name}:{line}: " in told
    assert words in told
