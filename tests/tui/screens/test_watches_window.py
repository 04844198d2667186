"""The window of what is watched: rows to type in, and what is no expression."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import SetWatches
from backprop_tui.engine.debugger.wire.frame import Summary, Watched
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain

from .stage import Stage

WIDE, NARROW, TINY = (120, 36), (80, 24), (40, 12)
WATCHED = (
    Watched("dW1.norm()", Summary((), "float32", 0.41, 0.41), -0.02, True),
    Watched("missing", problem="`missing`: NameError: name 'missing' is not defined"),
)


def watching(*watches: Watched) -> Stage:
    """A stage on which that is watched."""
    stage = Stage()
    stage.engine.frames = [replace(frame, watches=watches) for frame in stage.engine.frames]
    return stage


def shown(stage: Stage) -> str:
    return "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))


async def test_what_is_typed_is_watched() -> None:
    stage = watching()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("w", *"dW1.norm()", "down", *"x[0] + 1", "enter")
        await pilot.pause()
        assert stage.commands == [SetWatches(("dW1.norm()", "x[0] + 1"))]
        assert stage.app.screen is stage.app.main


async def test_what_is_watched_can_be_changed_and_taken_away() -> None:
    stage = watching(*WATCHED)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("w", "up", "ctrl+u", "up", *" * 2", "enter")
        await pilot.pause()
        assert stage.commands == [SetWatches(("dW1.norm() * 2",))]


async def test_what_is_no_expression_is_told_with_its_place() -> None:
    stage = watching()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("w", *"x = 3", "enter")
        await pilot.pause()
        assert "x = 3: column 3: invalid syntax" in shown(stage)
        await pilot.press("escape")
        await pilot.pause()
        assert stage.commands == []


@pytest.mark.parametrize("size", [WIDE, (200, 60)])
async def test_values_and_problems_stand_below_the_tensors(size: tuple[int, int]) -> None:
    stage = watching(*WATCHED)
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        rows = stage.text("tensors").splitlines()
        row = next(row for row in rows if "dW1.norm()" in row)
        assert "0.41" in row
        assert "-0.02" in row
        assert "`missing`: NameE" in next(row for row in rows if row.startswith("│    missing"))
        assert rows.index(row) > max(number for number, text in enumerate(rows) if "W1  " in text)


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (20, 6)])
async def test_it_is_whole_at_every_size(size: tuple[int, int]) -> None:
    stage = watching(*WATCHED, *[Watched(f"x + {number}") for number in range(30)])
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("w", "a")
        await pilot.pause()
        lines = shown(stage).splitlines()
        assert lines[-1].startswith("╰")
        assert len(lines) <= size[1]
        assert "▸ a" in "\n".join(lines)
