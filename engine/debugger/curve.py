"""Numbers over iterations as a screen can draw them: never more than it has columns."""

from __future__ import annotations

from typing import NamedTuple


class Columns(NamedTuple):
    """Neighbouring numbers brought together, a column each."""

    points: tuple[float | None, ...] = ()
    """The mean of each column; where some of it is not finite, that; None where nothing is known."""
    lows: tuple[float | None, ...] = ()
    """The lowest finite number of each column; () where every column is one number."""
    highs: tuple[float | None, ...] = ()


class Curve(NamedTuple):
    """All the numbers of a series, brought down to columns.

    Points may be NaN or infinite. `lowest` and `highest` span what is finite; None without any.
    """

    points: tuple[float | None, ...] = ()
    iterations: int = 0
    last: float | None = None
    lowest: float | None = None
    highest: float | None = None
    not_finite: int = 0
    first: float | None = None
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()
