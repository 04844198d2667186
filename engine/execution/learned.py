"""What iterations show of a program that its text does not tell."""

from __future__ import annotations

from typing import NamedTuple

from ..program.statements import Statement


class Learned(NamedTuple):
    """What is known once some iterations have run; every one of them adds to it."""

    mutating: bool = False
    """Whether the forward writes into tensors that autograd saved."""
    fills: bool = False
    """Whether the forward writes, by another name, into tensors that no parameter reaches."""
    keeps: bool = False
    """Whether handwritten lines run backward passes of their own through the graph."""
    drew: bool = False
    """Whether a forward drew random numbers that are others in another precision."""
    harmless: frozenset[Statement] = frozenset()
    """Statements whose calls change no tensor in place."""
    given_graphs: frozenset[str] = frozenset()
    """Names whose tensors were made to require grad, as no parameter reaches them."""
    in_shape: bool = False
    """Whether the last update left the parameters in their shapes."""
    all_exact: bool = True
    """Whether the last gradients were all exact: few programs stop or begin to be."""
