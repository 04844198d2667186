"""Another future: a number of setup is set, and training goes on with it from the iteration on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    DoByHand,
    GoTo,
    Reload,
    Restart,
    SetNumber,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import ByHand
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.program.program_text import text_of

from .stepping import after, made

ITERATION, BACK = Advance(Unit.ITERATION), Advance(Unit.STATEMENT, -1)
Build = Callable[..., Program]
SETUP = "+\nlr = 0.1\nsteps = 3\ndecay = 1.0\nhalf = lr / 2\ndef rate():\n    return lr"
UPDATE = "W = W - lr * dW * torch.rand(3)\ndecay = decay * 0.5"
FORWARD = "H = W * x\nloss = (H**2).sum() * decay"
BACKWARD = "dH = 2 * H * decay\ndW = dH * x"


@pytest.fixture
def program(build: Build) -> Program:
    return build(setup=SETUP, forward=FORWARD, backward=BACKWARD, update=UPDATE)


def losses_with(program: Program, lr: float) -> list[float]:
    """The losses of twelve iterations where setup itself has another rate."""
    stepper = made(parse(program.text.replace("lr = 0.1", f"lr = {lr}"), "little"))
    after(stepper, GoTo(12))
    return stepper.now.session.losses


def test_from_the_first_iteration_on_it_is_as_if_setup_had_it(program: Program) -> None:
    stepper = made(program)
    after(stepper, SetNumber("lr", 0.02), GoTo(12))
    assert stepper.now.session.losses == losses_with(program, 0.02)


def test_the_iteration_on_the_screen_runs_again_and_those_before_stay(program: Program) -> None:
    stepper = made(program)
    before = after(stepper, GoTo(12), GoTo(6))
    old = stepper.now.session.losses
    frame = after(stepper, SetNumber("lr", 0.02))
    assert frame.status.iteration == before.status.iteration == 5
    assert stepper.now.session.losses == old
    assert stepper.now.session.namespace["lr"] == 0.02
    after(stepper, GoTo(12))
    new = stepper.now.session.losses
    assert new[:6] == old[:6]
    assert new[6:] != losses_with(program, 0.1)[6:]
    assert after(stepper, GoTo(3)).losses.iterations == 3
    assert stepper.now.session.namespace["lr"] == 0.1
    frame = after(stepper, GoTo(12))
    assert stepper.now.session.losses == new
    assert not any("does not repeat itself" in note for note in frame.notes)


def test_the_cursor_stays_and_it_is_told_until_home_begins_anew(program: Program) -> None:
    stepper = made(program)
    before = after(stepper, *[ITERATION] * 3, *[BACK] * 3)
    frame = after(stepper, SetNumber("steps", 7))
    assert (frame.status.phase, frame.status.statement) == (before.status.phase, before.status.statement)
    assert frame.by_hand == (ByHand(2, "steps = 7"),)
    assert "by hand before iteration 2: steps = 7" in frame.notes
    assert "by hand before iteration 2: steps = 7" in after(stepper, ITERATION, ITERATION).notes
    assert not any("steps" in note for note in after(stepper, GoTo(1)).notes)
    frame = after(stepper, GoTo(4), Restart(), ITERATION)
    assert frame.by_hand == ()
    assert not any("steps" in note for note in frame.notes)
    assert stepper.now.session.namespace["steps"] == 3


def test_what_setup_made_of_it_before_is_told(program: Program) -> None:
    frame = after(made(program), ITERATION, SetNumber("lr", 1))
    assert "by hand before iteration 0: lr = 1; what line 8 made of it before stays" in frame.notes


def test_a_number_that_the_iteration_changes_goes_on_from_the_new_one(program: Program) -> None:
    stepper = made(program)
    after(stepper, *[ITERATION] * 3, SetNumber("decay", 8.0))
    assert stepper.now.session.namespace["decay"] == 4.0
    after(stepper, ITERATION, GoTo(1), GoTo(4))
    assert stepper.now.session.namespace["decay"] == 2.0


def test_several_are_set_each_from_its_own_iteration_on(program: Program) -> None:
    stepper = made(program)
    after(stepper, GoTo(4), SetNumber("lr", 0.5), SetNumber("steps", 4), GoTo(8))
    frame = after(stepper, SetNumber("lr", 0.01), GoTo(12))
    losses = stepper.now.session.losses
    assert frame.by_hand == (ByHand(3, "lr = 0.5"), ByHand(3, "steps = 4"), ByHand(7, "lr = 0.01"))
    for number, lr in ((2, 0.1), (5, 0.5), (11, 0.01)):
        after(stepper, GoTo(number))
        assert stepper.now.session.namespace["lr"] == lr
    after(stepper, GoTo(12))
    assert stepper.now.session.losses == losses
    again = made(program)
    after(again, *(DoByHand(one.text, one.first) for one in frame.by_hand), GoTo(12))
    assert again.now.session.losses == losses


def test_another_text_and_another_number_go_together(program: Program) -> None:
    stepper = made(program)
    edited = parse(program.text.replace("dW = dH * x", "dW = 3 * dH * x"), "little")
    after(stepper, GoTo(4), SetNumber("lr", 0.5), Reload(text_of(edited), 1), GoTo(8), SetNumber("lr", 0.01))
    after(stepper, GoTo(12))
    losses = stepper.now.session.losses
    for number in (2, 5, 12):
        frame = after(stepper, GoTo(number))
        assert not any("does not repeat itself" in note for note in frame.notes)
    assert stepper.now.session.losses == losses
    assert [one.first for one in stepper.now.session.versions.all] == [0, 3, 7]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rate", "rate is no number of setup; there are lr, steps, decay, half"),
        ("x", "x is no number of setup; there are"),
        ("loss", "loss is no number of setup; there are"),
        ("iteration", "iteration is no number of setup; there are"),
    ],
)
def test_what_is_no_number_of_setup_is_told(name: str, words: str, program: Program) -> None:
    stepper = made(program)
    frame = after(stepper, ITERATION, SetNumber(name, 1))
    assert any(note.startswith(words) for note in frame.notes)
    assert frame.by_hand == ()


def test_a_wrong_line_stays_wrong_with_another_number(build: Build) -> None:
    program = build(setup="+\nk = 2.0", forward="H = W * x * k\nloss = H.sum()", backward="dW = x * 2")
    stepper = made(program)
    after(stepper, ITERATION)
    stepper.check_lines()
    assert stepper.frame(0).status.wrong == 0
    after(stepper, SetNumber("k", 3.0))
    stepper.check_lines()
    assert stepper.frame(0).status.wrong == 1
