"""The cell cursor: where it goes, what stands of the entry under it, and how the worst entries are found."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Cell, Tab
from backprop_tui.engine.debugger.wire.looks import (
    FAR,
    ChangeSlice,
    GoToWorst,
    Layout,
    MoveCell,
    OpenCells,
    Select,
    SelectName,
    ShowTab,
    ToggleHeatmap,
)
from backprop_tui.engine.program.program import Program

ITERATION, OPEN, WORST, TOGGLE = Advance(Unit.ITERATION), OpenCells(), GoToWorst(), ToggleHeatmap()
LEFT, RIGHT = MoveCell(columns=-1), MoveCell(columns=1)
UP, DOWN, PAGE = MoveCell(lines=-1), MoveCell(lines=1), MoveCell(pages=1)
LAYOUT = Layout(grid_rows=9, grid_columns=64)
Build = Callable[..., Program]


def at_rest(program: Program, *commands: Any) -> Stepper:
    """After an iteration with W selected, and some commands, every frame in between drawn."""
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (LAYOUT, ITERATION, SelectName("W"), *commands):
        stepper.handle(command)
        stepper.frame(0)
    return stepper


def shown(stepper: Stepper, *commands: Any) -> Frame:
    for command in commands:
        stepper.handle(command)
        stepper.frame(0)
    return stepper.frame(0)


def cell(stepper: Stepper, *commands: Any) -> Cell:
    found = shown(stepper, *commands).inspector.cell
    assert found is not None
    return found


def looked_through(stepper: Stepper) -> Frame:
    """The frame once everything under way is found."""
    frame = stepper.frame(0)
    while stepper.now.summaries.surveys.due:
        stepper.now.summaries.surveys.go_on(60.0, lambda: False)
        frame = stepper.frame(0)
    return frame


@pytest.fixture
def matrix(build: Build) -> Program:
    """20 rows and 30 columns that count up; a gradient with three errors."""
    return build(
        parameters="W = torch.arange(600.0).view(20, 30)",
        forward="loss = W.sum()",
        backward="dW = torch.ones(20, 30)\ndW[3, 4] = 5\ndW[17, 29] = -9\ndW[0, 0] = 2",
        update="pass",
    )


def vector(build: Build, size: int, shape: str = "-1") -> Program:
    return build(
        parameters=f"W = torch.arange({size}.0).reshape({shape})",
        forward="loss = W.sum()",
        backward="dW = torch.ones_like(W)",
        update="pass",
    )


def test_without_a_cursor_no_entry_is_singled_out(matrix: Program) -> None:
    stepper = at_rest(matrix)
    assert stepper.frame(0).inspector.cell is None
    assert cell(stepper, OPEN).at == (0, 0)
    assert shown(stepper, OpenCells(False)).inspector.cell is None


def test_the_cursor_goes_by_cells_to_the_ends_and_not_beyond(matrix: Program) -> None:
    stepper = at_rest(matrix, OPEN)
    assert cell(stepper, LEFT, UP).at == (0, 0)
    assert cell(stepper, RIGHT, RIGHT, DOWN).at == (1, 2)
    assert cell(stepper, MoveCell(columns=FAR)).at == (1, 29)
    assert cell(stepper, RIGHT).at == (1, 29)
    assert cell(stepper, MoveCell(FAR, FAR)).at == (19, 29)
    assert cell(stepper, MoveCell(columns=-FAR)).at == (19, 0)
    assert cell(stepper, MoveCell(-FAR, -FAR)).at == (0, 0)


def test_the_window_goes_with_the_cursor(matrix: Program) -> None:
    stepper = at_rest(matrix, OPEN)
    for command in [RIGHT] * 12 + [DOWN] * 12 + [LEFT] * 5 + [MoveCell(FAR, FAR), UP, LEFT]:
        pane = shown(stepper, command).inspector
        block = pane.blocks[Tab.VALUE]
        assert pane.cell is not None
        line, column = pane.cell.entry[0] - block.top, pane.cell.entry[1] - block.left
        assert block.rows[line][column] == float(pane.cell.numbers[Tab.VALUE])


def test_a_page_is_what_is_in_view(matrix: Program) -> None:
    stepper = at_rest(matrix, OPEN)
    rows = len(stepper.frame(0).inspector.blocks[Tab.VALUE].rows)
    assert cell(stepper, PAGE).at == (rows, 0)
    assert cell(stepper, MoveCell(pages=-1)).at == (0, 0)


def test_the_entry_stands_in_full_with_both_gradients_and_the_error(build: Build) -> None:
    program = build(
        parameters="W = torch.tensor([0.1, 1 / 3, 16777217.0])",
        forward="loss = (W * W).sum()",
        backward="dW = 2 * W + torch.tensor([0.0, 0.25, 0.0])",
        update="pass",
    )
    stepper = at_rest(program, OPEN)
    assert cell(stepper).numbers == {
        Tab.VALUE: "0.1",
        Tab.MANUAL: "0.2",
        Tab.AUTOGRAD: "0.2",
        Tab.ERROR: "0",
    }
    second = cell(stepper, RIGHT).numbers
    assert (second[Tab.VALUE], second[Tab.MANUAL], second[Tab.ERROR]) == ("0.33333334", "0.9166667", "0.25")
    assert cell(stepper, RIGHT).numbers[Tab.VALUE] == "16777216"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("torch.tensor([2**62 + 1])", "4611686018427387905"),
        ("torch.tensor([True])", "True"),
        ("torch.tensor([1 / 3], dtype=torch.float64)", "0.3333333333333333"),
        ("torch.tensor([1 / 3], dtype=torch.bfloat16)", "0.334"),
        ("torch.tensor([float('nan')])", "nan"),
        ("torch.tensor([float('-inf')])", "-inf"),
    ],
)
def test_an_entry_has_the_digits_of_its_dtype(written: str, text: str, build: Build) -> None:
    program = build(setup=f"+\nZ = {written}", forward="U = Z\nH = W * x\nloss = H.sum()")
    assert cell(at_rest(program, SelectName("Z"), OPEN)).numbers[Tab.VALUE] == text


def test_a_long_vector_is_folded_and_the_cursor_goes_on_in_the_next_line(build: Build) -> None:
    stepper = at_rest(vector(build, 100), OPEN)
    grid = stepper.frame(0).inspector.blocks[Tab.VALUE].grid
    assert 1 < grid.fold < 100
    assert cell(stepper, MoveCell(columns=FAR)).at == (grid.fold - 1,)
    assert cell(stepper, RIGHT).at == (grid.fold,)
    assert cell(stepper, UP).at == (0,)
    assert cell(stepper, DOWN, LEFT).at == (grid.fold - 1,)
    assert cell(stepper, MoveCell(FAR, FAR), RIGHT).at == (99,)


def test_a_column_is_folded_like_a_row_and_keeps_its_index(build: Build) -> None:
    stepper = at_rest(vector(build, 100, "100, 1"), OPEN)
    assert cell(stepper, RIGHT, RIGHT).at == (2, 0)
    assert cell(stepper).numbers[Tab.VALUE] == "2"


def test_of_three_dimensions_the_cursor_is_in_the_slice_that_is_shown(build: Build) -> None:
    stepper = at_rest(vector(build, 60, "3, 4, 5"), OPEN, RIGHT, DOWN)
    assert cell(stepper).at == (0, 1, 1)
    assert cell(stepper, ChangeSlice(1)).at == (1, 1, 1)
    assert cell(stepper).numbers[Tab.VALUE] == "26"


def test_the_worst_error_comes_first_then_the_next_and_after_the_last_the_first(matrix: Program) -> None:
    stepper = at_rest(matrix, ShowTab(Tab.ERROR))
    places = [cell(stepper, WORST).at for _ in range(3)]
    assert places == [(17, 29), (3, 4), (0, 0)]
    assert cell(stepper).worst == 3
    assert cell(stepper, WORST).at == (17, 29)
    assert cell(stepper, LEFT).worst == 0


def test_what_may_be_rounding_is_none_of_the_worst_where_anything_is_more(build: Build) -> None:
    program = build(
        parameters="W = torch.ones(3, 4)",
        forward="loss = (W * W).sum()",
        backward="dW = 2 * W * (1 + 2e-7)\ndW[2, 1] = 3",
        update="pass",
    )
    stepper = at_rest(program, ShowTab(Tab.ERROR))
    assert [cell(stepper, WORST).at for _ in range(3)] == [(2, 1)] * 3


def test_nan_and_infinity_are_worse_than_any_number(build: Build) -> None:
    lines = "dW = torch.ones(4, 5)\ndW[1, 1] = 1e30\ndW[3, 2] = float('nan')\ndW[2, 0] = -float('inf')"
    program = build(
        parameters="W = torch.ones(4, 5)", forward="loss = W.sum()", backward=lines, update="pass"
    )
    for tab in (Tab.MANUAL, Tab.ERROR):
        stepper = at_rest(program, ShowTab(tab))
        assert [cell(stepper, WORST).at for _ in range(3)] == [(2, 0), (3, 2), (1, 1)]


def test_the_worst_of_a_value_is_the_largest(matrix: Program) -> None:
    stepper = at_rest(matrix, ShowTab(Tab.VALUE))
    assert [cell(stepper, WORST).at for _ in range(2)] == [(19, 29), (19, 28)]


def test_the_worst_entry_may_be_in_another_slice(build: Build) -> None:
    program = build(
        parameters="W = torch.zeros(3, 4, 5)",
        forward="loss = W.sum()",
        backward="dW = torch.ones(3, 4, 5)\ndW[2, 3, 1] = 7",
        update="pass",
    )
    stepper = at_rest(program, ShowTab(Tab.ERROR))
    assert cell(stepper, WORST).at == (2, 3, 1)
    assert stepper.frame(0).inspector.slice_index == (2,)


def test_another_tensor_is_looked_at_from_its_first_entry(matrix: Program) -> None:
    stepper = at_rest(matrix, ShowTab(Tab.ERROR), WORST)
    assert cell(stepper, Select(1)).at == ()
    assert cell(stepper, Select(-1)).at == (0, 0)


def test_in_a_pooled_heatmap_the_cursor_is_at_the_worst_entry_of_its_cell(matrix: Program) -> None:
    stepper = at_rest(matrix, ShowTab(Tab.ERROR), TOGGLE, TOGGLE)
    shown(stepper, Layout(grid_rows=5, grid_columns=15), OPEN)
    heat = stepper.frame(0).inspector.heat
    assert heat is not None
    assert (heat.grid.down, heat.grid.across) == (4, 2)
    assert cell(stepper, MoveCell(columns=FAR), MoveCell(lines=FAR)).at == (17, 29)
    assert cell(stepper, MoveCell(-FAR, -FAR), RIGHT, RIGHT).at == (3, 4)


LARGE = 700


@pytest.fixture
def large(build: Build) -> Program:
    """More entries than are looked through while somebody waits."""
    return build(
        parameters=f"W = torch.linspace(-1, 2, {LARGE * LARGE}).view({LARGE}, {LARGE})",
        forward="loss = W.sum()",
        backward="dW = torch.ones_like(W)\ndW[500, 3] = 4\ndW[2, 650] = -4\ndW[600, 600] = float('inf')",
        update="pass",
    )


def test_the_next_worst_of_a_large_tensor_are_found_in_the_background(large: Program) -> None:
    stepper = at_rest(large, ShowTab(Tab.ERROR))
    assert cell(stepper, WORST).at == (600, 600)  # the comparison knows it
    shown(stepper, WORST)
    assert "looked through" in stepper.frame(0).inspector.under_way
    frame = looked_through(stepper)
    assert frame.inspector.cell is not None
    assert frame.inspector.cell.at == (2, 650)
    assert frame.inspector.under_way == ""
    assert cell(stepper, WORST).at == (500, 3)


def test_what_is_known_of_a_large_tensor_arrives_later(large: Program) -> None:
    stepper = at_rest(large)
    first = stepper.frame(0)
    assert first.inspector.statistics is None
    assert next(row.value.text for row in first.tensors if row.name == "W" and row.value) == "…"
    frame = looked_through(stepper)
    assert frame.inspector.statistics is not None
    _, known = frame.inspector.statistics
    assert (known.low, known.high, known.total) == (-1.0, 2.0, LARGE * LARGE)
    assert known.mean == pytest.approx(0.5, abs=1e-4)
    assert sum(known.bins) == LARGE * LARGE
    assert next(row.value.high for row in frame.tensors if row.name == "W" and row.value) == 2.0


def test_a_gradient_that_fails_opens_its_error_at_the_worst_entry(matrix: Program) -> None:
    stepper = Stepper(matrix, 0)
    stepper.begin()
    shown(stepper, LAYOUT, ITERATION)
    stepper.check_lines()
    pane = stepper.frame(0).inspector
    assert (pane.name, pane.tab) == ("W", Tab.ERROR)
    assert pane.heat is not None
    assert pane.heat.worst == pane.heat.grid.place((17, 29))
    assert [cell(stepper, WORST).at for _ in range(2)] == [(17, 29), (3, 4)]


@pytest.mark.parametrize(
    "shape", ["()", "(0,)", "(1,)", "(0, 3)", "(2, 1, 1, 1, 2)", "(7,)", "(4, 1)", "(90,)"]
)
@pytest.mark.parametrize("wrong", ["torch.ones(5, 6, 7)", "3.0", "None", "...", "torch.ones(0)", "1j * W"])
def test_the_cursor_can_be_opened_and_moved_over_anything(shape: str, wrong: str, build: Build) -> None:
    program = build(
        parameters=f"W = torch.ones({shape})",
        forward="loss = W.sum()",
        backward=f"dW = {wrong}",
        update="pass",
    )
    stepper = at_rest(program)
    for tab in Tab:
        for command in (ShowTab(tab), OPEN, RIGHT, DOWN, PAGE, MoveCell(FAR, FAR), WORST, TOGGLE, LEFT):
            pane = shown(stepper, command).inspector
            assert pane.cell is None or all(math.isfinite(at) for at in pane.cell.at)
