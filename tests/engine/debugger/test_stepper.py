"""Commands move a cursor over recorded iterations, forth and back, and run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger import moving
from backprop_tui.engine.debugger.pace import SPEEDS
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    ChangeSpeed,
    Command,
    GoTo,
    Restart,
    ToggleRun,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import Frame, LineState
from backprop_tui.engine.debugger.wire.looks import ChangeSlice, Layout, Pane, Scroll, Select
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

from .stepping import finished, made, shown

ITERATION, PHASE, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.PHASE), Advance(Unit.STATEMENT)
BACK, ITERATION_BACK = Advance(Unit.STATEMENT, -1), Advance(Unit.ITERATION, -1)
Build = Callable[..., Program]


def place(frame: Frame) -> tuple[int | None, str, int, int]:
    status = frame.status
    return status.iteration, status.phase, status.statement, status.statements


def _record(frame: Frame, stepper: Stepper) -> Iteration:
    record = stepper.now.standing.record
    assert record is not None
    assert record.number == frame.status.iteration
    return record


def test_before_anything_ran_the_frame_has_the_program_and_the_tensors(stepper: Stepper) -> None:
    frame = stepper.frame(0)
    assert place(frame) == (None, "", 0, 0)
    assert frame.current_line is None
    assert frame.tensors[0].name == "W1"
    assert {line.state for line in frame.lines} <= {LineState.STILL, LineState.AHEAD, LineState.RAN}


def test_the_lines_of_setup_have_run_once_it_is_begun(stepper: Stepper) -> None:
    states = {line.number: line.state for line in shown(stepper, Layout(program_rows=100)).lines}
    number = {line: n for n, line in enumerate(stepper.now.session.program.lines, 1)}
    assert states[number["import torch"]] is LineState.RAN
    assert states[number["W1 = torch.randn(1)"]] is LineState.RAN
    assert states[number["H = W1 * x + B1"]] is LineState.AHEAD


def test_an_iteration_ends_at_its_last_statement(stepper: Stepper) -> None:
    assert place(shown(stepper, ITERATION)) == (0, "update", 2, 2)
    assert place(shown(stepper, ITERATION)) == (1, "update", 2, 2)


def test_statements_are_stepped_one_by_one_into_the_next_iteration(stepper: Stepper) -> None:
    places = [place(shown(stepper, STATEMENT)) for _ in range(15)]
    assert places[:5] == [(0, "forward", n, 5) for n in range(1, 6)]
    assert places[5:12] == [(0, "backward", n, 7) for n in range(1, 8)]
    assert places[12:] == [(0, "update", 1, 2), (0, "update", 2, 2), (1, "forward", 1, 5)]


def test_phases_are_stepped_forth_and_back(stepper: Stepper) -> None:
    forth = [place(shown(stepper, PHASE))[1] for _ in range(3)]
    assert forth == ["forward", "backward", "update"]
    back = [place(shown(stepper, Advance(Unit.PHASE, -1)))[1] for _ in range(4)]
    assert back == ["backward", "forward", "", ""]


def test_stepping_back_and_forth_shows_the_same_again(stepper: Stepper) -> None:
    def pictures(command: Any) -> list[tuple[Any, ...]]:
        frames = [shown(stepper, command) for _ in range(13)]
        return [(f.current_line, [(t.name, repr(t.value), t.verdict) for t in f.tensors]) for f in frames]

    forth = pictures(STATEMENT)
    shown(stepper, STATEMENT)
    back = pictures(BACK)
    assert back == forth[::-1]


def test_back_from_the_beginning_of_an_iteration_is_the_last_statement_of_the_one_before(
    stepper: Stepper,
) -> None:
    steps = len(_record(shown(stepper, ITERATION, ITERATION), stepper).steps)
    assert place(shown(stepper, *[BACK] * steps)) == (1, "", 0, 0)
    frame = shown(stepper, BACK)
    assert (frame.status.iteration, frame.status.phase, stepper.now.session.number) == (0, "update", 1)
    assert place(shown(stepper, *[BACK] * 50)) == (0, "", 0, 0)


@pytest.mark.parametrize(
    ("command", "iteration"),
    [(ITERATION_BACK, 2), (GoTo(3), 2), (GoTo(1), 0), (Advance(Unit.PHASE, -1), 3)],
    ids=repr,
)
def test_what_was_seen_is_seen_again(command: Command, iteration: int, stepper: Stepper) -> None:
    seen = [shown(stepper, ITERATION) for _ in range(4)]
    frame = finished(stepper) if shown(stepper, command).status.running else stepper.frame(0)
    assert frame.status.iteration == iteration
    if iteration < 3:
        assert repr(frame) == repr(seen[iteration])
        assert repr(shown(stepper, ITERATION)) == repr(seen[iteration + 1])


def test_back_again_on_the_way_back_is_one_further(stepper: Stepper, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(stepper, *[ITERATION] * 30)
    monkeypatch.setattr(moving, "_AT_ONCE", 0.0)  # the way is never done before the next key
    shown(stepper, GoTo(12), ITERATION_BACK, ITERATION_BACK)
    assert finished(stepper).status.iteration == 9


def test_back_before_the_first_iteration_is_its_beginning(stepper: Stepper) -> None:
    assert place(shown(stepper, ITERATION, ITERATION_BACK, ITERATION_BACK)) == (0, "", 0, 0)


def test_what_is_run_again_prints_nothing_again(build: Build, capfd: pytest.CaptureFixture[str]) -> None:
    stepper = made(build(update="W = W - 0.1 * dW\nprint('iteration', iteration)"))
    shown(stepper, ITERATION, ITERATION, ITERATION, GoTo(1), ITERATION, ITERATION, ITERATION)
    assert capfd.readouterr().out.split() == "iteration 0 iteration 1 iteration 2 iteration 3".split()


def test_a_program_that_does_not_repeat_itself_is_told(build: Build) -> None:
    stepper = made(build(setup="+\nimport time", forward="H = W * x * time.perf_counter()\nloss = H.sum()"))
    frame = shown(stepper, ITERATION, ITERATION, ITERATION_BACK)
    assert any("does not repeat itself" in note for note in frame.notes)
    assert frame.losses.iterations == 1


def test_back_before_anything_ran_does_nothing(stepper: Stepper) -> None:
    assert place(shown(stepper, BACK, Advance(Unit.PHASE, -1), Advance(Unit.ITERATION, -1))) == (
        None,
        "",
        0,
        0,
    )


def test_an_iteration_from_the_middle_finishes_the_one_under_way(stepper: Stepper) -> None:
    assert place(shown(stepper, STATEMENT, STATEMENT, ITERATION)) == (0, "update", 2, 2)


def test_the_loss_and_verdicts_appear_only_when_their_statements_have_run(stepper: Stepper) -> None:
    frames = [shown(stepper, STATEMENT) for _ in range(12)]
    assert [frame.status.loss is not None for frame in frames] == [False] * 4 + [True] * 8
    assert [frame.status.exact + frame.status.close for frame in frames] == [0] * 5 + list(range(1, 8))
    assert [frame.status.to_come for frame in frames] == [7] * 5 + list(range(6, -1, -1))


def test_the_current_line_is_the_one_that_ran_last_and_has_its_verdict_at_once(stepper: Stepper) -> None:
    frame = shown(stepper, PHASE, STATEMENT)
    current = next(line for line in frame.lines if line.state is LineState.CURRENT)
    assert current.number == frame.current_line
    assert "dsummed" in stepper.now.session.program.lines[current.number - 1]
    assert current.verdict is Verdict.EXACT


def test_a_partial_gradient_has_no_verdict_before_its_last_write(build: Build) -> None:
    stepper = made(build(backward="dW = torch.zeros(3)\nfor i in range(3):\n    dW[i] += x[i]"))
    verdicts = [shown(stepper, STATEMENT).tensors[0].verdict for _ in range(6)]
    assert verdicts == [None] * 5 + [Verdict.EXACT]


def test_a_restart_shows_the_same_first_iteration(stepper: Stepper) -> None:
    first = shown(stepper, ITERATION).status.loss
    frame = shown(stepper, ITERATION, ITERATION, Restart())
    assert (place(frame), frame.losses.iterations) == ((None, "", 0, 0), 0)
    assert shown(stepper, ITERATION).status.loss == first


def test_going_to_an_iteration_runs_until_it_is_complete(stepper: Stepper) -> None:
    frame = shown(stepper, GoTo(1000))
    assert (frame.status.running, frame.status.target) == (True, 1000)
    frame = finished(stepper)
    assert (frame.status.iteration, frame.status.running, frame.status.target) == (999, False, None)
    assert frame.status.loss is not None
    assert frame.status.loss < 1e-12
    assert frame.losses.iterations == 1000


@pytest.mark.parametrize("target", [0, -5])
def test_going_to_no_iteration_starts_again(target: int, stepper: Stepper) -> None:
    frame = shown(stepper, ITERATION, ITERATION, GoTo(target))
    assert (place(frame), frame.losses.iterations) == ((None, "", 0, 0), 0)


def test_run_and_pause(stepper: Stepper) -> None:
    assert stepper.now.pace.wait_seconds() is None
    assert shown(stepper, ToggleRun()).status.running
    for _ in range(3):
        stepper.run_until(time.monotonic())
    assert stepper.now.session.number == 3
    assert not shown(stepper, ToggleRun()).status.running
    done = stepper.now.session.number
    stepper.run_until(time.monotonic() + 60)
    assert stepper.now.session.number == done


@pytest.mark.parametrize("stop", [ToggleRun(), Advance(Unit.STATEMENT, -1), GoTo(1)], ids=repr)
def test_however_a_run_is_stopped_the_lines_of_its_last_iteration_are_judged(
    stop: Command, stepper: Stepper
) -> None:
    assert not shown(stepper, ToggleRun()).status.line_check_due
    stepper.run_until(time.monotonic())
    assert not stepper.now.line_check.due
    assert shown(stepper, stop).status.line_check_due


def test_a_step_pauses_a_run(stepper: Stepper) -> None:
    assert not shown(stepper, ToggleRun(), STATEMENT).status.running


def test_the_speed_has_two_ends_and_limits_a_run(stepper: Stepper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(stepper, ChangeSpeed(+1)).status.speed == "as fast as it goes"
    assert shown(stepper, *[ChangeSpeed(-1)] * 20).status.speed == "1 a second"
    assert len(SPEEDS) < 20
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    shown(stepper, ToggleRun())
    stepper.run_until(105.0)
    assert stepper.now.session.number == 1
    assert stepper.now.pace.wait_seconds() == 1.0


def test_a_run_stops_at_a_failure(build: Build) -> None:
    stepper = made(build(update="W = W - dW\nif iteration == 3:\n    1 / 0"))
    shown(stepper, GoTo(100))
    frame = finished(stepper)
    assert frame.failure is not None
    assert (frame.failure.type, frame.status.iteration, frame.losses.iterations) == (
        "ZeroDivisionError",
        3,
        3,
    )


def test_a_loss_of_nan_pauses_a_run_once_and_is_shown_and_counted(build: Build) -> None:
    stepper = made(build(forward="H = W * x\nloss = H.sum() * float('nan')"))
    shown(stepper, GoTo(5))
    frame = finished(stepper)
    assert frame.losses.not_finite == 1
    assert frame.notes == ("stopped at line 8 · loss is nan",)
    assert shown(stepper, Advance(Unit.PHASE), Advance(Unit.PHASE)).notes == ("not finite since iteration 0",)
    shown(stepper, GoTo(5))
    frame = finished(stepper)
    assert frame.status.loss is not None
    assert math.isnan(frame.status.loss)
    assert (frame.losses.not_finite, frame.losses.lowest) == (5, None)
    assert all(point is not None and math.isnan(point) for point in frame.losses.points)


@pytest.mark.parametrize("section", ["setup", "parameters"])
def test_a_failure_at_the_beginning_is_on_its_line_and_keys_do_no_harm(section: str, build: Build) -> None:
    stepper = made(build(**{section: "import torch\nx = 1 / 0"}))
    commands = [
        ITERATION,
        STATEMENT,
        BACK,
        PHASE,
        ToggleRun(),
        GoTo(5),
        Select(1),
        ChangeSlice(1),
        Scroll(Pane.TENSORS, 3),
    ]
    frame = shown(stepper, *commands)
    assert frame.failure is not None
    assert [line.number for line in frame.lines if line.state is LineState.FAILED] == [frame.failure.line]
    assert not frame.status.running


def test_a_failure_in_an_iteration_marks_its_line_and_keeps_what_ran(build: Build) -> None:
    stepper = made(build(backward="dH = torch.ones_like(H)\ndW = dH @ torch.ones(5)"))
    frame = shown(stepper, ITERATION)
    assert [line.number for line in frame.lines if line.state is LineState.FAILED] == [11]
    assert frame.current_line == 11
    row = next(row for row in frame.tensors if row.name == "H")
    assert row.verdict is Verdict.EXACT
    before = shown(stepper, BACK, BACK)
    assert before.current_line == 7


def test_after_a_failure_the_same_iteration_is_tried_again(build: Build) -> None:
    stepper = made(build(setup="+\nfail = [True]", backward="dW = x.clone()\nif fail[0]:\n    1 / 0"))
    assert place(shown(stepper, ITERATION))[0] == 0
    assert stepper.frame(0).failure is not None
    stepper.now.session.namespace["fail"][0] = False
    frame = shown(stepper, ITERATION)
    assert (frame.failure, place(frame)) == (None, (0, "update", 1, 1))


def test_a_failure_before_the_first_statement_ended_shows_no_statement(build: Build) -> None:
    stepper = made(build(forward="H = undefined\nloss = H.sum()"))
    for command in (ITERATION, STATEMENT, BACK, PHASE):
        assert shown(stepper, command).status.phase == ""


def test_a_did_you_mean_is_among_the_notes(build: Build) -> None:
    stepper = made(
        build(forward="hidden = W * x\nloss = hidden.sum()", backward="dhiden = 1\ndW = x.clone()")
    )
    assert any("did you mean `dhidden`?" in note for note in shown(stepper, ITERATION).notes)
