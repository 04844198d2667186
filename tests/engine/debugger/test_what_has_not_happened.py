"""What has not happened yet in an iteration is not shown; verdicts of lines belong to the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Ask, Unit
from backprop_tui.engine.debugger.wire.frame import Frame, LineState
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Layout, SelectName
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.tutor.answer import Asked
from backprop_tui.engine.verdict import Verdict

ITERATION, BACK, STATEMENT = (
    Advance(Unit.ITERATION),
    Advance(Unit.ITERATION, -1),
    Advance(Unit.STATEMENT),
)
LOSS = "loss = summed / n"


def each_statement(program: Program, iterations: int) -> Iterator[Frame]:
    """The frames from the beginning of an iteration to its end, all lines judged."""
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (Layout(program_rows=len(program.lines)), *[ITERATION] * (iterations + 1)):
        stepper.handle(command)
    stepper.check_lines()
    stepper.handle(SelectName("H"))
    for _ in stepper.now.view.ran * " ":
        stepper.handle(Advance(Unit.STATEMENT, -1))
    for _ in range(len(stepper.now.standing.record.steps) + 1):  # type: ignore[union-attr]
        stepper.handle(SelectName("H"))
        yield stepper.frame(0)
        stepper.handle(STATEMENT)


def test_the_loss_and_autograds_gradients_come_with_the_line_of_the_loss() -> None:
    program = load("linear_regression")
    frames = list(each_statement(program, 2))
    line = program.lines.index(LOSS) + 1
    there = [frame.current_line is not None and frame.current_line >= line for frame in frames]
    assert any(there)
    assert not all(there)
    assert [frame.status.loss is not None for frame in frames] == there
    assert [frame.losses.iterations for frame in frames] == [3 if now else 2 for now in there]
    assert [bool(frame.inspector.blocks[Tab.AUTOGRAD].rows) for frame in frames] == there


def test_the_lowest_loss_is_none_that_is_to_come() -> None:
    frames = list(each_statement(load("linear_regression"), 2))
    before, after = frames[0].losses, frames[-1].losses
    assert before.lowest is not None
    assert after.lowest is not None
    assert after.last == after.lowest < before.lowest == before.last
    assert len(after.points) == len(before.points) + 1


def test_the_verdicts_of_the_lines_are_the_same_wherever_the_cursor_stands() -> None:
    frames = list(each_statement(load("linear_regression"), 0))
    verdicts = [tuple(line.verdict for line in frame.lines) for frame in frames]
    assert set(verdicts[0]) != {None}
    assert set(verdicts) == {verdicts[-1]}


def test_what_fails_is_counted_wherever_its_sign_stands(build: Callable[..., Program]) -> None:
    frames = list(each_statement(build(backward="dH = -2 * H\ndW = dH * x"), 0))
    assert frames[0].status.to_come == 0
    assert {(frame.status.wrong, frame.status.inherited) for frame in frames} == {(1, 1)}
    assert any(line.verdict is Verdict.WRONG_HERE for line in frames[0].lines)


def test_a_gradient_has_neither_value_nor_verdict_before_its_line() -> None:
    program = load("linear_regression")
    line = next(n for n, text in enumerate(program.lines, 1) if text.startswith("dH ="))
    for frame in each_statement(program, 0):
        row = next(row for row in frame.tensors if row.name == "H")
        ran = frame.current_line is not None and frame.current_line >= line
        assert (row.gradient is not None, row.verdict is not None, row.maxdiff is not None) == (ran,) * 3


def test_why_an_iteration_stopped_is_told_where_it_did(build: Callable[..., Program]) -> None:
    frames = list(each_statement(build(backward="dH = 2 * H\ndW = dH @ torch.ones(9)"), 0))
    assert [frame.failure is not None for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert [bool(frame.notes) for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert {frame.complete for frame in frames} == {0}
    assert not any(line.state is LineState.FAILED for frame in frames[:-1] for line in frame.lines)


def test_an_iteration_that_ended_before_its_loss_has_no_gradients_to_ask_about(
    build: Callable[..., Program],
) -> None:
    stepper = Stepper(build(forward="H = W * x\nassert iteration < 1\nloss = H.sum()"), 0)
    stepper.begin()
    for command in (ITERATION, ITERATION, SelectName("H"), Ask(Asked.HINT)):
        stepper.handle(command)
    assert stepper.frame(0).notes == ("iteration 1 ended before its loss: it has no gradients to ask about",)
