"""Where in autograd's graph the gradients flow that helper lines bind, or ought to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ...verdict import Verdict
from .helper_lines import HelperLine


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


@dataclass(frozen=True, eq=False)
class Place:
    """Where the gradients flow that a helper line ought to bind, pass by pass of its loop."""

    spot: Spot
    turns: Mapping[int, int]
    """By the pass of the line, which of the gradients that flow there."""


@dataclass(frozen=True, eq=False)
class WrongHelper:
    """A helper line that is wrong."""

    line: HelperLine
    place: Place
    of: str
    """What it ought to bind the gradient of, in the words of the forward."""
    maxdiff: float | None
    """By how much it is off where all that it reads is right; None where the shapes differ."""
    shape: tuple[int, ...]
    expected_shape: tuple[int, ...]

    @property
    def name(self) -> str:
        """What the line binds, as the program writes it."""
        return self.line.text

    @property
    def verdict(self) -> Verdict:
        """What is said of it."""
        return Verdict.WRONG_HERE if self.shape == self.expected_shape else Verdict.WRONG_SHAPE
