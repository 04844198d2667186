"""Where in autograd's graph the gradients flow that helper lines bind, or ought to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import torch
from torch import Tensor

from ....program.statements import Statement
from ....verdict import Verdict
from .helper_lines import HelperLine


class Rows(NamedTuple):
    """How a loop over examples takes gradients apart: what belongs to each of its passes."""

    dim: int
    """Along which dimension."""
    size: int = 1
    """How many entries of that belong to a pass."""
    kept: bool = False
    """Whether the dimension stays, where that is one."""
    nested: bool = False
    """Whether the next dimension is gone through as well, in a loop inside."""
    back: bool = False
    """Of several gradients, whether the last comes first."""
    inside: bool = False
    """Of several, whether a loop inside goes through them."""
    some: bool = False
    """Whether only what is not zero belongs to a pass."""

    def of(self, gradients: Sequence[Tensor]) -> list[Tensor]:
        """The parts of all in their order."""
        apart = [self._of(one) for one in (reversed(gradients) if self.back else gradients)]
        parts = [*chain.from_iterable(zip(*apart, strict=True) if self.inside else apart)]
        return [one for one in parts if bool(one.any())] if self.some else parts

    def _of(self, gradient: Tensor) -> Sequence[Tensor]:
        flat = gradient.flatten(self.dim, self.dim + 1) if self.nested else gradient
        if not self.kept and self.size == 1:
            return flat.unbind(self.dim)
        starts = range(0, flat.shape[self.dim] - self.size + 1, self.size)
        return [flat.narrow(self.dim, start, self.size) for start in starts]


def rows_of(gradients: Sequence[Tensor], passes: int, shape: torch.Size) -> Iterator[Rows]:
    """Every way to take gradients of one shape apart into so many parts of another."""
    several = len(gradients) > 1
    orders = (
        [(back, inside) for back in (False, True) for inside in (False, True)]
        if several
        else [(False, False)]
    )
    whole = gradients[0].shape
    for rows in _ways(whole, passes, shape):
        if several and whole[rows.dim] == 1 and not rows.nested:
            continue  # nothing is taken apart
        for back, inside in orders:
            for some in (False, True):
                way = rows._replace(back=back, inside=inside, some=some)
                if len(way.of(gradients)) == passes:
                    yield way
                    break


def _ways(whole: torch.Size, passes: int, shape: torch.Size) -> Iterator[Rows]:
    """The ways to take a shape apart into some of another."""
    for dim, size in enumerate(whole):
        before, after = whole[:dim], whole[dim + 1 :]
        if shape == (*before, *after):
            yield Rows(dim)
        if shape == (*before, 1, *after):
            yield Rows(dim, kept=True)
        elif size > passes and shape == (*before, size // passes, *after):
            yield Rows(dim, size // passes)
        if after and shape == (*before, *after[1:]):
            yield Rows(dim, nested=True)


class Spot(NamedTuple):
    """Where a gradient flows: it arrives at what an expression makes, or flows on from there."""

    expression: int
    """The number of the expression among those of the forward; below zero, of a leaf of the graph."""
    output: int = 0
    """Which of its outputs the gradient arrives at."""
    edge: int | None = None
    """Which of its operands the gradient flows on to; None for what arrives."""
    inner: int = 0
    """How many operations before its last: what a function does has no words of its own."""
    times: float = 1.0
    """How many times the gradient is meant, in a program that puts a factor off."""
    rows: Rows | None = None
    """How a loop takes it apart, where one does."""
    uses: tuple[Spot, ...] = ()
    """Of what arrives, what comes from these edges alone; all of it where there are none."""

    @property
    def whole(self) -> Spot:
        """The place of the gradient itself, once and undivided."""
        return self._replace(times=1.0, rows=None, uses=())


@dataclass(frozen=True)
class Place:
    """Where the gradients flow that a helper line ought to bind, pass by pass of its loop.

    The last of them belongs to the first pass, as time runs backward, or with `forward` the first; `shift`
    of them belong to none. One pass may have none: what leaves the graph at the first step of time.
    """

    spot: Spot
    shift: int = 0
    forward: bool = False

    def turn(self, at: int, among: int) -> int | None:
        """Which of so many gradients belongs to a pass; None where none does."""
        turn = at + self.shift if self.forward else among - 1 - self.shift - at
        return turn if 0 <= turn < among else None


@dataclass(frozen=True, eq=False)
class WrongHelper:
    """A helper line that is wrong."""

    line: HelperLine
    place: Place
    of: str
    """What it ought to bind the gradient of, in the words of the forward."""
    made_in: int
    """The line of the forward that makes that."""
    maxdiff: float | None
    """By how much it is off where all that it reads is right; None where the shapes differ."""
    shape: tuple[int, ...]
    expected_shape: tuple[int, ...]
    data: tuple[Statement, ...]
    """The statements that make the data which the line reads, for the backward alone."""
    spoiled: frozenset[str]
    """The gradients that are wrong because of it."""
    ratio: float | None
    """What it binds times what it ought to, where that is the same in all passes and entries."""
    accused_lines: tuple[int, ...] = ()
    """Those of the lines that build it which are wrong."""
    certain: bool = True
    """Whether it is wrong; else it is where an edit of it, and not of what reads it, makes all right."""

    @property
    def name(self) -> str:
        """What the line binds is called."""
        return self.line.name

    @property
    def lines(self) -> frozenset[int]:
        """Its line, and those of the data that it reads."""
        return frozenset((*self.building, *(statement.line for statement in self.data)))

    @property
    def building(self) -> tuple[int, ...]:
        """The lines that build what is wrong, its own the last."""
        return tuple(one.statement.line for one in (*self.line.earlier, self.line))

    @property
    def verdict(self) -> Verdict:
        """What is said of it."""
        return Verdict.WRONG_HERE if self.shape == self.expected_shape else Verdict.WRONG_SHAPE
