"""What is wrong is gone to by itself, and in what order one goes through what wants attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Ask, GoTo, Restart, Unit
from backprop_tui.engine.debugger.wire.frame import Attention, Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import (
    Attend,
    Layout,
    Pane,
    Scroll,
    Select,
    SelectName,
    ShowTab,
)
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.answer import Asked
from backprop_tui.engine.verdict import Verdict

ITERATION, PHASE, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.PHASE), Advance(Unit.STATEMENT)
NEXT, PREVIOUS = Attend(1), Attend(-1)
NARRATION = "\n".join(["# %% [markdown]", *["# words"] * 40])
TEXT = f"""# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
b = torch.tensor([0.1, 0.2, 0.3])
# %% forward
h = W * x
k = h.tanh() + b
loss = (k ** 2).sum()
{NARRATION}
# %% backward
dk = 2 * k
dh = (1 - h.tanh() ** 2) * dk
dW = dh * x
db = dk.clone()
{NARRATION}
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
"""
TWO_WRONG = TEXT.replace("dh = (1 - h.tanh() ** 2)", "dh = (1 + h.tanh() ** 2)").replace("dk.clone()", "-dk")


def made(program: Program) -> Stepper:
    stepper = Stepper(program, 0)
    stepper.begin()
    stepper.handle(Layout(program_rows=12))
    stepper.frame(0)
    return stepper


def shown(stepper: Stepper, *commands: Any) -> Frame:
    """The frame after some commands, every frame in between drawn, and every line judged that is to be."""
    for command in commands:
        stepper.handle(command)
        stepper.frame(0)
        if stepper.now.line_check.due:
            stepper.check_lines()
            stepper.frame(0)
    return stepper.frame(0)


def attended(frame: Frame) -> Attention:
    assert frame.attention is not None
    return frame.attention


def line_of(stepper: Stepper, begins: str) -> int:
    return next(n for n, line in enumerate(stepper.now.session.program.lines, 1) if line.startswith(begins))


def in_view(frame: Frame) -> set[int]:
    return {line.number for line in frame.lines}


def test_the_first_wrong_gradient_is_gone_to_by_itself() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    frame, at = shown(stepper, ITERATION), line_of(stepper, "dh =")
    one = attended(frame)
    assert (frame.inspector.name, frame.inspector.tab) == ("h", Tab.ERROR)
    assert one.text.startswith(f"line {at}, dh: ")
    assert (one.line, one.number, one.total, one.here) == (at, 1, 2, True)
    assert at in in_view(frame)
    assert next(row for row in frame.tensors if row.selected).name == "h"


def test_before_the_lines_are_judged_nothing_is_blamed_and_nothing_selected() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    stepper.handle(ITERATION)
    frame = stepper.frame(0)
    assert frame.status.line_check_due
    assert frame.status.wrong == 3
    assert (frame.attention, frame.inspector.name) == (None, "W")


def test_a_right_program_wants_no_attention() -> None:
    stepper = made(parse(TEXT, "mine"))
    frame = shown(stepper, ITERATION)
    assert (frame.attention, frame.inspector.name) == (None, "W")
    assert "no gradient wants attention" in shown(stepper, NEXT).notes


@pytest.mark.parametrize("selecting", [Select(-1), SelectName("k"), SelectName("W")], ids=repr)
def test_who_selects_by_hand_keeps_the_selection(selecting: Any) -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    name = shown(stepper, selecting).inspector.name
    frame = shown(stepper, ITERATION, ITERATION)
    assert frame.inspector.name == name
    assert not attended(frame).here
    assert attended(frame).text.startswith(f"line {line_of(stepper, 'dh =')}, dh: ")


def test_once_gone_to_it_is_not_gone_to_again_after_another_was_selected() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    frame = shown(stepper, ITERATION, SelectName("k"), ITERATION, GoTo(1))
    assert frame.inspector.name == "k"


def test_a_restart_and_what_awaits_the_verdicts_go_to_it_again() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    assert shown(stepper, ITERATION, SelectName("k"), Restart(), ITERATION).inspector.name == "h"
    shown(stepper, SelectName("k"))
    stepper.now.view = stepper.now.view.awaiting()
    assert stepper.frame(0).inspector.name == "h"


def test_statements_are_followed_and_a_whole_iteration_stays_where_one_stands() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    frame = shown(stepper, STATEMENT)
    assert frame.inspector.name == "h"
    frame = shown(stepper, PHASE, PHASE)
    assert (frame.status.phase, frame.inspector.name) == ("backward", "b")
    frame, at = shown(stepper, ITERATION), line_of(stepper, "dh =")
    assert (frame.inspector.name, at in in_view(frame)) == ("h", True)
    frame = shown(stepper, ITERATION)
    assert (frame.inspector.name, frame.status.iteration, at in in_view(frame)) == ("h", 1, True)
    frame = shown(stepper, STATEMENT)
    assert frame.current_line in in_view(frame)
    assert at not in in_view(frame)


def test_a_wrong_line_wants_attention_whether_it_has_run_or_not() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    frames = [shown(stepper, PHASE), *(shown(stepper, STATEMENT) for _ in range(4))]
    assert [attended(frame).total for frame in frames] == [2] * 5


def test_what_raised_wants_attention_once_it_has() -> None:
    stepper = made(parse(TEXT.replace("dh * x", "dh @ torch.ones(7)"), "mine"))
    frames = [shown(stepper, PHASE), *(shown(stepper, STATEMENT) for _ in range(2))]
    assert [attended(frame).verdict if frame.attention else "" for frame in frames] == ["", "", None]


def test_next_and_previous_go_round_and_the_program_follows() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    dh, db = line_of(stepper, "dh ="), line_of(stepper, "db =")
    frames = [shown(stepper, ITERATION), *(shown(stepper, key) for key in (NEXT, NEXT, PREVIOUS))]
    assert [attended(frame).line for frame in frames] == [dh, db, dh, db]
    assert [frame.inspector.name for frame in frames] == ["h", "b", "h", "b"]
    away = shown(stepper, Scroll(Pane.PROGRAM, -100))
    assert db not in in_view(away)
    assert db in in_view(shown(stepper, NEXT, PREVIOUS))


def test_from_another_tensor_one_goes_to_the_first_or_the_last() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    shown(stepper, ITERATION)
    assert shown(stepper, SelectName("k"), NEXT).inspector.name == "h"
    assert shown(stepper, SelectName("k"), PREVIOUS).inspector.name == "b"
    assert attended(shown(stepper, SelectName("b"))).here
    assert shown(stepper, NEXT).inspector.name == "h"


def test_the_tab_that_somebody_looks_at_stays() -> None:
    stepper = made(parse(TWO_WRONG, "mine"))
    assert shown(stepper, ShowTab(Tab.ERROR), ITERATION, NEXT).inspector.tab is Tab.ERROR


def test_wrong_comes_before_raised_and_raised_before_unwritten() -> None:
    text = TEXT.replace("dk = 2 * k", "dk = ...").replace("dh = (1 - h", "dh = (1 + h")
    text = text.replace("3.0])\n# %% par", "3.0]); five = torch.ones(5)\n# %% par").replace(
        "dk.clone()", "x @ five"
    )
    stepper = made(parse(text, "mine"))
    frames = [shown(stepper, ITERATION), *(shown(stepper, NEXT) for _ in range(3))]
    assert [frame.inspector.name for frame in frames] == ["h", "b", "k", "h"]
    assert [attended(frame).verdict for frame in frames[1:3]] == [None, Verdict.NOT_WRITTEN]
    assert attended(frames[1]).text.startswith("line 56, db: x is [3], five is [5]: ")
    assert attended(frames[2]).text.endswith("dk: not written yet")


def test_a_parameter_that_no_line_is_there_for_comes_last() -> None:
    text = TEXT.replace("db = dk.clone()\n", "").replace("b = b - 0.1 * db\n", "")
    stepper = made(parse(text.replace("dh * x", "dh"), "mine"))
    assert attended(shown(stepper, ITERATION)).text.startswith("line")
    frame = shown(stepper, NEXT)
    assert (frame.inspector.name, attended(frame).line) == ("b", None)
    assert attended(frame).text == "db: no line writes it yet"


def test_next_before_the_verdicts_goes_there_with_them(build: Callable[..., Program]) -> None:
    stepper = made(build(backward="dW = -x"))
    assert "nothing has run yet" in shown(stepper, NEXT).notes
    stepper.handle(Select(1))
    stepper.handle(ITERATION)
    stepper.handle(NEXT)
    stepper.check_lines()
    assert attended(stepper.frame(0)).here


def test_a_wrong_function_and_a_wrong_helper_are_among_them() -> None:
    function = """class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        return 2 * v
    @staticmethod
    def backward(ctx, upstream):
        return upstream
"""
    text = TEXT.replace(
        "x = torch.tensor([1.0, 2.0, 3.0])\n", f"x = torch.tensor([1.0, 2.0, 3.0])\n{function}"
    )
    text = text.replace("h = W * x", "h = Double.apply(W) * x").replace("dW = dh * x", "dW = 2 * dh * x")
    stepper = made(parse(text, "mine"))
    one = attended(shown(stepper, ITERATION))
    assert one.line == line_of(stepper, "        return upstream")
    assert one.text.startswith(f"line {one.line}, Double.backward: ")
    helper = TEXT.replace("dh = (1 - h.tanh() ** 2) * dk", "inner = 1 + h.tanh() ** 2\ndh = inner * dk")
    stepper = made(parse(helper, "mine"))
    assert attended(shown(stepper, ITERATION)).line in (
        line_of(stepper, "inner ="),
        line_of(stepper, "dh ="),
    )


def test_what_was_asked_about_while_lines_are_judged_stays_selected() -> None:
    stepper = made(parse(TWO_WRONG, "wrong"))
    stepper.handle(ITERATION)
    before = stepper.frame(0).inspector.name
    stepper.handle(Ask(Asked.HINT))
    assert stepper.now.line_check.due
    stepper.frame(0)
    stepper.check_lines()
    after = stepper.frame(0)
    assert after.answer is not None
    assert after.answer.gradient == f"d{before}"
    assert after.inspector.name == before
    assert shown(made(parse(TWO_WRONG, "wrong")), ITERATION).inspector.name != before
