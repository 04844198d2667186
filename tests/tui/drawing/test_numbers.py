"""Numbers on the screen: four digits, one exponent, aligned at the decimal point, never jumping."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.debugger.wire.digits import scale_for
from backprop_tui.engine.debugger.wire.frame import Summary
from backprop_tui.tui.drawing.numbers import RANGE, SHORT, scalar, short, summary

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0013766, "0.001377"),
        (2.34, "2.340"),
        (-413.04, "-413.0"),
        (123456.0, "123456"),
        (2.34e-7, "2.340e-07"),
        (9.99996, "10.00"),
        (0.0, "0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (None, "·"),
    ],
)
def test_a_number_has_four_significant_digits(value: float | None, text: str) -> None:
    assert scalar(value) == text


@given(FINITE)
def test_a_short_number_fits_its_columns_and_keeps_its_size(value: float) -> None:
    text = short(value)
    assert len(text) <= SHORT
    assert float(text) == pytest.approx(value, rel=0.5, abs=1e-45)


@given(FINITE)
def test_every_number_of_a_block_takes_the_same_columns(value: float) -> None:
    scale = scale_for(abs(value))
    assert {len(scale.write(one)) for one in (value, -value, 0.0, value / 7)} == {scale.width}


@pytest.mark.parametrize(
    ("magnitude", "facts", "width"),
    [
        (0.0, {}, 2),
        (9.0, {}, 6),
        (413.04, {}, 6),
        (12345.0, {}, 6),
        (0.0012, {}, 9),
        (1e-9, {}, 6),
        (26.0, {"integer": True}, 3),
        (26.0, {"integer": True, "negative": False}, 2),
        (1.0, {"integer": True, "negative": False}, 1),
        (1.0, {"integer": True, "negative": False, "finite": False}, 4),
    ],
)
def test_a_block_is_as_wide_as_its_digits_need(magnitude: float, facts: dict[str, bool], width: int) -> None:
    assert scale_for(magnitude, **facts).width == width


@given(st.lists(FINITE, min_size=2, max_size=6))
def test_the_decimal_points_of_a_block_stand_in_one_column(values: list[float]) -> None:
    scale = scale_for(max(map(abs, values)))
    points = {scale.write(v).index(".") for v in values if "." in scale.write(v)}
    assert len(points) <= 1


def test_the_sign_has_room_so_that_nothing_moves_when_it_changes() -> None:
    scale = scale_for(0.031)
    assert scale.write(0.031).index(".") == scale.write(-0.031).index(".")


def test_an_exact_zero_is_told_from_a_small_number() -> None:
    scale = scale_for(3.0)
    assert scale.write(0.0).strip() == "0"
    assert scale.write(1e-9).strip() == "0.000"
    assert scale.write(0.0).index("0") == scale.write(1e-9).index(".") - 1


def test_tiny_and_huge_blocks_share_one_exponent() -> None:
    scale = scale_for(4.66e-9)
    assert scale.label == "×1e-9"
    assert scale.write(4.66e-9).strip() == "4.660"
    assert scale_for(3.0).label == ""


def test_numbers_that_are_not_finite_are_named() -> None:
    assert scale_for(1.0).write(math.nan).strip() == "nan"
    assert scale_for(1.0).write(-math.inf).strip() == "-inf"


def test_integers_have_no_decimals() -> None:
    assert scale_for(26.0, integer=True).write(3.0).strip() == "3"


@given(FINITE, FINITE)
def test_a_range_keeps_its_ellipsis_in_one_column(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    text = summary(Summary((4,), "float32", low, high))
    if low != high:
        assert text[(RANGE - 1) // 2] == "…"


def test_a_range_says_when_entries_are_not_finite() -> None:
    assert "!" in summary(Summary((4,), "float32", 1.0, 2.0, not_finite=1))
    assert "not finite" in summary(Summary((4,), "float32", None, None, not_finite=4))
