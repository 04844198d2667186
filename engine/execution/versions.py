"""Which lines each iteration of a training runs with: the program may be edited while it trains."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property

from ..program.program import Program
from ..tensors.rng_state import RandomState
from .by_hand import constant_of
from .expression import Expression


@dataclass(frozen=True, eq=False)
class Version:
    """A text of the program, and the first of the iterations in a row that run with it."""

    program: Program
    first: int = 0
    random: RandomState | None = None
    """The state of all generators when it began; those that it does not draw from keep it."""
    by_hand: tuple[Expression, ...] = ()
    """What is done by hand before its first iteration, in this order."""


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

    def by_hand_before(self, first: int) -> tuple[Expression, ...]:
        """What is done by hand just before an iteration."""
        then = self.at(first)
        return then.by_hand if then.first == first else ()

    @cached_property
    def touched(self) -> frozenset[str]:
        """The names in all that is done by hand."""
        return frozenset[str]().union(*(done.names for one in self.all for done in one.by_hand))

    def touched_before(self, name: str, number: int) -> int | None:
        """The last iteration before that one which something that names this was done by hand before."""
        firsts = (one.first for one in self.all for done in one.by_hand if name in done.names)
        return max((first for first in firsts if first < number), default=None)

    def with_by_hand(self, first: int, statement: Expression) -> Versions:
        """One more statement before an iteration; what comes after stays as it is."""
        done, name = self.by_hand_before(first), constant_of(statement.text)
        if done and name and constant_of(done[-1].text) == name:
            done = done[:-1]
        fresh = replace(self.at(first), first=first, random=None, by_hand=(*done, statement))
        others = [one for one in self.all if one.first != first]
        return Versions(tuple(sorted([*others, fresh], key=lambda one: one.first)))

    def put(self, old: Version, new: Version) -> Versions:
        """One in the place of another."""
        return Versions(tuple(new if one is old else one for one in self.all))
