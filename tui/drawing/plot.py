"""Curves made of characters: braille, or signs that every terminal has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest
from math import isfinite

from msgspec import Struct

from ...engine.debugger.wire.curve import Columns
from .glyphs import has_braille
from .line import Run

LARGE_SPAN = 100.0
"""Above this ratio of highest to lowest a curve is drawn on a log scale."""
MOST_DOTS = 4
"""Dots between two neighbouring numbers, where there are few."""
Extent = tuple[int, int]
"""The lowest and the highest dot of a column that are drawn."""


class Pen(Struct, frozen=True):
    """How many dots a cell has, and the characters for them."""

    wide: int
    high: int
    line: tuple[str, ...]
    """The character of each combination of dots of a cell; the lowest dot of a column counts 1."""
    band: tuple[str, ...]
    lost: str


_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""The bits of the dots of either column of a braille character, from the lowest on."""


def _braille() -> tuple[str, ...]:
    bits = [0]
    for bit in (*_LEFT, *_RIGHT):
        bits += [below | bit for below in bits]
    return (" ", *(chr(0x2800 + some) for some in bits[1:]))


_BRAILLE = _braille()
BRAILLE = Pen(2, 4, _BRAILLE, _BRAILLE, "×")
ASCII = Pen(1, 3, tuple(" _-|'|||"), tuple(" :::::::"), "x")


def pen() -> Pen:
    """The pen of this terminal."""
    return BRAILLE if has_braille() else ASCII


class Scale(Struct, frozen=True):
    """What the rows of a plot stand for."""

    low: float
    high: float
    log: bool = False

    def heights(self, values: Iterable[float | None], levels: int) -> list[int | None]:
        """How high each number stands, from 0 to `levels` - 1; None for one that is not finite."""
        low, high = self.low, self.high
        if high <= low:
            middle = (levels - 1) // 2
            return [middle if value is not None and isfinite(value) else None for value in values]
        place = math.log if self.log else _half
        start = place(low)
        span = place(high) - start
        return [
            round((place(min(max(value, low), high)) - start) / span * (levels - 1))
            if value is not None and isfinite(value)
            else None
            for value in values
        ]


def _half(value: float) -> float:
    """Half of it: the difference of two halves never overflows."""
    return value / 2


def scale_of(columns: Columns, lowest: float | None, highest: float | None) -> Scale:
    """The scale for all from the lowest to the highest.

    It is logarithmic where that is far and nothing is negative; what is 0 stands with the least that is not.
    """
    low, high = lowest or 0.0, highest or 0.0
    if low < 0:
        return Scale(low, high)
    positive = [n for n in (*columns.points, *columns.lows) if n is not None and isfinite(n) and n > 0]
    least = low or min(positive, default=0.0)
    return Scale(least, high, log=True) if 0 < least * LARGE_SPAN < high else Scale(low, high)


def plot(
    columns: Columns, scale: Scale, rows: int, width: int, pen: Pen, most: int = MOST_DOTS
) -> list[list[Run]]:
    """Rows from top to bottom, as far to the right as there are numbers, `most` dots or fewer for each.

    The points are loud and joined; the span of each column is quiet behind them. A column with something
    that is not finite is marked in the lowest row.
    """
    levels, dots = max(rows, 1) * pen.high, width * pen.wide
    columns = _at_most(columns, dots)
    step = step_of(len(columns.points), width, pen, most)
    line = _masks(_joined(scale.heights(columns.points, levels), step))
    band = _masks(_spans(columns, scale, levels, step))
    lost = _lost(columns.points, step, pen)
    return [
        _row(_cells(line, row, pen), _cells(band, row, pen), lost if row == 0 else [], pen)
        for row in reversed(range(rows))
    ]


def step_of(points: int, width: int, pen: Pen, most: int = MOST_DOTS) -> int:
    """How many dots wide each of so many points is."""
    return max(min(width * pen.wide // max(points, 1), most), 1)


def _at_most(columns: Columns, dots: int) -> Columns:
    """So many of the columns: a screen may be narrower than the one that they were made for."""
    count = len(columns.points)
    if count <= dots:
        return columns
    kept = [at * count // dots for at in range(dots)]
    return Columns(*(tuple(part[at] for at in kept) if part else () for part in columns))


def _joined(heights: Sequence[int | None], step: int) -> list[Extent | None]:
    """The dots of the line, `step` columns a point, without a gap between neighbours."""
    dots: list[Extent | None] = []
    before: int | None = None
    for height in heights:
        for part in range(1, step + 1):
            if height is None:
                dots.append(None)
                continue
            start = height if before is None else before + (height - before) * (part - 1) // step
            end = height if before is None else before + (height - before) * part // step
            start += (end > start) - (end < start)  # its neighbour has that dot
            dots.append((min(start, end), max(start, end)))
        before = height
    return dots


def _spans(columns: Columns, scale: Scale, levels: int, step: int) -> list[Extent | None]:
    lows, highs = scale.heights(columns.lows, levels), scale.heights(columns.highs, levels)
    pairs = zip(lows, highs, strict=True)
    spans = [None if low is None or high is None else (low, high) for low, high in pairs]
    return [span for span in spans for _ in range(step)]


def _masks(dots: Sequence[Extent | None]) -> list[int]:
    """The dots of each column as the bits of a number, the lowest first."""
    return [((2 << dot[1] - dot[0]) - 1) << dot[0] if dot else 0 for dot in dots]


def _cells(masks: Sequence[int], row: int, pen: Pen) -> list[int]:
    """The dots of every cell of a row, counted from the lowest, as a number: column after column."""
    base, part = row * pen.high, (1 << pen.high) - 1
    dots = [mask >> base & part for mask in masks]
    if pen.wide == 1:
        return dots
    return [left | right << pen.high for left, right in zip_longest(dots[::2], dots[1::2], fillvalue=0)]


def _lost(points: Sequence[float | None], step: int, pen: Pen) -> list[bool]:
    """For each cell whether something in it is not finite; nothing where all is."""
    if all(point is None or isfinite(point) for point in points):
        return []
    dots = [point is not None and not isfinite(point) for point in points for _ in range(step)]
    return [any(dots[at : at + pen.wide]) for at in range(0, len(dots), pen.wide)]


def _row(line: Sequence[int], band: Sequence[int], lost: Sequence[bool], pen: Pen) -> list[Run]:
    """One row, neighbours of one kind in one run."""
    if not any(band) and not lost:
        return [Run("".join([pen.line[dots] for dots in line]), "accent")]
    cells = [_cell(*cell, pen) for cell in zip_longest(line, band, lost, fillvalue=0)]
    kinds = groupby(cells, lambda cell: cell[1])
    return [Run("".join([text for text, _ in group]), style) for style, group in kinds]


def _cell(line: int, band: int, lost: int, pen: Pen) -> tuple[str, str]:
    if lost:
        return pen.lost, "warn"
    return (pen.line[line], "accent") if line or not band else (pen.band[band], "faint")
