"""Numbers over iterations as a screen can draw them: never more than it has columns."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct


class Columns(NamedTuple):
    """Neighbouring numbers brought together, a column each."""

    points: tuple[float | None, ...] = ()
    """The mean of each column; where some of it is not finite, that; None where nothing is known."""
    lows: tuple[float | None, ...] = ()
    """The lowest finite number of each column; () where every column is one number."""
    highs: tuple[float | None, ...] = ()


class Curve(Struct, frozen=True):
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


class Measure(StrEnum):
    """A number that every iteration has."""

    LOSS = "loss"
    NORM = "gradient norm"
    RATIO = "update ratio"
    """The norm of what the update added to a parameter, to the norm of the parameter."""
    MAXDIFF = "maxdiff"


class Measured(Struct, frozen=True):
    """A measure, of the loss or of a tensor."""

    measure: Measure
    tensor: str
    columns: Columns


class Curves(Struct, frozen=True):
    """What was measured in the iterations from `start` to before `stop`, of `total` that are complete."""

    start: int
    stop: int
    total: int
    selected: str
    series: tuple[Measured, ...]
    """Each has the same columns, those of `spans(start, stop, ...)`."""


def spans(start: int, stop: int, count: int) -> list[tuple[int, int]]:
    """What is between two numbers in at most `count` parts, as equal as can be."""
    whole = max(stop - start, 0)
    count = min(max(count, 1), whole)
    edges = [start + part * whole // count for part in range(count + 1)] if count else [start]
    return [*pairwise(edges)]
