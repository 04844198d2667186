"""The cell cursor at the keys: where it is open arrows are for cells, elsewhere they are what they were."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.console import Console

from backprop_tui.engine.debugger.wire.commands import Advance, Restart, Unit
from backprop_tui.engine.debugger.wire.inspected import Cell, Tab
from backprop_tui.engine.debugger.wire.looks import (
    FAR,
    GoToWorst,
    MoveCell,
    OpenCells,
    Select,
    ToggleHeatmap,
)

from .. import scenes
from .stage import Stage

WIDE, NARROW = (120, 36), (80, 24)
OPEN = [OpenCells()]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_enter_goes_to_the_inspector_and_then_into_its_cells(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("enter")
        assert stage.commands == []
        await pilot.press("enter")
        assert stage.commands == OPEN


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("left", MoveCell(columns=-1)),
        ("down", MoveCell(lines=1)),
        ("home", MoveCell(columns=-FAR)),
        ("end", MoveCell(columns=FAR)),
        ("pagedown", MoveCell(pages=1)),
        ("ctrl+home", MoveCell(-FAR, -FAR)),
        ("ctrl+end", MoveCell(FAR, FAR)),
        ("space", Advance(Unit.ITERATION)),
        ("t", ToggleHeatmap()),
    ],
)
async def test_among_cells_arrows_move_and_other_keys_stay(key: str, command: object) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", "enter", key)
        assert stage.commands == [*OPEN, command]


@pytest.mark.parametrize(
    ("key", "command"),
    [("left", Advance(Unit.STATEMENT, -1)), ("down", Select(1)), ("home", Restart()), ("end", None)],
)
async def test_elsewhere_the_same_keys_are_for_time_and_tensors(key: str, command: object) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", key)
        assert stage.commands == [command] * (command is not None)


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_leaving_the_cells_stops_nothing(key: str) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", "enter", key, "right")
        assert stage.commands == [*OPEN, OpenCells(False), Advance(Unit.STATEMENT)]
        assert stage.engine.cancelled == 0
        await pilot.press("escape")
        assert stage.engine.cancelled == 1


async def test_in_another_pane_there_are_no_cells() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", "enter", "tab")
        await pilot.pause()
        assert stage.commands == [*OPEN, OpenCells(False)]
        await pilot.press("right")
        assert stage.commands[-1] == Advance(Unit.STATEMENT)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_worst_entry_is_gone_to_from_anywhere(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("exclamation_mark", "exclamation_mark", "right")
        await pilot.pause()
        assert stage.commands == [GoToWorst(), GoToWorst(), MoveCell(columns=1)]
        assert "inspector" in stage.seen()


async def test_the_selected_entry_stands_in_full_and_is_marked() -> None:
    stage = Stage("wrong")
    numbers = dict(zip(Tab, ("-0.06189", "0.1", "0.04", "0.06"), strict=True))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        shown = scenes.wrong()
        pane = replace(shown.inspector, cell=Cell((0, 0), (0,), numbers, worst=1))
        stage.app.main.frame = replace(shown, inspector=pane)
        stage.app.main.paint()
        assert "[0] worst · error 0.06 · manual 0.1 · autograd 0.04" in stage.text("inspector")
        assert "escape leaves" in stage.text("inspector")
        lines = stage.app.main.canvas("inspector").lines
        marked = [run.text for line in lines for run in line if "cursor" in run.style]
        assert len(marked) == len(Tab)


async def test_where_shades_cannot_be_told_apart_the_engine_counts_one_row_of_cells_a_line() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert stage.layouts[-1].halves
        stage.app.theme = "ansi-dark"
        await pilot.pause()
        assert not stage.layouts[-1].halves
        stage.app.theme = "backprop-light"
        await pilot.pause()
        assert stage.layouts[-1].halves


async def test_sixteen_colours_are_too_few_for_shades() -> None:
    stage = Stage()
    stage.app.console = Console(color_system="standard", force_terminal=True)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert not stage.layouts[-1].halves
