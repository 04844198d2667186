"""Conditions for a run: where they begin to hold it stops, says why, and stands at the line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, Restart, SetStops, ToggleRun, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.stops import Stops
from backprop_tui.engine.program.program import Program

from .stepping import after

ITERATION, RUN = Advance(Unit.ITERATION), ToggleRun()
Build = Callable[..., Program]


def made(program: Program, stops: Stops) -> Stepper:
    stepper = Stepper(program, 0)
    stepper.begin()
    stepper.handle(SetStops(stops))
    return stepper


def why(frame: Frame) -> str:
    return frame.notes[0] if frame.notes else ""


def test_a_run_stops_where_the_loss_falls_below_a_number_and_then_goes_on(linear: Program) -> None:
    stepper = made(linear, Stops(below=0.5))
    frame = after(stepper, RUN)
    losses = stepper.now.session.losses
    assert losses[-1] < 0.5 <= min(losses[:-1])
    assert why(frame) == f"stopped at line {frame.current_line} · loss {losses[-1]:.4g}, below 0.5"
    assert stepper.now.session.program.lines[frame.current_line - 1].startswith("loss = ")
    assert after(stepper, GoTo(200)).status.iteration == 199


def test_nothing_stops_on_the_way_to_where_somebody_was_before(linear: Program) -> None:
    frame = after(made(linear, Stops(below=0.5)), GoTo(200, again=True))
    assert (frame.status.iteration, why(frame)) == (199, "")
    assert frame.stops.below == 0.5


def test_a_run_stops_where_the_loss_rose_so_many_times_in_a_row(build: Build) -> None:
    stepper = made(build(forward="H = W * x\nloss = (H.sum() * 0 + abs(iteration - 5))"), Stops(rises=3))
    frame = after(stepper, RUN)
    assert frame.status.iteration == 8
    assert why(frame) == "stopped at line 8 · loss rose 3 times in a row, to 3"


def test_a_run_stops_where_a_gradient_begins_to_fail_and_selects_it(build: Build) -> None:
    backward = "dH = torch.ones_like(H)\nif iteration >= 4:\n    dH = dH * 2\ndW = dH * x"
    stepper = made(build(backward=backward), Stops(failing=True))
    frame = after(stepper, RUN)
    assert why(frame) == "stopped at line 12 · dH wrong"
    assert (frame.status.iteration, frame.current_line) == (4, 12)
    assert (frame.inspector.name, frame.inspector.tab) == ("H", Tab.MANUAL)
    stepper.handle(RUN)
    stepper.run_until(time.monotonic())
    assert stepper.now.pace.running


def test_what_is_not_finite_stops_unless_that_is_switched_off(build: Build) -> None:
    forward = "H = W * x\nloss = H.sum() / (iteration < 3)"
    frame = after(made(build(forward=forward, backward=None), Stops()), GoTo(10))
    assert (frame.status.iteration, frame.current_line) == (3, 8)
    assert why(frame).startswith("stopped at line 8 · loss is ")
    off = made(build(forward=forward, backward=None), Stops(not_finite=False))
    assert after(off, GoTo(10)).status.iteration == 9


@pytest.mark.parametrize(
    ("expression", "iteration", "line"),
    [
        ("iteration == 6", 6, 15),
        ("W[0] < 0", 5, 15),
        ("(dW.norm() > 3) and iteration > 1", 2, 13),
        ("size(W) > 2.5 and iteration", 7, 15),
    ],
)
def test_an_expression_over_the_names_stops_a_run(
    expression: str, iteration: int, line: int, build: Build
) -> None:
    program = build(setup="+\nsize = lambda t: t.abs().max()")
    frame = after(made(program, Stops(expression=expression)), RUN)
    assert (frame.status.iteration, why(frame)) == (iteration, f"stopped at line {line} · {expression}")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("missing > 1", "`missing`: NameError: name 'missing' is not defined"),
        ("W.size(5) > 1", "`W.size(5)`: IndexError: Dimension out of range"),
        ("W > 0", "`W > 0`: RuntimeError: Boolean value of Tensor with more than one value is ambiguous"),
        ("W >< 1", "`W >< 1`, column 4: invalid syntax"),
        ("raises(W)", "line 5: ZeroDivisionError: division by zero"),
        ("exit(3)", "`exit(3)`: SystemExit"),
    ],
)
def test_an_expression_without_a_value_stops_a_run_and_says_at_which_part(
    expression: str, words: str, build: Build
) -> None:
    program = build(setup="+\nraises = lambda t: t / 0 if t is None else 1 / 0")
    assert f"no value: {words}" in why(after(made(program, Stops(expression=expression)), RUN))


@pytest.mark.parametrize(
    "expression",
    [
        "W.mul_(0).sum() > 1",
        "torch.rand(3).sum() > 9",
        "[torch.manual_seed(1), __import__('random').seed(2)] == 1",
        "noise.normal_().sum() > 1e9",
        "drawn(W) > 1e9",
        "seen.append(W.add_(1)) == 1",
        "box.grow() > 1e9",
        "globals().update(W=None) or globals().clear() == 1",
        "(W := 3) > 4",
        "torch.set_default_dtype(torch.float64) == 1",
        "rate.update(lr=5) == 1",
        "generator.manual_seed(9) == 1",
    ],
)
def test_an_expression_changes_nothing_and_draws_nothing(expression: str, build: Build) -> None:
    program = build(
        setup="""+
            import random
            seen, rate, noise = [], {"lr": 0.1}, torch.zeros(3)
            generator = torch.Generator().manual_seed(3)
            def drawn(t):
                global W
                W = W * 0
                return t.add_(torch.randn(3)).sum() + random.random()
            class Box:
                count = 0
                def __init__(self):
                    self.held = torch.zeros(3)
                def grow(self):
                    Box.count += 1
                    self.held += 1
                    seen.append(self)
                    return Box.count
            box = Box()""",
        update="""
            W = W - rate["lr"] * dW * torch.rand(3) * random.random() + torch.rand(3, generator=generator)
            W = W + box.held + box.count + len(seen) + noise""",
    )
    seen = []
    for stops in (Stops(), Stops(expression=expression)):
        stepper = made(program, stops)
        frame = after(stepper, *[GoTo(number) for number in range(1, 7)])
        assert frame.status.iteration == 5
        names = stepper.now.session.namespace
        seen.append((stepper.now.session.losses, names["W"].tolist(), names["seen"], [*names]))
    assert seen[0] == seen[1]


def test_going_back_stops_at_no_condition(linear: Program) -> None:
    stepper = made(linear, Stops())
    after(stepper, GoTo(100), SetStops(Stops(expression="iteration == 50")))
    assert after(stepper, GoTo(60)).status.iteration == 59


def test_conditions_outlive_a_new_start_and_begin_anew(linear: Program) -> None:
    stepper = made(linear, Stops(below=0.5))
    first = after(stepper, RUN)
    again = after(stepper, ITERATION, Restart(), RUN)
    assert (again.status.iteration, again.notes[:1]) == (first.status.iteration, first.notes[:1])


def test_an_expression_that_never_ends_is_told_and_stopped(screen: Callable[..., Any], build: Build) -> None:
    one = screen(build())
    one.send(SetStops(Stops(expression="[0 for _ in iter(int, 1)]")))
    one.send(RUN)
    assert one.until(lambda frame: bool(frame.status.busy)).status.busy == "the expression"
    one.engine.cancel()
    frame = one.until(lambda frame: not frame.status.busy and not frame.status.running)
    assert "stopped" in frame.notes
    one.send(SetStops(Stops()))
    one.send(ITERATION)
    assert one.settled().status.iteration == 1
