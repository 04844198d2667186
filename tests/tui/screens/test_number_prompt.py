"""The prompt of v: a name and a number."""

from __future__ import annotations

import pytest

from backprop_tui.engine.debugger.wire.commands import SetNumber
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.number_prompt import NumberPrompt

from .stage import Stage

WIDE, TINY = (120, 36), (40, 12)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("lr = 0.01", SetNumber("lr", 0.01)),
        ("lr=1e-3", SetNumber("lr", 1e-3)),
        ("steps 12", SetNumber("steps", 12)),
        ("bias = -2", SetNumber("bias", -2)),
        ("nesterov = True", SetNumber("nesterov", True)),
    ],
)
async def test_a_name_and_a_number_are_sent(typed: str, command: SetNumber) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("v", *typed, "enter")
        await pilot.pause()
        assert stage.commands == [command]
        assert stage.app.screen is stage.app.main


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "a name and a number, as in lr = 0.01"),
        ("lr", "`` is no number"),
        ("lr = x + 1", "`x + 1` is no number"),
        ("lr = [1]", "`[1]` is no number"),
        ("3 = 4", "`3` is no name"),
    ],
)
async def test_what_is_none_is_told(typed: str, words: str) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("v", *typed, "enter")
        await pilot.pause()
        assert isinstance(stage.app.screen, NumberPrompt)
        assert words in plain(stage.app.screen.query_one(Canvas).lines[0])
        await pilot.press("escape")
        await pilot.pause()
        assert stage.commands == []


@pytest.mark.parametrize("size", [WIDE, TINY, (20, 6)])
async def test_it_is_seen_at_every_size(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("v", *"lr")
        await pilot.pause()
        canvas = stage.app.screen.query_one(Canvas)
        assert canvas.region.bottom_left == (0, size[1])
        assert "set a number" in plain(canvas.lines[0])
