"""Breakpoints: where runs and steps stop in a record that is whole, and where they go on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    GoTo,
    Restart,
    SetStops,
    ToggleBreakpoint,
    ToggleRun,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.debugger.wire.stops import Stops
from backprop_tui.engine.program.program import Program

from .stepping import after, made

ITERATION, PHASE, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.PHASE), Advance(Unit.STATEMENT)
BACK, RUN = Advance(Unit.STATEMENT, -1), ToggleRun()
H, LOSS, DH, DW, UPDATE = 7, 8, 10, 11, 13
"""The lines of the little program."""
Build = Callable[..., Program]


def place(frame: Frame) -> tuple[int | None, str, int]:
    return frame.status.iteration, frame.status.phase, frame.status.statement


def told(line: int) -> str:
    return f"stopped at line {line} · breakpoint"


def breakpoints(lines: Iterable[int]) -> list[ToggleBreakpoint]:
    return [*map(ToggleBreakpoint, lines)]


def test_a_run_stops_before_the_line_in_each_iteration_and_says_so(build: Build) -> None:
    stepper = made(build())
    for number in range(3):
        frame = after(stepper, *breakpoints([DW] * (number == 0)), RUN)
        assert place(frame) == (number, "backward", 1)
        assert frame.current_line == DH
        assert told(DW) in frame.notes
        assert not frame.status.running
    assert told(DW) not in after(stepper, STATEMENT).notes


def test_the_iteration_that_is_stopped_in_is_whole(build: Build) -> None:
    stopped, walked = made(build()), made(build())
    after(stopped, ToggleBreakpoint(LOSS), RUN)
    frame = after(stopped, *[STATEMENT] * 4)
    assert repr(frame.tensors) == repr(after(walked, *[STATEMENT] * 5).tensors)
    assert frame.losses.iterations == 1


@pytest.mark.parametrize("key", [RUN, ITERATION, PHASE], ids=repr)
def test_what_goes_on_from_a_stop_stops_at_the_next_one(key: Any, build: Build) -> None:
    stepper = made(build())
    after(stepper, *breakpoints([LOSS, DW]))
    places = [place(after(stepper, key)) for _ in range(2)]
    middle = [(0, "forward", 2)] if key is PHASE else []
    assert places == [(0, "forward", 1), *(middle or [(0, "backward", 1)])]


def test_the_first_statement_of_an_iteration_can_be_stopped_before(build: Build) -> None:
    stepper = made(build())
    assert place(after(stepper, ToggleBreakpoint(), RUN)) == (0, "", 0)
    frame = after(stepper, RUN)
    assert place(frame) == (1, "", 0)
    assert told(H) in frame.notes
    assert (frame.complete, frame.losses.iterations) == (2, 1)


def test_a_line_in_a_loop_stops_in_every_pass(build: Build) -> None:
    stepper = made(
        build(backward="dW = torch.zeros(3)\nfor i in range(3):\n    j = i\n    dW[j] += x[j]", update=None)
    )
    after(stepper, ToggleBreakpoint(13))
    assert [place(after(stepper, RUN)) for _ in range(4)] == [
        (0, "backward", 2),
        (0, "backward", 4),
        (0, "backward", 6),
        (1, "backward", 2),
    ]


def test_several_statements_on_a_line_are_stopped_before_once(build: Build) -> None:
    stepper = made(build(backward="dH = torch.ones_like(H); dW = dH * x"))
    after(stepper, ToggleBreakpoint(DH))
    assert [place(after(stepper, RUN)) for _ in range(2)] == [(0, "forward", 2), (1, "forward", 2)]


def test_a_line_that_runs_in_some_iterations_only_stops_these(build: Build) -> None:
    stepper = made(build(update="W = W - 0.1 * dW\nif iteration % 5 == 4:\n    W = W / 2"))
    after(stepper, ToggleBreakpoint(15))
    assert [after(stepper, RUN).status.iteration for _ in range(2)] == [4, 9]


def test_going_somewhere_goes_past(build: Build) -> None:
    stepper = made(build())
    assert place(after(stepper, ToggleBreakpoint(DW), GoTo(5))) == (4, "update", 1)
    assert place(after(stepper, Advance(Unit.ITERATION, -1))) == (3, "update", 1)


def test_a_key_sets_one_at_the_cursor_and_takes_it_away_where_a_run_has_stopped(build: Build) -> None:
    stepper = made(build())
    assert after(stepper, PHASE, ToggleBreakpoint()).stops == Stops(frozenset({LOSS}))
    frame = after(stepper, RUN)
    assert (place(frame), frame.current_line) == ((1, "forward", 1), H)
    assert after(stepper, ToggleBreakpoint()).stops == Stops()
    assert after(stepper, STATEMENT, ToggleBreakpoint()).stops == Stops(frozenset({LOSS}))


def test_the_lines_in_view_show_them_and_they_outlive_a_new_start(build: Build) -> None:
    stepper = made(build())
    frame = after(stepper, Layout(program_rows=50), *breakpoints([H, DW]), ITERATION, Restart())
    assert [line.number for line in frame.lines if line.breakpoint] == [H, DW]
    assert place(after(stepper, RUN)) == (0, "", 0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (2, "line 2 runs once, before the first iteration: no run stops there"),
        (6, "no statement of the iteration begins on line 6"),
        (500, "no statement of the iteration begins on line 500"),
    ],
)
def test_where_no_run_stops_the_reason_is_told(line: int, words: str, build: Build) -> None:
    frame = after(made(build()), ToggleBreakpoint(line))
    assert frame.stops == Stops()
    assert words in frame.notes


def test_a_stop_before_a_line_that_fails_comes_first(build: Build) -> None:
    stepper = made(build(backward="dH = torch.ones_like(H)\ndW = dH @ torch.ones(5)"))
    frame = after(stepper, ToggleBreakpoint(DH), RUN)
    assert frame.current_line == LOSS
    assert told(DH) in frame.notes
    assert after(stepper, ITERATION).current_line == DW


def test_stops_are_set_as_they_were_kept(build: Build) -> None:
    frame = after(made(build()), SetStops(Stops(frozenset({UPDATE}))), RUN)
    assert place(frame) == (0, "backward", 2)
