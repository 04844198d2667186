"""The losses so far: appending is cheap, and a picture never costs the whole history."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..wire.curve import Columns, Curve
from .series import Series


class LossHistory:
    """The losses as a series.

    The newest stands apart: where somebody looks, its iteration may not have come to it yet.
    """

    def __init__(self, losses: Sequence[float] = ()) -> None:
        older = losses[:-1]
        finite = [loss for loss in older if math.isfinite(loss)]
        self.series = Series(older)
        self._first = losses[0] if losses else None
        self._before = older[-1] if older else None
        self._newest = losses[-1] if losses else None
        self._low, self._high = min(finite, default=math.inf), max(finite, default=-math.inf)
        self._not_finite = len(older) - len(finite)

    def append(self, loss: float) -> None:
        """Add the loss of one more iteration."""
        if self._newest is not None:
            self._add(self._newest)
        else:
            self._first = loss
        self._newest = loss

    def curve(self, columns: int, *, newest: bool = True) -> Curve:
        """At most `columns` points, but two at least, the newest loss the last of them.

        A loss that is not finite is never averaged away.
        """
        iterations = self.series.end
        older = self.series.columns(0, iterations, columns - 1)
        if not newest or self._newest is None:
            first = self._first if iterations else None
            low, high = self._extremes()
            return Curve(
                older.points, iterations, self._before, low, high, self._not_finite, first, *older[1:]
            )
        low, high = self._extremes(self._newest)
        lost = self._not_finite + (not math.isfinite(self._newest))
        points, lows, highs = _followed_by(self._newest, older)
        return Curve(points, iterations + 1, self._newest, low, high, lost, self._first, lows, highs)

    def _extremes(self, *more: float) -> tuple[float, float] | tuple[None, None]:
        """The lowest and the highest finite loss, with these among them."""
        finite = [loss for loss in (self._low, self._high, *more) if math.isfinite(loss)]
        return (min(finite), max(finite)) if finite else (None, None)

    def _add(self, loss: float) -> None:
        self.series.put(self.series.end, loss)
        self._before = loss
        if math.isfinite(loss):
            self._low, self._high = min(self._low, loss), max(self._high, loss)
        else:
            self._not_finite += 1


def _followed_by(loss: float, older: Columns) -> Columns:
    """One more column."""
    span = loss if math.isfinite(loss) else None
    if not older.lows:
        return Columns((*older.points, loss))
    return Columns((*older.points, loss), (*older.lows, span), (*older.highs, span))
