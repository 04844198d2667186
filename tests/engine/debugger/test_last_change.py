"""Back to the statement that last changed a value, again and again, across iterations."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, GoToChange, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Select, SelectName, ShowTab
from backprop_tui.engine.program.program import Program

from .stepping import after, made

ITERATION, BACK = Advance(Unit.ITERATION), GoToChange()
Build = Callable[..., Program]


def value(frame: Frame, name: str) -> Any:
    row = next(row for row in frame.tensors if row.name == name)
    return row.value


def test_a_parameter_goes_back_through_its_updates(build: Build) -> None:
    stepper = made(build())
    seen = [value(after(stepper, ITERATION, SelectName("W")), "W") for _ in range(4)]
    for number in (2, 1, 0):
        frame = after(stepper, BACK)
        assert (frame.status.iteration, frame.current_line) == (number, 13)
        assert value(frame, "W") == seen[number]
        assert frame.notes[0] == f"W was changed at line 13 of iteration {number}"
        assert frame.losses.iterations == number + 1
    frame = after(stepper, BACK)
    assert (frame.status.iteration, frame.status.phase) == (0, "")
    assert frame.notes == ("W is as line 5 of parameters has made it",)
    again = [value(after(stepper, ITERATION), "W") for _ in range(4)]
    assert again == seen


def test_a_gradient_goes_back_through_its_parts_and_on_into_the_iteration_before(build: Build) -> None:
    stepper = made(build(backward="dW = torch.zeros(3)\nfor i in range(3):\n    dW[i] += x[i]"))
    after(stepper, ITERATION, ITERATION, SelectName("W"), ShowTab(Tab.MANUAL))
    places = []
    for _ in range(6):
        frame = after(stepper, BACK)
        places.append((frame.status.iteration, frame.status.statement, frame.current_line))
    assert places == [(1, 4, 12), (1, 3, 12), (1, 2, 12), (1, 1, 10), (0, 4, 12), (0, 3, 12)][: len(places)]
    assert frame.inspector.name == "W"
    assert frame.inspector.tab is Tab.MANUAL


def test_what_a_line_changes_now_and_then_is_found_far_back(build: Build) -> None:
    update = "W = W - 0.001 * dW\nif iteration % 40 == 10:\n    y = y * 2"
    stepper = made(
        build(setup="+\ny = torch.ones(3)", forward="H = W * x * y\nloss = H.sum()", update=update)
    )
    after(stepper, GoTo(130), SelectName("y"))
    found = [after(stepper, BACK).status.iteration for _ in range(3)]
    assert found == [90, 50, 10]
    frame = after(stepper, BACK)
    assert (frame.status.iteration, frame.status.phase) == (0, "")
    assert frame.notes == ("y is as line 5 of setup has made it",)


def test_what_no_line_of_the_iteration_changes_stays_where_it_is(build: Build) -> None:
    stepper = made(build())
    frame = after(stepper, GoTo(20), SelectName("x"), BACK)
    assert (frame.status.iteration, frame.status.phase) == (19, "update")
    assert frame.notes == ("x is as line 3 of setup has made it",)


def test_a_change_under_another_name_is_one(build: Build) -> None:
    stepper = made(
        build(
            setup="+\nbox = []",
            update="box = [W]\nfor p in box:\n    p -= 0.1 * dW\nfor p in box:\n    p -= 0",
        )
    )
    after(stepper, ITERATION, ITERATION, SelectName("W"))
    found = [
        (frame.status.iteration, frame.current_line) for frame in (after(stepper, BACK) for _ in range(3))
    ]
    assert found == [(1, 17), (0, 19), (0, 17)]


def test_before_anything_ran_it_says_so(build: Build) -> None:
    assert after(made(build()), Select(1), BACK).notes == (
        "there is no iteration yet that could have changed anything",
    )


def test_a_search_that_is_stopped_leaves_a_moment_that_goes_on(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = "W = W - dW\nif iteration < 0:\n    y = y * 2"
    stepper = made(
        build(setup="+\ny = torch.ones(3)", forward="H = W * x * y\nloss = H.sum()", update=update)
    )
    after(stepper, GoTo(60), SelectName("y"))
    iterate, left = stepper.now.session.iterate, [10]

    def stopped_in_the_middle() -> Any:
        left[0] -= 1
        if left[0] == 0:
            stepper.now.cancel.ask()
        return iterate()

    monkeypatch.setattr(stepper.now.session, "iterate", stopped_in_the_middle)
    try:
        stepper.handle(BACK)
    except BaseException as error:
        stepper.stumble(error)
    monkeypatch.undo()
    stepper.now.cancel.clear()
    frame = stepper.frame(0)
    assert "stopped" in frame.notes
    assert frame.status.iteration == stepper.now.session.number - 1 < 60
    assert after(stepper, GoTo(60)).status.iteration == 59


def test_an_iteration_that_fails_when_it_runs_again_is_shown(build: Build) -> None:
    update = "W = W - dW\nif iteration < 0:\n    y = y * 2\nif broken():\n    1 / 0"
    setup = "+\nimport types\ny = torch.ones(3)\ndef broken():\n    return getattr(types, 'broken', False)"
    stepper = made(build(setup=setup, forward="H = W * x * y\nloss = H.sum()", update=update))
    after(stepper, GoTo(5), SelectName("y"))
    types.broken = True  # type: ignore[attr-defined]
    try:
        frame = after(stepper, BACK)
    finally:
        del types.broken  # type: ignore[attr-defined]
    assert frame.failure is not None
    assert frame.failure.type == "ZeroDivisionError"
    assert frame.status.iteration == stepper.now.session.number
