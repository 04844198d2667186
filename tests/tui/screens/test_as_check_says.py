"""The screen says of losses and of counts what `check` says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.reading import read
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain

from .stepped import Stepped

PROGRAMS = Path(__file__).parents[2] / "programs"


def _text(app: BackpropApp, name: str) -> str:
    return "\n".join(map(plain, app.main.query_one(f"#{name}", Canvas).lines))


@pytest.mark.parametrize("name", ["functions/rms_norm.py", "found/without_a_loss.py"])
async def test_what_computes_no_loss_shows_none(name: str) -> None:
    program = read((PROGRAMS / name).read_text(), "script")
    app = BackpropApp(program, Stepped(program))
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(2):
            await pilot.press("space")
            await pilot.pause()
        assert "loss" not in _text(app, "status")
        assert "The program computes no loss." in _text(app, "loss")
        assert app.main.frame.losses.points == ()
        assert program.loss not in [row.name for row in app.main.frame.tensors]


async def test_the_ctx_of_a_function_is_no_tensor() -> None:
    program = read((PROGRAMS / "functions" / "rms_norm.py").read_text(), "script")
    app = BackpropApp(program, Stepped(program))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        assert "ctx" not in [row.name for row in app.main.frame.tensors]
        await pilot.press("space")
        await pilot.pause()
        names = [row.name for row in app.main.frame.tensors]
        assert "ctx" not in names
        assert "x" in names


async def test_a_line_of_a_function_is_counted_once_for_all_its_calls() -> None:
    text = (PROGRAMS / "real" / "affine_layers.py").read_text()
    wrong = text.replace("db = dout.sum(0)", "db = 2 * dout.sum(0)")
    assert wrong != text
    program = read(wrong, "script")
    report = check(read(wrong, "script"))
    counts = Counter(one.verdict for one in report.gradients)
    app = BackpropApp(program, Stepped(program))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("space")
        await pilot.pause()
        status = app.main.frame.status
    assert status.wrong == counts[Verdict.WRONG_HERE] == 1
    assert status.inherited == counts[Verdict.INHERITED]
    assert status.exact + status.close == counts[Verdict.EXACT] + counts[Verdict.CLOSE]
    assert status.gradients == len(report.gradients)
    assert status.to_come == 0
