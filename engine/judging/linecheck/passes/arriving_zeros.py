"""Entries of gradients in which zeros arrive, wherever the parameters are: behind a mask, say."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from torch import Tensor

from ..lines.perturbation import Moved
from .attempt import Attempt
from .isolated_lines import opened_moved

_WORLDS = 3
_BY = 1.0
"""Parameters are moved by so much of themselves that what one choice leaves out another does not."""


def arriving_somewhere(attempt: Attempt) -> dict[str, Tensor]:
    """By tensor in whose gradient some entries are always zero, and not all: in which others arrive."""
    found = dict[str, Tensor]()
    moved = [Moved(data=False, still=frozenset(), by=_BY, seed=seed) for seed in range(_WORLDS)]
    for one in (None, *moved):
        with suppress(ArithmeticError, RuntimeError, ValueError), opened_moved(attempt, one) as world:
            arrived = attempt.forward(world).arrivals({})
            found = {name: _joined(found, name, gradient) for name, gradient in arrived.items()}
    return {name: some for name, some in found.items() if some.any() and not some.all()}


def _joined(found: Mapping[str, Tensor], name: str, gradient: Tensor) -> Tensor:
    some = gradient != 0
    return found[name] | some if name in found and found[name].shape == some.shape else some
