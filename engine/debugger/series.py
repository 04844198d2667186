"""Numbers that come one an iteration, drawn down while they come: a picture never costs all of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .curve import Columns

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

    def __init__(self, numbers: Sequence[float] = (), since: int = 0) -> None:
        """`since` is the iteration of the first number."""
        self.since = since
        self.length = 1
        while len(numbers) > CAPACITY * self.length:
            self.length *= 2
        self.end = since + len(numbers)
        self._lows, self._highs, self._totals = array("d"), array("d"), array("d")
        self._finite, self._odd = array("L"), array("d")
        self._whole = True
        """Whether all of them are finite."""
        for start in range(0, len(numbers), self.length):
            self._add(bucket_of(numbers[start : start + self.length]))

    def put(self, iteration: int, number: float) -> None:
        """The number of an iteration; what was known of it, and of those after it, is forgotten."""
        if iteration < self.end:
            self._cut(iteration)
        while iteration - self.since >= CAPACITY * self.length:
            self._halve()
        while (iteration - self.since) // self.length >= len(self._lows):
            self._add(NOTHING)
        self.end = iteration + 1
        if not math.isfinite(number):
            self._odd[-1], self._whole = number, False
            return
        self._lows[-1] = min(self._lows[-1], number)
        self._highs[-1] = max(self._highs[-1], number)
        self._totals[-1] += number
        self._finite[-1] += 1

    def _cut(self, end: int) -> None:
        """Forget the iterations from one on; with them those before that share a bucket with it."""
        kept = max(end - self.since, 0) // self.length
        for numbers in (self._lows, self._highs, self._totals, self._finite, self._odd):
            del numbers[kept:]

    def columns(self, start: int, stop: int, count: int) -> Columns:
        """The iterations from `start` to before `stop`, in at most `count` columns."""
        first = max(start - self.since, 0) // self.length
        last = -(-max(min(stop, self.end) - self.since, 0) // self.length)
        return columns_of([self._merged(low, high) for low, high in spans(first, last, count)])

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


def spans(first: int, last: int, count: int) -> list[tuple[int, int]]:
    """What is between two numbers in at most `count` equal parts."""
    whole = max(last - first, 0)
    count = min(max(count, 1), whole)
    return [*pairwise(first + part * whole // count for part in range(count + 1))] if count else []


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
