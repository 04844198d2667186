"""The line of statistics: the first facts first, as many as fit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.inspected import Inspector, Statistics, Tab
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.statistics import histogram, paint_statistics

KNOWN = Statistics(6400, -0.31, 0.29, 0.0012, 0.11, 0.25, 8.1, 0, 12, (1, 0, 40, 100, 60, 20, 2))


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (90, "▁ ▄█▅▂▁ -0.310 … 0.290 · update 1.2e-03 · mean 0.00120 · dev 0.110 · 25% zeros · norm 8.10"),
        (40, "▁ ▄█▅▂▁ -0.310 … 0.290 · update 1.2e-03"),
        (24, "▁ ▄█▅▂▁ -0.310 … 0.290"),
    ],
)
def test_a_tensor_in_one_line(columns: int, text: str) -> None:
    tensor = Inspector("W", tab=Tab.VALUE, statistics=(Tab.VALUE, KNOWN), ratio=1.234e-3)
    assert plain(paint_statistics(tensor, columns)) == text


def test_of_errors_it_says_how_many_are_no_rounding() -> None:
    tensor = Inspector("W", tab=Tab.ERROR, statistics=(Tab.ERROR, KNOWN))
    assert "12 of 6400 beyond rounding" in plain(paint_statistics(tensor, 70))
    tensor = Inspector("W", tab=Tab.ERROR, statistics=(Tab.ERROR, replace(KNOWN, beyond=0)))
    assert "none of 6400 beyond rounding" in plain(paint_statistics(tensor, 70))


def test_those_of_another_tab_are_not_shown() -> None:
    tensor = Inspector("W", tab=Tab.MANUAL, statistics=(Tab.VALUE, KNOWN), under_way="34% looked through")
    assert plain(paint_statistics(tensor, 70)) == "34% looked through"


@pytest.mark.parametrize(
    ("bins", "bars"), [((), ""), ((0, 0), ""), ((1, 1000, 0), "▁█ "), ((4, 2, 0, 4), "█▅ █")]
)
def test_a_bin_with_anything_in_it_has_a_bar(bins: tuple[int, ...], bars: str) -> None:
    assert histogram(bins) == bars
