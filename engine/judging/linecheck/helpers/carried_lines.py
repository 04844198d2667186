"""Gradients that are carried over in several lines: up to where it was a gradient on the way, they are right.

After `dz = da.clone()` dz is what arrives at a; that `dz[a < 0] = 0` then makes no gradient of z of it is the
fault of the latter.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ..lines.helper_places import Spot
from .flows import Arrival, Flows, equal


def carried(flows: Flows, arrival: Arrival, steps: Sequence[tuple[int, Tensor]]) -> frozenset[int]:
    """The lines before the last after which a value is what arrives at something made from the tensor.

    `steps` has the line and the value of every write, `arrival` is what arrives at the tensor.
    """
    passing = [one for spot in _made_from(flows, arrival) for one in flows.gradients[spot]]
    there = [
        at
        for at, (_, value) in enumerate(steps[:-1])
        if any(one.shape == value.shape and equal(value, one) for one in passing)
    ]
    split = max(there, default=-1) + 1
    return frozenset(line for line, _ in steps[:split]) - {line for line, _ in steps[split:]}


def _made_from(flows: Flows, arrival: Arrival) -> set[Spot]:
    """Where gradients arrive that flow on to a tensor."""
    found, queue = set[Spot](), [arrival.spot]
    while queue:
        target = queue.pop()
        for spot, targets in flows.targets.items():
            if any(one.spot == target for one in targets):
                users = {one for one in flows.gradients if one == spot._replace(edge=None, output=one.output)}
                queue += users - found
                found |= users
    return found - {arrival.spot}
