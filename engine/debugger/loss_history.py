"""The losses so far, kept small: appending is cheap, and a picture never costs the whole history."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from copy import copy

from .frame import LossCurve

_CAPACITY = 1024


class LossHistory:
    """Losses in buckets of equal length; when there are too many, neighbours merge.

    The newest stands apart: where somebody looks, its iteration may not have come to it yet.
    """

    def __init__(self) -> None:
        self._newest: float | None = None
        self.iterations = 0
        self.last: float | None = None
        self.lowest: float | None = None
        self.highest: float | None = None
        self.not_finite = 0
        self._buckets: list[float] = []
        self._length = 1

    @classmethod
    def of(cls, losses: Sequence[float]) -> LossHistory:
        """The history of so many losses."""
        history = cls()
        for loss in losses:
            history.append(loss)
        return history

    def append(self, loss: float) -> None:
        """Add the loss of one more iteration."""
        if self._newest is not None:
            self._add(self._newest)
        self._newest = loss

    def curve(self, columns: int, *, newest: bool = True) -> LossCurve:
        """At most `columns` points; a loss that is not finite is never averaged away."""
        return (self._whole() if newest else self)._curve(columns)

    def _whole(self) -> LossHistory:
        """The history with its newest loss among the others."""
        if self._newest is None:
            return self
        whole = copy(self)
        whole._buckets = [*self._buckets]
        whole._add(self._newest)
        return whole

    def _add(self, loss: float) -> None:
        if self.iterations % self._length == 0:
            self._buckets.append(loss)
        else:
            self._buckets[-1] = _merged(self._buckets[-1], loss)
        self.iterations += 1
        self.last = loss
        if math.isfinite(loss):
            self.lowest = loss if self.lowest is None else min(self.lowest, loss)
            self.highest = loss if self.highest is None else max(self.highest, loss)
        else:
            self.not_finite += 1
        if len(self._buckets) > _CAPACITY:
            self._halve()

    def _curve(self, columns: int) -> LossCurve:
        return LossCurve(
            points=_thinned(self._buckets, max(columns, 1), whole=not self.not_finite),
            iterations=self.iterations,
            last=self.last,
            lowest=self.lowest,
            highest=self.highest,
            not_finite=self.not_finite,
        )

    def _halve(self) -> None:
        pairs = [self._buckets[i : i + 2] for i in range(0, len(self._buckets), 2)]
        self._buckets = [_merged(pair[0], pair[-1]) for pair in pairs]
        self._length *= 2


def _merged(earlier: float, later: float) -> float:
    return later if math.isfinite(earlier) else earlier


def _thinned(points: list[float], columns: int, *, whole: bool) -> tuple[float, ...]:
    """At most `columns` of the points; `whole` says that all of them are finite."""
    count = len(points)
    if count <= columns:
        return tuple(points)
    if whole:
        return tuple(points[(i + 1) * count // columns - 1] for i in range(columns))
    edges = [i * count // columns for i in range(columns + 1)]
    return tuple(_one(points[low:high]) for low, high in itertools.pairwise(edges))


def _one(group: list[float]) -> float:
    return next((point for point in group if not math.isfinite(point)), group[-1])
