"""The losses are kept small; what is not finite is never lost."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_tui.engine.debugger.histories.loss_history import LossHistory
from backprop_tui.engine.debugger.histories.series import CAPACITY, Series

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
    assert len(curve.points) == min(len(losses), max(columns, 2))


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
    odd = [point for point in curve.points if point is not None and not math.isfinite(point)]
    assert bool(odd) == (curve.not_finite > 0)


@given(st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_few_losses_are_all_points(losses: list[float]) -> None:
    assert history_of(losses).curve(60).points == tuple(losses)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=300), st.integers(1, 40))
def test_a_column_spans_its_losses_and_no_others(losses: list[float], columns: int) -> None:
    curve = history_of(losses).curve(columns)
    lows, highs = curve.lows or curve.points, curve.highs or curve.points
    for (low, high), part in zip(zip(lows, highs, strict=True), parts(losses, columns), strict=True):
        assert (low, high) == (min(part), max(part))


def parts(losses: list[float], columns: int) -> list[list[float]]:
    """The losses of each column; the newest one has a column of its own."""
    older = len(losses) - 1
    count = min(max(columns - 1, 1), older)
    edges = [part * older // count for part in range(count + 1)] if count else [0]
    return [losses[start:end] for start, end in itertools.pairwise((*edges, len(losses)))]


@given(st.lists(st.floats(0, 1e308), min_size=1, max_size=300), st.integers(1, 40))
def test_the_point_of_a_column_is_a_mean_even_where_the_sum_overflows(
    losses: list[float], columns: int
) -> None:
    curve = history_of(losses).curve(columns)
    lows, highs = curve.lows or curve.points, curve.highs or curve.points
    for point, low, high in zip(curve.points, lows, highs, strict=True):
        assert (low or 0.0) * (1 - 1e-9) <= (point or 0.0) <= (high or 0.0) * (1 + 1e-9)


def test_a_hundred_thousand_losses_take_the_room_of_some_thousand_and_lose_no_extreme() -> None:
    losses = [float(n) for n in range(100_000)]
    losses[77_777] = 1e6
    history = history_of(losses)
    assert len(history.series._lows) <= CAPACITY
    curve = history.curve(100)
    assert len(curve.points) == 100
    assert max(filter(None, curve.highs)) == 1e6
    assert (curve.first, curve.last, curve.lowest, curve.highest) == (0.0, 99_999.0, 0.0, 1e6)


@given(st.integers(1, 5 * CAPACITY), st.integers(1, 60))
def test_losses_that_come_at_once_are_drawn_as_those_that_came_one_by_one(count: int, columns: int) -> None:
    losses = [float(n * n % 17) for n in range(count)]
    assert LossHistory(losses).curve(columns) == history_of(losses).curve(columns)


def test_a_noisy_fall_is_a_falling_line_inside_its_span() -> None:
    losses = [10.0 - n / 2000 + (1 if n % 2 else -1) for n in range(20_000)]
    curve = history_of(losses).curve(40)
    means = curve.points[:-1]
    assert list(means) == sorted(filter(None, means), reverse=True)
    spans = zip(filter(None, curve.lows[:-1]), filter(None, curve.highs[:-1]), strict=True)
    assert all(high - low > 1.9 for low, high in spans)


def test_what_comes_again_takes_the_place_of_what_was_known_of_it() -> None:
    series = Series([1.0, 2.0, 3.0, 4.0])
    series.put(1, 7.0)
    assert series.columns(0, series.end, 10).points == (1.0, 7.0)


def test_one_nan_among_many_losses_stays_to_be_seen() -> None:
    history = history_of([1.0] * 3000 + [math.nan] + [1.0] * 3000)
    assert sum(math.isnan(point or 0) for point in history.curve(80).points) == 1


@given(LOSSES, COLUMNS)
def test_without_the_newest_loss_a_curve_is_that_of_the_losses_before(
    losses: list[float], columns: int
) -> None:
    before, whole = history_of(losses[:-1]), history_of(losses)
    shown = whole.curve(columns, newest=False)
    bare = {"points": (), "lows": (), "highs": ()}
    assert repr(replace(shown, **bare)) == repr(replace(before.curve(columns), **bare))
    assert all(point is not None for point in shown.points)
