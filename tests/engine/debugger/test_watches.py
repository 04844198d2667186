"""Watches: values at the cursor, what changed since they were seen, errors in place, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, Restart, SetWatches, Unit
from backprop_tui.engine.debugger.wire.frame import Frame, Summary, Watched
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.program.program import Program

ITERATION, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.STATEMENT)
BACK = Advance(Unit.STATEMENT, -1)
Build = Callable[..., Program]
On = Callable[..., Any]


def seen(one: Any, *commands: Any) -> tuple[Watched, ...]:
    """What is watched once all that was sent is shown, at the place of the cursor."""
    for command in commands:
        one.send(command)
        one.settled()
    stepper = one.engine._stepper
    return one.until(lambda frame: frame.handled == one.sent and _up_to_date(stepper, frame)).watches


def _up_to_date(stepper: Any, frame: Frame) -> bool:
    at_rest = not stepper.now.beside.watches.due(stepper.now.standing.record, stepper.now.view.ran)
    return at_rest and frame.watches == stepper.now.beside.watches.shown


def number(watched: Watched) -> float | None:
    assert watched.value is not None, watched.problem
    return watched.value.low if watched.value.low is not None else float(watched.value.text)


def test_a_value_follows_the_cursor_with_its_change(screen: On, build: Build) -> None:
    one = screen(build())
    (watched,) = seen(one, SetWatches(("W[0].item() * 2",)), ITERATION)
    assert number(watched) == pytest.approx(0.8)
    (watched,) = seen(one, BACK)
    assert number(watched) == pytest.approx(1.0)
    assert watched.change == pytest.approx(0.2)
    assert watched.changed
    (watched,) = seen(one, BACK)
    assert (watched.change, watched.changed) == (0.0, False)


def test_of_a_tensor_the_entry_that_moved_most_is_told(screen: On, build: Build) -> None:
    one = screen(build())
    seen(one, SetWatches(("W",)), ITERATION)
    (watched,) = seen(one, ITERATION)
    assert watched.value is not None
    assert watched.value.shape == (3,)
    assert watched.change == pytest.approx(-0.3)


def test_what_changes_in_place_has_its_value_of_then(screen: On, build: Build) -> None:
    one = screen(build(backward="dH = torch.ones_like(H)\ndW = dH * x\ndW += 1\ndW *= 2", update=None))
    (watched,) = seen(one, SetWatches(("dW.sum()",)), ITERATION)
    values = [number(watched)]
    for _ in range(2):
        values.append(number(seen(one, BACK)[0]))
    assert values == [18.0, 9.0, 6.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dW.sum()", "`dW` has no value yet here"),
        ("nothing", "`nothing`: NameError"),
        ("x +", "column"),
        ("x.sun()", "`x.sun`: AttributeError"),
        ("x = 3", "column"),
        ("1 / 0 + x", "`1 / 0`: ZeroDivisionError: division by zero"),
        ("fails(x)", "line 7: ValueError: not this"),
    ],
)
def test_what_is_wrong_stands_in_its_place_and_the_others_have_values(
    text: str, words: str, screen: On, build: Build
) -> None:
    one = screen(build(setup="+\n\ndef fails(t):\n    raise ValueError('not this')"))
    first, wrong, last = seen(one, SetWatches(("x.sum()", text, "len(x)")), STATEMENT)
    assert words in wrong.problem
    assert (number(first), number(last)) == (6.0, 3.0)


def test_watching_changes_nothing(screen: On, build: Build) -> None:
    program = build(
        setup="+\nkept = []",
        forward="H = W * x * torch.rand(3)\nloss = H.sum()",
        backward=None,
        update="W = W + torch.rand(3) + len(kept)",
    )
    harmful = ("W.zero_()", "torch.rand(2)", "kept.append(1)", "torch.manual_seed(3)", "(x := None)")
    losses = []
    for texts in ((), harmful):
        one = screen(program)
        seen(one, SetWatches(texts), *[ITERATION] * 3, STATEMENT, ITERATION)
        losses.append(one.engine._stepper.now.session.losses)
        one.engine.stop()
        one.thread.join()
    assert losses[0] == losses[1]


def test_no_key_waits_for_a_watch_and_one_that_never_ends_is_stopped(screen: On, build: Build) -> None:
    one = screen(build())
    one.send(SetWatches(("[0 for _ in iter(int, 1)]", "x.sum()")))
    one.send(ITERATION)
    assert one.until(lambda frame: frame.handled == 2).status.iteration == 0
    one.until(lambda frame: frame.status.busy == "the expression")
    one.engine.cancel()
    watched = seen(one)
    assert watched[0].problem.startswith("stopped")
    assert number(watched[1]) == 6.0
    assert seen(one, ITERATION)[0].problem.startswith("stopped")


def test_watches_take_their_rows_from_the_tensors_and_outlive_a_new_start(screen: On, build: Build) -> None:
    one = screen(build())
    one.send(Layout(tensor_rows=4))
    seen(one, ITERATION)
    assert len(one.frames[-1].tensors) == 4
    seen(one, SetWatches(("x.sum()",)), Restart())
    assert len(one.frames[-1].tensors) == 2
    assert one.frames[-1].watches == (Watched("x.sum()", Summary((), "float32", 6.0, 6.0), 0.0),)
    assert seen(one, GoTo(5))[0].text == "x.sum()"
