"""While the engine is at work, what only moves the view is shown at once, as the engine then says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_tui.engine.debugger.folds import Folds
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import Frame, opening_frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Layout, Pane, Scroll, ShowLine, ShowTab
from backprop_tui.engine.program.library import load
from backprop_tui.tui.screens.foresight import Foresight

ROWS = 10
LAYOUT = Layout(program_rows=ROWS)
MOVES = st.one_of(
    st.builds(ShowTab, st.sampled_from(Tab)),
    st.builds(Scroll, st.just(Pane.PROGRAM), st.integers(-30, 30)),
    st.builds(Scroll, st.just(Pane.TENSORS), st.integers(-3, 3)),
    st.builds(ShowLine, st.integers(1, 46), st.booleans()),
)


def stepped(layout: Layout = LAYOUT) -> tuple[Stepper, Frame]:
    stepper = Stepper(load("linear_regression"), 0)
    stepper.begin()
    for command in (layout, Advance(Unit.ITERATION)):
        stepper.handle(command)
    return stepper, stepper.frame(2)


@pytest.mark.parametrize("folds", [(), ((1, 1), (3, 9)), ((25, 33),)])
@given(st.lists(MOVES, max_size=6))
def test_what_is_foreseen_is_where_the_engine_comes_to(
    folds: Folds, moves: list[ShowTab | Scroll | ShowLine]
) -> None:
    layout = replace(LAYOUT, folds=folds)
    stepper, frame = stepped(layout)
    foresight = Foresight(frame).after(frame)
    for number, move in enumerate(moves, 3):
        foresight = foresight.asked(move, number, layout)
        stepper.handle(move)
        stepper.frame(number)
    foreseen, told = foresight.frame, stepper.frame(2 + len(moves))
    assert [line.number for line in foreseen.lines] == [line.number for line in told.lines]
    assert foreseen.inspector.tab == told.inspector.tab


def test_lines_that_were_seen_keep_what_is_said_of_them() -> None:
    _, frame = stepped()
    scrolled = Foresight(frame).after(frame).asked(Scroll(Pane.PROGRAM, -2), 3, LAYOUT).frame
    assert scrolled.lines[2:] == frame.lines[:-2]


def test_what_is_answered_is_not_moved_again() -> None:
    _, frame = stepped()
    foresight = Foresight(frame).asked(Scroll(Pane.PROGRAM, -2), 3, LAYOUT)
    answer = replace(frame, handled=3)
    assert foresight.after(answer).frame is answer
    assert foresight.after(replace(frame, handled=2)).frame.lines[0].number == frame.lines[0].number - 2


def test_the_program_scrolls_while_torch_is_loaded() -> None:
    frame = opening_frame(load("linear_regression"))
    scrolled = Foresight(frame).after(frame).asked(Scroll(Pane.PROGRAM, 7), 1, LAYOUT).frame
    assert [line.number for line in scrolled.lines] == list(range(8, 8 + ROWS))
