"""What a frame shows: the selection, the window, what is marked, and never more than fits."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.grid import Grid
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import (
    ChangeSlice,
    Layout,
    Pane,
    Scroll,
    Select,
    SelectName,
    ShowTab,
)
from backprop_tui.engine.program.program import Program, parse

from .stepping import finished, made, shown

ITERATION, PHASE, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.PHASE), Advance(Unit.STATEMENT)
BACK = Advance(Unit.STATEMENT, -1)
Build = Callable[..., Program]


def test_the_selection_follows_the_statement(stepper: Stepper) -> None:
    assert shown(stepper, STATEMENT).inspector.name == "H"
    assert shown(stepper, STATEMENT).inspector.name == "difference"
    frame = shown(stepper, PHASE, STATEMENT)
    assert (frame.inspector.name, frame.inspector.tab) == ("summed", Tab.MANUAL)


def test_up_and_down_move_the_selection_and_stop_at_the_ends(stepper: Stepper) -> None:
    names = [shown(stepper, Select(+1)).inspector.name for _ in range(12)]
    assert names[-1] == names[-2] == "loss"
    names = [shown(stepper, Select(-1)).inspector.name for _ in range(12)]
    assert names[-1] == names[-2] == "W1"


@pytest.mark.parametrize("name", ["no such tensor", "", "torch", "[/]"])
def test_a_selection_that_does_not_exist_falls_back_to_the_first(name: str, stepper: Stepper) -> None:
    assert shown(stepper, ITERATION, SelectName(name)).inspector.name == "W1"


def test_data_that_the_forward_reads_have_rows_with_a_value_and_no_gradient(stepper: Stepper) -> None:
    frame = shown(stepper, ITERATION, Layout(tensor_rows=20))
    rows = {row.name: row for row in frame.tensors}
    assert list(rows)[:5] == ["W1", "B1", "x", "y", "H"]
    x = rows["x"]
    assert (x.kind, x.gradient, x.verdict, x.maxdiff) == ("data", None, None, None)
    assert x.value is not None
    assert (x.value.shape, x.value.low, x.value.high) == ((4,), 1.0, 4.0)
    assert rows["y"].verdict is not None
    assert "n" not in rows
    blocks = shown(stepper, SelectName("x")).inspector.blocks
    assert "x is data" in blocks[Tab.AUTOGRAD].missing


def test_back_at_the_start_the_lines_that_run_first_are_in_view(stepper: Stepper) -> None:
    first = next(s.line for s in stepper.now.session.program.statements if s.section == "forward")
    back = Advance(Unit.PHASE, -1)
    assert first not in {line.number for line in shown(stepper, Layout(program_rows=9), ITERATION).lines}
    numbers = [line.number for line in shown(stepper, back, back, back).lines]
    assert first in numbers[:4]
    assert shown(stepper, Scroll(Pane.PROGRAM, 12)).lines[0].number == numbers[0] + 12


def test_exactly_one_row_is_selected_and_it_is_in_view(stepper: Stepper) -> None:
    shown(stepper, ITERATION, Layout(tensor_rows=2))
    for _ in range(9):
        rows = shown(stepper, Select(+1)).tensors
        assert len(rows) == 2
        assert sum(row.selected for row in rows) == 1


@pytest.mark.parametrize("pane", list(Pane))
@pytest.mark.parametrize("rows", [-(10**9), -1, 1, 10**9])
def test_scrolling_never_leaves_what_there_is(pane: Pane, rows: int, stepper: Stepper) -> None:
    layout = Layout(program_rows=5, tensor_rows=3, grid_rows=2, grid_columns=20)
    frame = shown(stepper, layout, ITERATION, Scroll(pane, rows, rows), Scroll(pane, rows, rows))
    assert len(frame.lines) == 5
    assert 1 <= frame.lines[0].number <= frame.lines[-1].number <= frame.lines_total
    assert len(frame.tensors) == 3
    assert all(block.rows or block.missing for block in frame.inspector.blocks.values())


def test_the_program_scrolls_to_the_current_line(stepper: Stepper) -> None:
    shown(stepper, Layout(program_rows=4))
    for _ in range(14):
        frame = shown(stepper, STATEMENT)
        assert frame.current_line in [line.number for line in frame.lines]


def test_a_program_scrolled_by_hand_stays_until_the_next_step(stepper: Stepper) -> None:
    frame = shown(stepper, Layout(program_rows=4), ITERATION, Scroll(Pane.PROGRAM, -100))
    assert frame.lines[0].number == 1
    assert shown(stepper, BACK).current_line in [line.number for line in stepper.frame(0).lines]


def test_a_matrix_is_shown_through_a_window_with_its_place(build: Build) -> None:
    stepper = made(
        build(
            parameters="W = torch.arange(600.0).view(20, 30)",
            forward="loss = W.sum()",
            backward="dW = torch.ones(20, 30)",
        )
    )
    layout = Layout(grid_rows=5, grid_columns=36)
    block = shown(stepper, layout, ITERATION, SelectName("W"), Scroll(Pane.INSPECTOR, 5, 7)).inspector.blocks[
        Tab.VALUE
    ]
    assert (block.top, block.left, block.grid) == (5, 7, Grid(20, 30))
    assert [len(row) for row in block.rows] == [4, 4, 4]
    assert block.rows[0][0] == pytest.approx(5 * 30 + 7 - 0.1, abs=1e-4)


def test_a_tensor_of_many_dimensions_shows_one_matrix_and_which(build: Build) -> None:
    stepper = made(
        build(
            parameters="W = torch.arange(24.0).view(2, 3, 2, 2)",
            forward="loss = W.sum()",
            backward=None,
            update=None,
        )
    )
    shown(stepper, ITERATION, SelectName("W"))
    indices = [stepper.frame(0).inspector.slice_index]
    indices += [shown(stepper, ChangeSlice(+1)).inspector.slice_index for _ in range(7)]
    assert indices == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 2), (1, 2)]
    assert stepper.frame(0).inspector.blocks[Tab.VALUE].rows == ((20.0, 21.0), (22.0, 23.0))
    assert shown(stepper, *[ChangeSlice(-1)] * 9).inspector.slice_index == (0, 0)


SHAPES = ["()", "(0,)", "(1,)", "(0, 3)", "(3, 0, 2)", "(2, 1, 1, 1, 2)", "(7,)"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "wrong", ["torch.ones(5, 6, 7)", "torch.ones(())", "3.0", "None", "'[/]'", "...", "torch.ones(0)"]
)
def test_every_shape_and_every_wrong_gradient_can_be_looked_at(shape: str, wrong: str, build: Build) -> None:
    stepper = made(
        build(
            parameters=f"W = torch.ones({shape})",
            forward="loss = W.sum()",
            backward=f"dW = {wrong}",
            update=None,
        )
    )
    for command in (ITERATION, SelectName("W"), ChangeSlice(3), Scroll(Pane.INSPECTOR, 5, 5), BACK, BACK):
        frame = shown(stepper, command)
        assert set(frame.inspector.blocks) == set(Tab)


def test_a_wrong_gradient_shows_its_error_and_the_worst_element(build: Build) -> None:
    stepper = made(build(backward="dH = torch.ones(3)\ndW = dH * x\ndW[1] = 5"))
    pane = shown(stepper, ITERATION, SelectName("W"), ShowTab(Tab.ERROR)).inspector
    assert (pane.tab, pane.blocks[Tab.ERROR].rows) == (Tab.ERROR, ((0.0, 3.0, 0.0),))
    assert "worst at [1]: 5, autograd 2" in pane.facts


def test_names_that_a_short_move_wrote_are_marked(stepper: Stepper) -> None:
    frame = shown(stepper, STATEMENT)
    assert [row.name for row in frame.tensors if row.changed] == ["H"]
    assert not any(row.changed for row in shown(stepper, ITERATION, ITERATION).tensors)


def numbers_in(frame: Frame) -> int:
    blocks = frame.inspector.blocks.values()
    cells = sum(len(row) for block in blocks for row in block.rows)
    return (
        cells
        + len(frame.losses.points)
        + len(frame.tensors)
        + len(frame.lines)
        + len(frame.inspector.used_by)
    )


def huge(statements: int) -> Program:
    lines = [f"h{n} = (W if {n} == 0 else h{n - 1}) + 1" for n in range(statements)]
    text = "\n".join(
        [
            *("# %% setup", "import torch", "# %% parameters", "W = torch.ones(2)", "# %% forward"),
            *lines,
            f"loss = h{statements - 1}.sum() + W.sum()",
        ]
    )
    return parse(text, "huge")


def test_a_frame_is_no_larger_than_the_layout_whatever_the_size_of_a_tensor(build: Build) -> None:
    program = build(
        parameters="W = torch.ones(700, 900)", forward="loss = W.sum()", backward="dW = torch.ones(700, 900)"
    )
    layout = Layout(program_rows=10, tensor_rows=5, grid_rows=6, grid_columns=40, loss_columns=30)
    stepper = made(program)
    shown(stepper, layout, GoTo(3))
    assert numbers_in(finished(stepper)) <= 10 + 5 + 4 * 6 * 4 + 30 + 10


def test_a_frame_is_no_larger_than_the_layout_whatever_the_size_of_the_program() -> None:
    layout = Layout(program_rows=10, tensor_rows=5, grid_rows=6, grid_columns=40, loss_columns=30)
    frame = shown(made(huge(1500)), layout, ITERATION, SelectName("W"))
    assert frame.lines_total == 1506
    assert numbers_in(frame) <= 10 + 5 + 4 * 6 * 4 + 30 + 10


@pytest.mark.parametrize(
    "layout", [Layout(0, 0, 0, 0, 0), Layout(1, 1, 1, 1, 1), Layout(500, 500, 500, 500, 500)]
)
def test_any_layout_can_be_drawn(layout: Layout, stepper: Stepper) -> None:
    for command in (layout, STATEMENT, ITERATION, BACK, Select(1), Scroll(Pane.INSPECTOR, 1, 1)):
        frame = shown(stepper, command)
        assert len(frame.lines) <= layout.program_rows
        assert len(frame.tensors) <= layout.tensor_rows


def test_a_stopped_iteration_is_not_run_again_to_check_its_lines(build: Build) -> None:
    stepper = made(build(backward="dW = -x\nwhile True: dW += 1"))
    stepper.now.cancel.ask()
    assert shown(stepper, ITERATION).failure is not None
    assert not stepper.now.line_check.due


@pytest.mark.parametrize(("manual", "error"), [("nan", math.inf), ("inf", math.inf), ("7.0", 5.0)])
def test_an_entry_that_is_not_finite_has_an_infinite_error(manual: str, error: float, build: Build) -> None:
    stepper = made(build(backward=f"dW = x.clone()\ndW[1] = float('{manual}')"))
    pane = shown(stepper, ITERATION, SelectName("W")).inspector
    assert pane.blocks[Tab.ERROR].rows == ((0.0, error, 0.0),)


def test_the_value_shown_is_the_new_one_after_a_change_in_place(build: Build) -> None:
    stepper = made(build(update="W.data -= 0.1 * dW"))
    spans = [shown(stepper, ITERATION).tensors[0].value for _ in range(2)]
    assert [span.high for span in spans if span is not None] == pytest.approx([1.7, 1.4])
