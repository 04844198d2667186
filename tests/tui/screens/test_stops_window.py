"""The window of what stops a run: switches, fields, and what means nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import SetStops
from backprop_tui.engine.debugger.wire.stops import Stops
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.stops_window import StopsWindow

from .stage import Stage

WIDE, NARROW, TINY = (120, 36), (80, 24), (40, 12)


def on(stops: Stops) -> Stage:
    """A stage whose runs stop there."""
    stage = Stage()
    stage.engine.frames = [replace(frame, stops=stops) for frame in stage.engine.frames]
    return stage


def shown(stage: Stage) -> str:
    return "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))


async def test_what_is_switched_and_typed_is_sent_and_breakpoints_stay() -> None:
    stage = on(Stops(frozenset({15})))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("U", "space", "down", "space", "down", *"0.5", "down", *"3", "down")
        await pilot.press(*"dW1.norm() > 10", "enter")
        await pilot.pause()
        stops = Stops(frozenset({15}), False, True, 0.5, 3, "dW1.norm() > 10")
        assert stage.commands == [SetStops(stops)]
        assert stage.app.screen is stage.app.main


async def test_it_opens_with_what_stops_a_run_now_and_escape_changes_nothing() -> None:
    stage = on(Stops(not_finite=False, below=0.25, rises=4, expression="loss > 2"))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("U")
        await pilot.pause()
        assert "○ the loss or a gradient is not finite" in shown(stage)
        assert "● the loss is below 0.25" in shown(stage)
        assert "● the loss rises 4 times in a row" in shown(stage)
        assert "● loss > 2 is true" in shown(stage)
        await pilot.press("space", "escape")
        await pilot.pause()
        assert stage.commands == []
        assert stage.app.screen is stage.app.main


async def test_space_in_an_empty_field_takes_the_example() -> None:
    stage = on(Stops())
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("U", "down", "down", "space")
        await pilot.pause()
        assert "● the loss is below 0.01" in shown(stage)
        await pilot.press("enter")
        await pilot.pause()
        assert stage.commands == [SetStops(Stops(below=0.01))]


async def test_text_is_edited_where_the_cursor_is() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press(
            "U", *["down"] * 4, *"oss > 22", "backspace", "home", *"l", "right", "delete", "enter"
        )
        await pilot.pause()
        assert stage.commands == [SetStops(Stops(expression="los > 2"))]


@pytest.mark.parametrize(
    ("downs", "typed", "words"),
    [
        (2, "little", "`little` is no number"),
        (2, "nan", "`nan` is no number"),
        (3, "0", "`0` is no number of times"),
        (3, "1.5", "`1.5` is no number of times"),
        (4, "dW1.norm( > 10", "invalid syntax"),
        (4, "x = 3", "invalid syntax"),
    ],
)
async def test_what_means_nothing_is_told_and_can_be_mended(downs: int, typed: str, words: str) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("U", *["down"] * downs, *typed, "enter")
        await pilot.pause()
        assert words in shown(stage)
        await pilot.press("ctrl+u", "enter")
        await pilot.pause()
        assert stage.commands == [SetStops(Stops())]


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (20, 6)])
async def test_it_is_whole_at_every_size(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("U")
        await pilot.pause()
        assert isinstance(stage.app.screen, StopsWindow)
        lines = shown(stage).splitlines()
        assert lines[0].startswith("╭")
        assert lines[-1].startswith("╰")
        assert len(lines) <= size[1]
