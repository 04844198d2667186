"""`e` where the terminal cannot be left: nothing is written, and what to do instead is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.engine.program.library import load
from backprop_tui.tui.app import BackpropApp

from .. import scenes


@pytest.mark.parametrize(
    ("command", "words"), [("true", "this terminal cannot be left"), ("absent", "VISUAL is `absent`")]
)
async def test_what_to_do_instead_is_said(
    command: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VISUAL", command)
    engine = scenes.FakeEngine(scenes.mid_backward())
    app = BackpropApp(load("linear_regression"), engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        (told,) = [notice.message for notice in app._notifications]
    assert words in told
    assert "open linear_regression.py at line 20 in another window" in told
    assert engine.programs == []
    assert not list(tmp_path.iterdir())
