"""A statement done by hand: training goes on from there, and every moment before and after is what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    DoByHand,
    GoTo,
    GoToChange,
    Reload,
    Restart,
    SetNumber,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import ByHand, Frame
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.execution.history import History
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.program.program_text import text_of

from .stepping import after, made

ITERATION, BACK = Advance(Unit.ITERATION), Advance(Unit.STATEMENT, -1)
Build = Callable[..., Program]
SETUP = """+
    lr = 0.1
    config = {"decay": 1.0}
    aside = {"times": 0}
    kept = [torch.ones(3)]
    generator = torch.Generator().manual_seed(5)
    def rate():
        return lr
"""
FORWARD = "H = W * x * kept[0] + torch.rand(3)\nloss = (H**2).sum()"
BACKWARD = "dH = 2 * H\ndW = dH * x * kept[0]"
UPDATE = """
    W = W - 0.1 * rate() * config["decay"] * dW
    kept[0].mul_(0.9)
    W = W + 0.01 * torch.rand(3, generator=generator)
"""
STATE = ("W", "x", "lr", "config", "kept")
TEXTS = (
    "W *= 2",
    "W = W - 0.05 * dW",
    "W = W + torch.rand(3)",
    "torch.manual_seed(7)",
    "generator.manual_seed(1)",
    "config['decay'] = 0.5",
    "aside['times'] += 1; W = W * aside['times']",
    "kept[0].add_(1); kept.append(kept[0])",
    "x.mul_(-1)",
    "lr = 0.02",
    "def rate(): return 0.3",
    "del aside",
    "torch.set_default_dtype(torch.float64)",
)


@pytest.fixture
def program(build: Build) -> Program:
    return build(setup=SETUP, forward=FORWARD, backward=BACKWARD, update=UPDATE)


def told(frame: Frame) -> str:
    return frame.evaluated[-1].lines[-1].text


def seen(stepper: Stepper) -> list[Any]:
    """What the iteration on the screen began with, and what it came to."""
    record = stepper.now.standing.record
    assert record is not None
    start = {name: repr(slot.value) for name, slot in record.start.slots.items() if name in STATE}
    return [record.number, record.failure and record.failure.message, record.loss, start]


def test_the_next_iteration_begins_with_it_and_those_before_stay(program: Program) -> None:
    stepper = made(program)
    after(stepper, GoTo(5))
    weights, losses = stepper.now.session.namespace["W"].clone(), [*stepper.now.session.losses]
    frame = after(stepper, DoByHand("W *= 2"))
    assert told(frame) == "done by hand: iteration 5 begins with it"
    assert (frame.status.iteration, frame.status.statement) == (5, 0)
    record = stepper.now.standing.record
    assert record is not None
    assert record.value_at("W", 0).tolist() == (2 * weights).tolist()
    assert frame.by_hand == (ByHand(5, "W *= 2"),)
    assert "by hand before iteration 5: W *= 2" in frame.notes
    assert [*stepper.now.session.losses][:5] == losses
    assert not any("by hand" in note for note in after(stepper, BACK).notes)
    assert frame.losses.points != after(stepper, GoTo(9)).losses.points
    assert "by hand before iteration 5: W *= 2" in stepper.frame(0).notes


def test_home_begins_without_it(program: Program) -> None:
    stepper = made(program)
    first = after(stepper, GoTo(3)).losses.points
    frame = after(stepper, GoTo(2), DoByHand("W *= 2"), Restart(), GoTo(3))
    assert (frame.losses.points, frame.by_hand) == (first, ())


def test_at_the_beginning_of_an_iteration_it_is_done_before_that(program: Program) -> None:
    stepper = made(program)
    frame = after(stepper, GoTo(3), *[BACK] * 7, DoByHand("W *= 2"))
    assert frame.by_hand == (ByHand(2, "W *= 2"),)
    frame = after(stepper, DoByHand("W += 1"))
    assert frame.by_hand == (ByHand(2, "W *= 2"), ByHand(2, "W += 1"))
    assert frame.status.iteration == 2


def test_before_anything_has_run_it_is_done_behind_parameters(program: Program) -> None:
    stepper = made(program)
    frame = after(stepper, DoByHand("W = torch.ones(3)"), DoByHand("W *= 2"))
    assert [row.value.high for row in frame.tensors if row.name == "W" and row.value] == [2.0]
    assert frame.status.iteration == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 / 0", "`1 / 0`: ZeroDivisionError: division by zero"),
        ("W *= 2; W[7]", "`W[7]`: IndexError: index 7 is out of bounds"),
        ("W +", "`W +`, column"),
        ("", "there is nothing to evaluate"),
    ],
)
def test_what_goes_wrong_is_told_and_nothing_is_done(text: str, words: str, program: Program) -> None:
    stepper = made(program)
    before = after(stepper, GoTo(3))
    frame = after(stepper, DoByHand(text))
    assert told(frame).startswith(words)
    assert frame.by_hand == ()
    assert (frame.status.iteration, frame.status.statement) == (2, before.status.statement)
    assert after(stepper, GoTo(6)).losses.points == after(made(program), GoTo(6)).losses.points


def test_what_a_later_text_makes_impossible_is_told_and_left_out(program: Program) -> None:
    stepper = made(program)
    frame = after(stepper, GoTo(3), DoByHand("W = W - H.mean()"))
    text = program.text.replace("H = ", "G = ").replace("H**2", "G**2").replace("2 * H", "2 * G")
    other = parse(text.replace("dH", "dG"), "little")
    frame = after(stepper, Reload(text_of(other), 1))
    words = "by hand before iteration 3: W = W - H.mean(), could not be done: `H`: NameError"
    assert any(note.startswith(words) for note in frame.notes)
    there = seen(stepper)
    assert any(note.startswith(words) for note in after(stepper, GoTo(1), GoTo(4)).notes)
    assert seen(stepper) == there


ACTS = st.lists(
    st.tuples(
        st.integers(1, 8), st.integers(0, 7), st.sampled_from(TEXTS) | st.sampled_from([0.5, 0.02, ""])
    ),
    min_size=1,
    max_size=4,
)


@given(acts=ACTS, walk=st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_moment_is_what_it_was_and_a_fresh_session_repeats_it(
    acts: list[tuple[int, int, Any]], walk: list[int], program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(History, "is_due", _every_third)
    stepper, texts = made(program), [program]
    for iteration, back, act in acts:
        after(stepper, GoTo(iteration), *[BACK] * back, _command(act, texts))
    there: dict[int, list[Any]] = {}
    for number in range(1, 10):
        after(stepper, GoTo(number))
        there[number] = seen(stepper)
    for number in walk:
        frame = after(stepper, GoTo(number))
        assert seen(stepper) == there[number]
        assert not any("otherwise" in note for note in frame.notes)
    again = made(program)
    versions = [(one.first, one.program) for one in stepper.now.session.versions.all[1:]]
    for at, (first, text) in enumerate(versions, 1):
        again.handle(Reload(text_of(text), at, first))
    for one in stepper.frame(0).by_hand:
        again.handle(DoByHand(one.text, one.first))
    after(again, GoTo(9))
    assert seen(again) == there[9]


def _command(act: Any, texts: list[Program]) -> Any:
    if isinstance(act, float):
        return SetNumber("lr", act)
    if act:
        return DoByHand(act)
    texts.append(parse(texts[-1].text.replace("0.9)", "0.9)  # more"), "little"))
    return Reload(text_of(texts[-1]), len(texts) - 1)


def _every_third(history: History, number: int) -> bool:
    return number % 3 == 0 and all(one.number < number for one in history.keepsakes)


def test_back_to_the_last_change_stops_where_it_was_by_hand(program: Program) -> None:
    stepper = made(program)
    after(stepper, GoTo(4), DoByHand("x.mul_(2); W.mul_(2)"), GoTo(8), SelectName("x"))
    frame = after(stepper, GoToChange())
    assert (frame.status.iteration, frame.status.statement) == (4, 0)
    assert "x was changed by hand before iteration 4" in frame.notes
    frame = after(stepper, SelectName("W"), GoToChange())
    assert "W was changed at line 23 of iteration 3" in frame.notes
    frame = after(stepper, GoTo(6), SelectName("W"), *[GoToChange()] * 3)
    assert (frame.status.iteration, frame.status.statement) == (4, 1)
    assert "W was changed by hand before iteration 4" in after(stepper, GoToChange()).notes
    after(stepper, SelectName("x"), GoToChange())
    assert "x is as line 3 of setup has made it" in stepper.frame(0).notes


def test_one_that_never_ends_is_stopped(screen: Callable[..., Any], program: Program) -> None:
    one = screen(program)
    one.send(ITERATION)
    before = one.settled()
    one.send(DoByHand("while True: W += 1"))
    one.until(lambda frame: frame.status.busy == "the expression")
    one.engine.cancel()
    frame = one.settled()
    assert told(frame) == "stopped"
    assert frame.by_hand == ()
    one.send(ITERATION)
    assert one.settled().status.iteration == before.status.iteration + 1
