"""Stepping into the functions of a program and out again, and what the screen says of their lines."""

from __future__ import annotations

from pathlib import Path

from backprop_tui.engine.program.reading import read
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain

from .stepped import Stepped

SIZE = (180, 44)
PROGRAM = Path(__file__).parents[2] / "programs" / "real" / "affine_layers.py"


def _app(text: str) -> BackpropApp:
    program = read(text, "affine_layers")
    return BackpropApp(program, Stepped(program))


def _text(app: BackpropApp, name: str) -> str:
    return "\n".join(map(plain, app.main.query_one(f"#{name}", Canvas).lines))


def _line(text: str, part: str) -> int:
    return 1 + text[: text.index(part)].count("\n")


async def test_the_program_is_stepped_into_calls_and_back_out_of_them() -> None:
    text = PROGRAM.read_text()
    app = _app(text)
    call, inside = _line(text, "a1, cache1 ="), _line(text, "    out = x @ w + b")

    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        places = []
        for key in ("right", "right", "right", "right", "left", "left", "left", "right", "left", "left"):
            await pilot.press(key)
            await pilot.pause()
            title, *_, below = _text(app, "program").splitlines()
            places.append(
                (
                    f"line {call} of" in below,
                    f"line {inside} of" in below,
                    "affine_forward, 1st of 2" in title,
                )
            )
        await pilot.press("s")
        await pilot.pause()

        outside, stepped_in = (True, False, False), (False, True, True)
        assert places[:3] == [outside, stepped_in, outside]
        assert places[4:8] == [outside, stepped_in, outside, stepped_in]
        assert f"line {call} of" in _text(app, "program").splitlines()[-1]
        assert "a1" in _text(app, "tensors")
        await pilot.press("s")
        await pilot.pause()
        assert f"line {_line(text, 'h1, cache2 =')} of" in _text(app, "program").splitlines()[-1]


async def test_a_line_that_is_wrong_in_all_calls_is_told_once_and_marked_where_it_stands() -> None:
    text = PROGRAM.read_text().replace("db = dout.sum(0)", "db = dout.sum()")
    app = _app(text)

    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("space")
        await pilot.pause()
        told = _text(app, "attention")
        line = _line(text, "db = dout.sum()")
        row = next(one for one in _text(app, "program").splitlines() if "db = dout.sum()" in one)
        table = _text(app, "tensors")
        await pilot.press("h")
        await pilot.pause()
        answer = "\n".join(plain(line) for one in app.screen.query(Canvas) for line in one.lines)

    assert f"line {line}, db in affine_backward: wrong shape" in told
    assert "dout.sum(0) belongs" in told
    assert "(both calls)" in told
    assert "≠" in row
    assert "b in affine_forward (2)" in table
    assert "ꞏ" not in told + table
    assert "db in affine_backward, hint 1 of 5" in answer
    assert "ꞏ" not in answer
