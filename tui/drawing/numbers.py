"""Numbers as text, short ones for tables."""

from __future__ import annotations

import math
from functools import lru_cache

from ...engine.debugger.wire.digits import exponent_of
from ...engine.debugger.wire.frame import Summary
from .line import clean

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
    exponent = exponent_of(value)
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
