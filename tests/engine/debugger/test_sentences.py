"""What a frame says of a gradient: one sentence, its lines, parts that a later line completes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.looks import Layout, SelectName
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

from .stepping import after, made

Build = Callable[..., Program]
PARTS = "dH = torch.ones_like(H) / 2\ndH += torch.ones_like(H) / 2\ndW = dH * x"


def checked(program: Program, selected: str) -> Frame:
    """The frame after one iteration whose lines were judged, with a tensor selected."""
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (Layout(program_rows=40), Advance(Unit.ITERATION), SelectName(selected)):
        stepper.handle(command)
    stepper.check_lines()
    return stepper.frame(0)


def signs(frame: Frame, program: Program) -> dict[str, tuple[Verdict | None, bool]]:
    return {program.lines[line.number - 1]: (line.verdict, line.partial) for line in frame.lines}


def test_the_first_line_of_a_gradient_is_a_part_and_the_last_has_the_verdict(build: Build) -> None:
    program = build(backward=PARTS)
    found = signs(checked(program, "H"), program)
    assert found["dH = torch.ones_like(H) / 2"] == (None, True)
    assert found["dH += torch.ones_like(H) / 2"] == (Verdict.EXACT, False)
    assert found["H = W * x"] == (None, False)


def test_every_line_of_a_wrong_gradient_is_blamed_and_the_sentence_names_them_once(build: Build) -> None:
    program = build(backward=PARTS.replace("/ 2\ndH +=", "/ 3\ndH +="))
    frame = checked(program, "H")
    found = signs(frame, program)
    assert found["dH = torch.ones_like(H) / 3"] == (Verdict.WRONG_HERE, False)
    assert found["dH += torch.ones_like(H) / 2"] == (Verdict.WRONG_HERE, False)
    first = program.lines.index("dH = torch.ones_like(H) / 3") + 1
    pane = frame.inspector
    assert pane.sentence.partition(":")[0] == f"wrong here, lines {first} and {first + 1}"
    assert not any("wrong here" in fact for fact in pane.facts)


def test_an_inherited_gradient_says_from_where_once_and_that_its_own_line_is_right(build: Build) -> None:
    program = build(backward="dH = torch.ones_like(H) * 3\ndW = dH * x")
    pane = checked(program, "W").inspector
    assert pane.sentence == "inherited from dH"
    line = program.lines.index("dW = dH * x") + 1
    assert pane.facts[0] == f"line {line} itself is right"
    assert not any("inherited" in fact for fact in pane.facts)


@pytest.mark.parametrize("word", ["nan", "inf", "-inf"])
def test_a_loss_that_is_not_finite_is_its_own_word(build: Build, word: str) -> None:
    program = build(forward=f"H = W * x\nloss = H.sum() * 0 + float('{word}')", backward=None, update=None)
    rows = {row.name: row for row in checked(program, "loss").tensors}
    value = rows["loss"].value
    assert value is not None
    assert value.text == word


def test_a_large_gradient_is_compared_once_nothing_else_waits(build: Build) -> None:
    program = build(
        setup="+\nX = torch.ones(3, 600)",
        parameters="W = torch.randn(600, 600)",
        forward="y = X @ W\nloss = (y * y).sum()",
        backward="dy = 2 * y\ndW = 2 * X.T @ dy",
        update=None,
    )
    stepper = made(program)
    inspector = after(stepper, Advance(Unit.ITERATION), SelectName("W")).inspector
    assert inspector.verdict is Verdict.WRONG
    assert not [fact for fact in inspector.facts if "maxdiff" in fact]
    while stepper.now.summaries.surveys.due:
        stepper.now.summaries.surveys.go_on(1.0, lambda: False)
        inspector = stepper.frame(0).inspector
    assert [fact for fact in inspector.facts if "maxdiff" in fact]
