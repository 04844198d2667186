"""The prompt of g: a number, and away."""

from __future__ import annotations

import pytest
from textual.events import Paste

from backprop_tui.engine.debugger.wire.commands import GoTo
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.go_to_prompt import GoToPrompt

from .stage import Stage

WIDE, NARROW, LARGE, TINY = (120, 36), (80, 24), (200, 60), (40, 12)


async def test_go_to_takes_a_number() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", *"250", "enter")
        await pilot.pause()
        assert stage.commands == [GoTo(251)]


async def test_a_thousand_iterations_are_g_and_enter_away() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", "enter")
        await pilot.pause()
        assert stage.commands == [GoTo(1001)]


async def test_go_to_can_be_left_and_takes_digits_alone() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", "x", "minus", "7", "8", "backspace", "r")
        prompt = stage.app.screen
        assert isinstance(prompt, GoToPrompt)
        assert prompt.typed == "7"
        await pilot.press("escape")
        await pilot.pause()
        assert stage.commands == []
        assert stage.app.screen is stage.app.main


async def test_a_number_can_be_pasted_into_go_to() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g")
        for text in ("12 ", "many", "1234567890"):
            stage.app.post_message(Paste(text))
            await pilot.pause()
        await pilot.press("enter")
        assert stage.commands == [GoTo(13)]


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (60, 20), (20, 6)])
async def test_the_prompt_of_go_to_is_seen_at_every_size(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("g", *"250")
        await pilot.pause()
        canvas = stage.app.screen.query_one(Canvas)
        assert canvas.region.bottom_left == (0, size[1])
        shown = plain(canvas.lines[0])
        assert "go to" in shown
        assert "250" in shown
        assert ("enter goes there" in shown) == (size[0] >= 40)
        assert "…" not in shown
