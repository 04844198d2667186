"""Numbers that come one an iteration, drawn down while they come: a picture never costs all of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from ..wire.curve import Columns, spans

CAPACITY = 4096
"""Buckets that a series has at most."""


class Bucket(NamedTuple):
    """What is kept of neighbouring numbers: of the finite ones their span and sum, of the others the last."""

    low: float
    high: float
    total: float
    finite: int
    odd: float
    """0 where all are finite."""


NOTHING = Bucket(math.inf, -math.inf, 0.0, 0, 0.0)


def bucket_of(numbers: Sequence[float]) -> Bucket:
    """All of them in one."""
    total = sum(numbers)
    if numbers and math.isfinite(total):
        return Bucket(min(numbers), max(numbers), total, len(numbers), 0.0)
    finite = [number for number in numbers if math.isfinite(number)]
    odd = next((number for number in reversed(numbers) if not math.isfinite(number)), 0.0)
    low, high = min(finite, default=math.inf), max(finite, default=-math.inf)
    return Bucket(low, high, sum(finite), len(finite), odd)


class Series:
    """Numbers of successive iterations in buckets of equal length; too many of them merge in pairs."""

    def __init__(self, numbers: Sequence[float] = ()) -> None:
        self.length = 1
        while len(numbers) > CAPACITY * self.length:
            self.length *= 2
        self.end = len(numbers)
        self._lows, self._highs, self._totals = array("d"), array("d"), array("d")
        self._finite, self._odd = array("L"), array("d")
        self._whole = True
        """Whether all of them are finite."""
        for start in range(0, len(numbers), self.length):
            self._add(bucket_of(numbers[start : start + self.length]))

    def put(self, iteration: int, number: float, *, again: bool = False) -> None:
        """The number of an iteration. What was known of it, and of those after it, is forgotten.

        Where it comes `again`, as an iteration is repeated, what is known stays, and a gap is filled.
        """
        if iteration < self.end and not again:
            self._cut(iteration)
        while iteration >= CAPACITY * self.length:
            self._halve()
        at = iteration // self.length
        while at >= len(self._lows):
            self._add(NOTHING)
        if again and (self._finite[at] or self._odd[at]):
            return
        self.end = max(iteration + 1, self.end)
        if not math.isfinite(number):
            self._odd[at], self._whole = number, False
            return
        self._lows[at] = min(self._lows[at], number)
        self._highs[at] = max(self._highs[at], number)
        self._totals[at] += number
        self._finite[at] += 1

    def _cut(self, end: int) -> None:
        """Forget the iterations from one on; with them those before that share a bucket with it."""
        kept = end // self.length
        for numbers in (self._lows, self._highs, self._totals, self._finite, self._odd):
            del numbers[kept:]
        self.end = kept * self.length

    def columns(self, start: int, stop: int, count: int) -> Columns:
        """The iterations from `start` to before `stop`, in at most `count` columns."""
        if self.length == 1 and stop - start <= count:
            return Columns(self._each(start, stop))
        return columns_of([self.bucket(low, high) for low, high in spans(start, stop, count)])

    def _each(self, start: int, stop: int) -> tuple[float | None, ...]:
        """The numbers of some iterations, where each has a bucket; None where one is not known."""
        kept = zip(self._totals[start:stop], self._finite[start:stop], self._odd[start:stop], strict=True)
        known = tuple([odd or (total if finite else None) for total, finite, odd in kept])
        return known + (None,) * (stop - start - len(known))

    def bucket(self, start: int, stop: int) -> Bucket:
        """The buckets that begin in a span of iterations; where none does, the one around it."""
        first, last = (-(-at // self.length) for at in (start, stop))
        if first == last:
            first -= 1
        first, last = max(first, 0), min(last, len(self._lows))
        return self._merged(first, last) if first < last else NOTHING

    def _merged(self, first: int, last: int) -> Bucket:
        """Some buckets as one."""
        low, high = min(self._lows[first:last]), max(self._highs[first:last])
        total = sum(self._totals[first:last])
        odd = 0.0 if self._whole else next(filter(None, reversed(self._odd[first:last])), 0.0)
        return Bucket(low, high, total, sum(self._finite[first:last]), odd)

    def _add(self, bucket: Bucket) -> None:
        self._lows.append(bucket.low)
        self._highs.append(bucket.high)
        self._totals.append(bucket.total)
        self._finite.append(bucket.finite)
        self._odd.append(bucket.odd)
        self._whole = self._whole and not bucket.odd

    def _halve(self) -> None:
        """Buckets twice as long."""
        merged = [self._merged(at, at + 2) for at in range(0, len(self._lows), 2)]
        self._lows, self._highs, self._totals = array("d"), array("d"), array("d")
        self._finite, self._odd = array("L"), array("d")
        for bucket in merged:
            self._add(bucket)
        self.length *= 2


def columns_of(buckets: Sequence[Bucket]) -> Columns:
    """A column each."""
    points = tuple(bucket.odd or (_mean(bucket) if bucket.finite else None) for bucket in buckets)
    if all(bucket.low == bucket.high or not bucket.finite for bucket in buckets):
        return Columns(points)
    return Columns(
        points,
        tuple(bucket.low if bucket.finite else None for bucket in buckets),
        tuple(bucket.high if bucket.finite else None for bucket in buckets),
    )


def _mean(bucket: Bucket) -> float:
    """The mean of the finite numbers, or the middle of them where their sum overflows."""
    mean = bucket.total / bucket.finite
    return mean if math.isfinite(mean) else bucket.low / 2 + bucket.high / 2
