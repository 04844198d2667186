"""Which lines each iteration of a training runs with: the program may be edited while it trains."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..program.program import Program
from ..tensors.rng_state import RandomState

Number = bool | int | float | complex


@dataclass(frozen=True, eq=False)
class Version:
    """A text of the program, and the first of the iterations in a row that run with it."""

    program: Program
    first: int = 0
    random: RandomState | None = None
    """The state of all generators when it began; those that it does not draw from keep it."""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """What names of setup were set to by hand before its first iteration."""


@dataclass(frozen=True, eq=False)
class Versions:
    """The texts of one training, in the order of their iterations; the first one runs the beginning, too."""

    all: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The one that new iterations run with."""
        return self.all[-1]

    def at(self, number: int) -> Version:
        """The one that an iteration runs with."""
        return self.all[max(bisect_right([one.first for one in self.all], number) - 1, 0)]

    def changed(self, version: Version) -> Versions:
        """From its first iteration on this one, whatever was there before."""
        return Versions((*(one for one in self.all if one.first < version.first), version))

    def with_number(self, first: int, name: str, number: Number) -> Versions:
        """A name set to a number before an iteration; what comes after stays as it is."""
        then = self.at(first)
        numbers = then.numbers if then.first == first else {}
        fresh = replace(then, first=first, random=None, numbers={**numbers, name: number})
        others = [one for one in self.all if one.first != first]
        return Versions(tuple(sorted([*others, fresh], key=lambda one: one.first)))

    def put(self, old: Version, new: Version) -> Versions:
        """One in the place of another."""
        return Versions(tuple(new if one is old else one for one in self.all))
