"""How far off gradients are as a function of what a helper line binds, so that no place has to be tried.

A backward is linear in every value that flows through it. So one run with a graph, and one pass back through
the handwritten lines, tell what would come of any other values: a product with each, where running the
lines with every gradient of a program would take very long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ..lines.helper_lines import HelperLine
from ..lines.helper_places import Place, Spot
from .watched_helpers import Scene

_ROUNDING = 1e-7
_SEED = 4_099


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The error of all that is made from a line, in a random direction: `gap`, and what changes it."""

    weights: Tensor
    """By the pass of the line, how much each entry of what it binds counts."""
    bound: Tensor
    """The values for which the error is `gap`."""
    gap: float

    def places(self, spot: Spot, series: Sequence[Tensor]) -> Iterator[Place]:
        """How the gradients that flow somewhere may be given to the passes so that the error vanishes."""
        own = (self.weights * self.bound).sum(1, keepdim=True)
        changes = (self.weights @ _rows(series).T - own).tolist()
        for place in _places(spot, len(changes), len(series)):
            turns = [place.turn(at, len(series)) for at in range(len(changes))]
            some = [changes[at][turn] for at, turn in enumerate(turns) if turn is not None]
            if abs(self.gap + sum(some)) <= _ROUNDING * (abs(self.gap) + sum(map(abs, some))):
                yield place


def sensitivity(
    scene: Scene, line: HelperLine, made: Iterable[str], values: Sequence[Tensor]
) -> Sensitivity | None:
    """For gradients that are made from a line, around `values` that it is given pass by pass.

    None where the lines do not run with such values, or do not depend on them.
    """
    leaves = [value.clone().requires_grad_(True) for value in values]
    # what lines change in place may be no leaf
    given = {at: leaf.clone() for at, leaf in enumerate(leaves)}
    run = scene.run((line,), {line: given}, graph=True)
    generator = torch.Generator().manual_seed(_SEED)
    error = torch.zeros((), dtype=torch.float64)
    for name in sorted(made):
        value, expected = run.values.get(name), scene.expected(name)
        if not is_tensor(value) or value.shape != expected.shape:
            return None
        off = as_reals(value - expected)
        size = float(expected.abs().max()) if expected.numel() else 1.0
        error = error + (off * torch.randn(off.shape, generator=generator, dtype=off.dtype)).sum() / (
            size or 1.0
        )
    try:
        weights = torch.autograd.grad(error, leaves, allow_unused=True)
    except RuntimeError:
        return None
    known = [
        torch.zeros_like(leaf) if one is None else one for one, leaf in zip(weights, leaves, strict=True)
    ]
    return Sensitivity(_rows(known), _rows(values), float(error.detach()))


def _rows(values: Sequence[Tensor]) -> Tensor:
    """Tensors of one shape as the rows of a matrix of real numbers."""
    return torch.stack([as_reals(value.detach()).flatten().to(torch.float64) for value in values])


def _places(spot: Spot, passes: int, series: int) -> Iterator[Place]:
    """Every way to give a series to the passes that leaves no more than one of these without."""
    for forward in (False, True) if passes > 1 else (False,):
        for shift in range(series - max(passes - 1, 1) + 1):
            yield Place(spot, shift, forward)
