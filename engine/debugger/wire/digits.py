"""How the numbers of one block are written: as many digits as they need, and no wider."""

from __future__ import annotations

import math

from msgspec import Struct

_LONG = 8
"""Integers of more digits are written with an exponent."""
_NOT_FINITE = 4
"""Columns of `-inf`."""


class Scale(Struct, frozen=True):
    """Digits after the point, one power of ten, and the columns that the longest of the numbers takes."""

    decimals: int = 0
    power: int = 0
    width: int = 2

    @property
    def label(self) -> str:
        """`×1e-9`; nothing where numbers are written as they are."""
        return f"×1e{self.power}" if self.power else ""

    def write(self, value: float) -> str:
        """One number in `width` columns; an exact zero is one digit, in the column of the units."""
        if not math.isfinite(value):
            return f"{value!s:>{self.width}}"
        if value == 0:
            tail = self.decimals + 1 if self.decimals else 0
            return f"{'0':>{self.width - tail}}{' ' * tail}"
        return f"{value / 10**self.power:{self.width}.{self.decimals}f}"


def scale_for(
    magnitude: float, *, integer: bool = False, negative: bool = True, finite: bool = True
) -> Scale:
    """Four significant digits for the largest entry; one exponent where they need it.

    A sign has room wherever one may come: integers have none where no entry is `negative`.
    """
    signs, least = int(negative or not integer), 0 if finite else _NOT_FINITE
    if magnitude == 0 or not math.isfinite(magnitude):
        return Scale(width=max(1 + signs, least))
    exponent = exponent_of(magnitude)
    if integer and exponent < _LONG:
        return Scale(width=max(len(str(int(magnitude))) + signs, least))
    decimals, power = (max(3 - exponent, 0), 0) if -4 < exponent < 5 else (3, exponent)
    point = decimals + 1 if decimals else 0
    digits = 1 if power else max(exponent, 0) + 1
    return Scale(decimals, power, max(signs + digits + point, least))


def exponent_of(value: float) -> int:
    """The power of ten of a nonzero finite number, after rounding to four digits."""
    return int(f"{value:.3e}".partition("e")[2])
