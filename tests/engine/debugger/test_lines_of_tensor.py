"""A line selects the tensor that it is about; the lines of the selected tensor say what they do with it."""

from __future__ import annotations

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import Frame, Relation
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Layout, SelectAt, SelectName, ShowTab
from backprop_tui.engine.program.library import load

PROGRAM = load("linear_regression")


def line_of(begins: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.lines, 1) if line.startswith(begins))


def shown(*commands: object) -> Frame:
    stepper = Stepper(PROGRAM, 0)
    stepper.begin()
    for command in (Layout(program_rows=len(PROGRAM.lines)), *commands):
        stepper.handle(command)  # type: ignore[arg-type]
    return stepper.frame(0)


@pytest.mark.parametrize(
    ("begins", "tensor", "tab"),
    [
        ("H = ", "H", Tab.VALUE),
        ("dH = ", "H", Tab.MANUAL),
        ("W1 = torch", "W1", Tab.VALUE),
        ("W1 = W1", "W1", Tab.VALUE),
    ],
)
def test_a_line_selects_what_it_binds(begins: str, tensor: str, tab: Tab) -> None:
    pane = shown(Advance(Unit.ITERATION), SelectAt(line_of(begins))).inspector
    assert (pane.name, pane.tab) == (tensor, tab)


def test_the_error_stays_in_view_where_the_line_is_of_a_gradient() -> None:
    pane = shown(Advance(Unit.ITERATION), ShowTab(Tab.ERROR), SelectAt(line_of("dH = "))).inspector
    assert (pane.name, pane.tab) == ("H", Tab.ERROR)


@pytest.mark.parametrize("begins", ["import torch", "# %% forward", "n = len"])
def test_a_line_without_a_tensor_selects_nothing(begins: str) -> None:
    pane = shown(Advance(Unit.ITERATION), SelectName("H"), SelectAt(line_of(begins))).inspector
    assert pane.name == "H"


def test_the_lines_of_the_selected_tensor_say_what_they_do_with_it() -> None:
    lines = shown(SelectName("H")).lines
    assert {line.number: line.relation for line in lines if line.relation is not None} == {
        line_of("H = "): Relation.MAKES,
        line_of("difference = "): Relation.USES,
        line_of("dH = "): Relation.WRITES,
    }
