"""Numbers as text: short ones for tables, and whole blocks aligned at the decimal point."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from ...engine.debugger.frame import Summary
from .line import clean

CELL = 9
"""Columns of a number in a block: `-0.001234`, the longest without an exponent."""
SHORT = 6
"""Columns of a number in a range: `-0.062`."""
RANGE = 2 * SHORT + 1


@lru_cache(maxsize=4096)
def scalar(value: float | None, digits: int = 4) -> str:
    """A number with `digits` significant digits: `0.001377`, `2.34e-07`, `nan`; · for none."""
    if value is None:
        return "·"
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    exponent = _exponent(value)
    if -4 < exponent < 6:
        return f"{value:.{max(digits - 1 - exponent, 0)}f}"
    return f"{value:.{digits - 1}e}"


def short(value: float | None, width: int = SHORT, most: int = 3) -> str:
    """A number in at most `width` columns, with as many of `most` digits as there is room for."""
    for digits in range(most, 0, -1):
        text = _squeezed(scalar(value, digits))
        if len(text) <= width:
            return text
    return _squeezed(f"{value:.0e}")


def _squeezed(text: str) -> str:
    """`1.4e-04` as `1.4e-4`."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


@lru_cache(maxsize=256)
def shape(sizes: tuple[int, ...] | None) -> str:
    """`[32 64]`; nothing for what has no shape."""
    return "" if sizes is None else f"[{' '.join(map(str, sizes))}]"


@lru_cache(maxsize=1024)
def summary(value: Summary | None, width: int = RANGE) -> str:
    """A value in one glance: `1.94…8.01`, or one number; the … stands in the same column always.

    A `!` in place of the … says that some entries are not finite; a single one is written as it is.
    """
    half = (width - 1) // 2
    single = half + 2
    if value is None:
        return f"{'·':>{single}}"
    if value.not_finite and value.text:
        return f"{value.text:>{single}}"
    if value.text:
        return f" {clean(value.text)}"
    if value.low is None or value.high is None:
        return f"{'not finite' if value.not_finite else 'empty':>{single}}"
    if value.low == value.high and not value.not_finite:
        return f"{short(value.low, single, 4):>{single}}"
    mark = "!" if value.not_finite else "…"
    return f"{short(value.low, half):>{half}}{mark}{short(value.high, half)}"


def _exponent(value: float) -> int:
    """The power of ten of a nonzero finite number, after rounding to four digits."""
    return int(f"{value:.3e}".partition("e")[2])


class Scale(NamedTuple):
    """How the numbers of one block are written: digits after the point and one power of ten."""

    decimals: int
    power: int = 0

    @property
    def label(self) -> str:
        """`×1e-9`; nothing where numbers are written as they are."""
        return f"×1e{self.power}" if self.power else ""

    def write(self, value: float) -> str:
        """One number in `CELL` columns; an exact zero is one digit, in the column of the units."""
        if not math.isfinite(value):
            return f"{value!s:>{CELL}}"
        if value == 0:
            tail = self.decimals + 1 if self.decimals else 0
            return f"{'0':>{CELL - tail}}{' ' * tail}"
        return f"{value / 10**self.power:{CELL}.{self.decimals}f}"


def scale_for(magnitude: float, *, integer: bool = False) -> Scale:
    """Four significant digits for the largest entry; one exponent where they need it."""
    if magnitude == 0 or not math.isfinite(magnitude):
        return Scale(0)
    exponent = _exponent(magnitude)
    if integer and exponent < CELL - 1:
        return Scale(0)
    if -4 < exponent < 5:
        return Scale(max(3 - exponent, 0))
    return Scale(3, exponent)
