"""The losses are kept small; what is not finite is never lost."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.debugger.loss_history import LossHistory

LOSSES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf])), max_size=200
)
COLUMNS = st.integers(-1, 60)


def history_of(losses: list[float]) -> LossHistory:
    history = LossHistory()
    for loss in losses:
        history.append(loss)
    return history


@given(LOSSES, COLUMNS)
def test_a_curve_has_at_most_as_many_points_as_columns(losses: list[float], columns: int) -> None:
    curve = history_of(losses).curve(columns)
    assert len(curve.points) == min(len(losses), max(columns, 1))


@given(LOSSES, COLUMNS)
def test_counts_and_extremes_are_those_of_all_losses(losses: list[float], columns: int) -> None:
    curve = history_of(losses).curve(columns)
    finite = [loss for loss in losses if math.isfinite(loss)]
    assert curve.iterations == len(losses)
    assert curve.not_finite == len(losses) - len(finite)
    assert (curve.lowest, curve.highest) == ((min(finite), max(finite)) if finite else (None, None))
    assert repr(curve.last) == repr(losses[-1] if losses else None)


@given(LOSSES, COLUMNS)
def test_a_loss_that_is_not_finite_is_always_in_the_curve(losses: list[float], columns: int) -> None:
    curve = history_of(losses).curve(columns)
    assert any(not math.isfinite(point) for point in curve.points) == (curve.not_finite > 0)


@given(st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_few_losses_are_all_points(losses: list[float]) -> None:
    assert history_of(losses).curve(60).points == tuple(losses)


def test_a_million_losses_take_the_room_of_a_thousand() -> None:
    history = LossHistory()
    for n in range(100_000):
        history.append(float(n))
    assert len(history._buckets) <= 1024
    points = history.curve(100).points
    assert len(points) == 100
    assert list(points) == sorted(points)


def test_the_last_point_is_the_last_loss_however_many_there_are() -> None:
    history = LossHistory()
    for n in range(5000):
        history.append(float(n))
        assert history.curve(40).points[-1] == n


def test_one_nan_among_many_losses_stays_to_be_seen() -> None:
    history = history_of([1.0] * 3000 + [math.nan] + [1.0] * 3000)
    assert sum(math.isnan(point) for point in history.curve(80).points) == 1
