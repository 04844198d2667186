"""Lines that are folded away take no row: what is in view, and how it scrolls, goes by the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.debugger.folds import Folds, line_of, row_of
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.looks import Layout, Pane, Scroll
from backprop_tui.engine.program.library import load

PROGRAM = load("linear_regression")
NARRATION: Folds = ((1, 1), (3, 9), (26, 33))


@st.composite
def folds(draw: st.DrawFn) -> Folds:
    edges = sorted(draw(st.sets(st.integers(1, 40), max_size=8)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return tuple((first, last) for first, last in pairs)


@given(folds())
def test_rows_are_the_lines_that_are_left(folds: Folds) -> None:
    hidden = {line for first, last in folds for line in range(first, last + 1)}
    left = [line for line in range(1, 60) if line not in hidden]
    assert [line_of(folds, row) for row in range(1, len(left) + 1)] == left
    assert [row_of(folds, line) for line in left] == list(range(1, len(left) + 1))


def shown(*commands: object) -> Frame:
    stepper = Stepper(PROGRAM, 0)
    stepper.begin()
    for command in (Layout(program_rows=10, folds=NARRATION), *commands):
        stepper.handle(command)  # type: ignore[arg-type]
        stepper.frame(0)
    return stepper.frame(0)


def test_as_many_lines_are_in_view_as_there_are_rows_and_none_of_the_folded() -> None:
    hidden = {line for first, last in NARRATION for line in range(first, last + 1)}
    for moves in range(0, 30, 3):
        frame = shown(*[Scroll(Pane.PROGRAM, 1)] * moves)
        numbers = [line.number for line in frame.lines]
        assert len(numbers) == 10
        assert hidden.isdisjoint(numbers)
        assert numbers[0] == line_of(NARRATION, min(moves + 1, row_of(NARRATION, len(PROGRAM.lines)) - 9))


def test_the_current_line_is_in_view_behind_a_fold() -> None:
    frame = shown(Advance(Unit.ITERATION), Advance(Unit.PHASE, -1))
    assert frame.current_line in [line.number for line in frame.lines]
