"""Curves over the iterations: what is measured, when, and what of it is in a frame."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.debugger.histories import measures
from backprop_tui.engine.debugger.histories.series import CAPACITY, Series
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, Restart, SetNumber, Unit
from backprop_tui.engine.debugger.wire.curve import Curves, Measure
from backprop_tui.engine.debugger.wire.looks import SelectName, ShowCurves
from backprop_tui.engine.execution import history
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program

ITERATION, STATEMENT_BACK = Advance(Unit.ITERATION), Advance(Unit.STATEMENT, -1)
Build = Callable[..., Program]


def stepped(program: Program, *commands: Any) -> Stepper:
    stepper = Stepper(program, 0)
    stepper.begin()
    obey(stepper, *commands)
    return stepper


def obey(stepper: Stepper, *commands: Any) -> None:
    for command in commands:
        stepper.handle(command)
        while stepper.now.pace.running:
            stepper.run_until(math.inf)
        stepper.frame(0)


def curves(stepper: Stepper) -> Curves:
    found = stepper.frame(0).curves
    assert found is not None
    return found


def points(stepper: Stepper, measure: Measure, tensor: str = "") -> tuple[float | None, ...]:
    columns = [
        one.columns for one in curves(stepper).series if (one.measure, one.tensor) == (measure, tensor)
    ]
    return columns[0].points if columns else ()


def test_what_is_measured_is_what_the_program_comes_to() -> None:
    program = load("linear_regression")
    stepper = stepped(program, SelectName("W1"), ShowCurves(100), *[ITERATION] * 4)
    losses, norms, ratios = [], [], []
    plain = stepped(program)
    for _ in range(4):
        before = plain.now.session.namespace["W1"].detach().clone()
        record = plain.now.session.iterate()
        losses.append(record.loss)
        norms.append(float(record.gradients["dW1"].value.norm()))
        after = plain.now.session.namespace["W1"].detach()
        ratios.append(float((after - before).norm() / before.norm()))
    assert points(stepper, Measure.LOSS) == tuple(losses)
    assert points(stepper, Measure.NORM, "W1") == pytest.approx(norms)
    assert points(stepper, Measure.RATIO, "W1") == pytest.approx(ratios, rel=1e-4)
    assert points(stepper, Measure.MAXDIFF, "W1") == (0.0,) * 4


def test_a_wrong_gradient_has_the_maxdiff_of_the_table_in_every_iteration(build: Build) -> None:
    program = build(backward="dH = torch.ones_like(H)\ndW = 2 * dH * x")
    stepper = stepped(program, ShowCurves(100), SelectName("W"), ITERATION, ITERATION)
    row = next(row for row in stepper.frame(0).tensors if row.name == "W")
    assert row.maxdiff
    assert points(stepper, Measure.MAXDIFF, "W")[-1] == row.maxdiff


def test_a_gradient_that_is_not_finite_is_a_point_that_is_not(build: Build) -> None:
    program = build(backward="dW = x * float('nan')")
    stepper = stepped(program, SelectName("W"), ShowCurves(100), ITERATION, ITERATION)
    found = points(stepper, Measure.NORM, "W")
    assert len(found) == 2
    assert all(point is not None and math.isnan(point) for point in found)


def test_nothing_is_measured_before_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    measured = measures.measured
    monkeypatch.setattr(measures, "measured", lambda r, s, name: (seen.append(name), measured(r, s, name))[1])
    stepper = stepped(load("linear_regression"), GoTo(50))
    assert not seen
    assert stepper.frame(0).curves is None


def test_the_parameters_of_what_is_on_the_screen_are_known_when_somebody_looks_later() -> None:
    stepper = stepped(load("linear_regression"), ITERATION)
    stepper.glance()
    stepper.handle(ITERATION)
    stepper.handle(ITERATION)
    stepper.glance()
    for command in (SelectName("W1"), ShowCurves(100)):
        stepper.handle(command)
    known = [point is not None for point in points(stepper, Measure.NORM, "W1")]
    assert known == [True, False, True]


def test_a_large_parameter_is_measured_only_where_it_is_asked_for(build: Build) -> None:
    program = build(
        parameters="W = torch.ones(100_001)",
        forward="H = W * 1.0\nloss = H.sum()",
        backward="dH = torch.ones(100_001)\ndW = dH",
    )
    stepper = stepped(program, ITERATION)
    stepper.glance()
    for command in (SelectName("W"), ShowCurves(100), ITERATION):
        stepper.handle(command)
    assert points(stepper, Measure.NORM, "W") == (None, pytest.approx(math.sqrt(100_001)))


def test_only_what_is_kept_is_measured_once_nobody_looks_any_more() -> None:
    looks, rests = ShowCurves(100, tensors=("B1",)), ShowCurves(tensors=("B1",))
    stepper = stepped(load("linear_regression"), SelectName("W1"), looks, ITERATION, rests, ITERATION, looks)
    assert [point is not None for point in points(stepper, Measure.NORM, "W1")] == [True, False]
    assert [point is not None for point in points(stepper, Measure.NORM, "B1")] == [True, True]


def test_what_has_not_happened_yet_is_not_in_a_curve() -> None:
    asked = (SelectName("W1"), ShowCurves(100))
    stepper = stepped(load("linear_regression"), *asked, *[ITERATION] * 5)
    stepper.handle(STATEMENT_BACK)
    assert curves(stepper).total == 4
    stepper.handle(GoTo(2))
    assert curves(stepper).total == 2
    assert len(points(stepper, Measure.NORM, "W1")) == len(points(stepper, Measure.LOSS)) == 2
    stepper.handle(Restart())
    assert curves(stepper).total == 0


@pytest.mark.parametrize("share", [0, 1 << 40])
def test_going_back_and_on_again_gives_the_same_curves(monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    monkeypatch.setattr(history, "_SHARE", share)  # every state is kept, or only the first
    asked = (SelectName("W1"), ShowCurves(100))
    stepper = stepped(load("batchnorm_mlp"), *asked, GoTo(12))
    before = curves(stepper)
    obey(stepper, GoTo(3), GoTo(12))
    assert curves(stepper) == before


def test_another_future_has_curves_of_its_own() -> None:
    stepper = stepped(load("linear_regression"), SelectName("W1"), ShowCurves(100), GoTo(12))
    before = points(stepper, Measure.NORM, "W1")
    obey(stepper, GoTo(5), SetNumber("n", 8), GoTo(12))
    after = points(stepper, Measure.NORM, "W1")
    assert after[:4] == before[:4]
    assert None not in after
    assert not set(after[4:]) & set(before[4:])


def test_a_part_of_the_iterations_is_as_exact_as_there_are_columns() -> None:
    stepper = stepped(load("linear_regression"), GoTo(300), ShowCurves(20, 100, 120))
    losses = stepper.now.session.losses
    assert points(stepper, Measure.LOSS) == tuple(losses[100:120])
    stepper.handle(ShowCurves(20, 290, 900))
    assert (curves(stepper).start, curves(stepper).stop) == (290, 300)
    stepper.handle(ShowCurves(20))
    assert len(points(stepper, Measure.LOSS)) == 20


def test_a_frame_has_no_more_numbers_than_columns_were_asked_for() -> None:
    stepper = stepped(load("linear_regression"), SelectName("W1"), ShowCurves(30), GoTo(500))
    for one in curves(stepper).series:
        assert {len(part) for part in one.columns if part} <= {30}


def test_a_million_iterations_measured_here_and_there_take_the_room_of_some_thousand() -> None:
    series = Series()
    for iteration in range(0, 1_000_000, 997):
        series.put(iteration, float(iteration))
    assert len(series._lows) <= CAPACITY
    columns = series.columns(0, 1_000_000, 100)
    assert all(point is not None for point in columns.points)
    assert columns.points == tuple(sorted(filter(lambda point: point is not None, columns.points)))


def test_columns_finer_than_what_is_kept_repeat_it() -> None:
    series = Series([float(n) for n in range(4 * CAPACITY)])
    points = series.columns(0, 8, 8).points
    assert series.length == 4
    assert points == (1.5,) * 4 + (5.5,) * 4


def test_a_parameter_that_was_zero_has_no_update_ratio_and_the_next_has(build: Build) -> None:
    program = build(parameters="W = torch.zeros(3)")
    stepper = stepped(program, SelectName("W"), ShowCurves(10), ITERATION, ITERATION)
    first, second = points(stepper, Measure.RATIO, "W")
    assert first is None
    assert second is not None


def test_half_precision_and_large_numbers_do_not_overflow_on_their_way(build: Build) -> None:
    program = build(backward="dW = torch.tensor([3e38, 0.0, 0.0])")
    stepper = stepped(program, SelectName("W"), ShowCurves(10), ITERATION)
    assert points(stepper, Measure.NORM, "W") == (float(torch.tensor(3e38)),)
