"""Central differences of the loss: the last word where a line and autograd disagree.

Torch's own backward is not always the derivative (that of `ctc_loss` by log-probabilities is not). So the
forward runs with a tensor moved a little along a few random directions, and what the loss does is compared
with autograd's gradient and with what the program wrote, both where nothing was replaced. Differences do
not see what a program keeps from autograd on purpose (`w.detach()`): where it does, they are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ....tensors.finite_differences import slope
from ....tensors.inert import is_tensor
from ....verdict import Verdict
from ..lines.substitution import kept
from .attempt import Attempt, sizes_of
from .blame import Results
from .quick_pass import QuickPass

_DIRECTIONS = 3
_STEP = 1e-6
"""The step along a direction, as a share of the largest entry."""
_APART = 1e-3
"""A slope that differs by more than this share of itself is another slope."""
_MOST = 16
"""So many accused gradients are looked at; each costs some forwards."""
_NOT_THE_DERIVATIVE = (
    "torch's own backward is not the derivative here: central differences of the loss agree with this line"
)


def heard(quick: QuickPass, results: Results) -> Results:
    """The results without what autograd alone is wrong about."""
    attempt = quick.attempt
    accused = [name for name in results.wrong if not results.agreements[name].broken][:_MOST]
    if not accused or attempt.dtype is None or attempt.session.facts.autograd.leaves_graph:
        return results
    with attempt.open() as world:
        graph = attempt.forward(world)
        true = graph.arrivals({})
        read = {name: true[name] for name in attempt.reading.cut_names if name in true}
        written = attempt.lines(world, read, kept).values
    right = [name for name in accused if _is_right(attempt, name, true, written)]
    return results.with_agreements(
        {
            name: results.agreements[name]._replace(
                verdict=Verdict.RIGHT, message=_NOT_THE_DERIVATIVE, kink=True
            )
            for name in right
        }
    )


def _is_right(attempt: Attempt, name: str, true: Mapping[str, Tensor], written: Mapping[str, Any]) -> bool:
    """Whether the loss changes as the program's own gradient says, and not as autograd's does."""
    tensor, value = attempt.reading.tensor_of[name], written.get(name)
    if not is_tensor(value) or value.shape != true[tensor].shape or value.is_complex():
        return False
    slopes = []
    for seed in range(_DIRECTIONS):
        generator = torch.Generator().manual_seed(seed)
        direction = torch.randn(value.shape, generator=generator, dtype=torch.float64).to(value)
        measured = slope(partial(_loss, attempt, tensor), direction, _STEP)
        own, autograd = float((value * direction).sum()), float((true[tensor] * direction).sum())
        slopes.append((measured, own, autograd))
    # a slope far below those of other tensors may be rounding of the loss
    floor = 1e-4 * sizes_of(true.values())
    largest = max(floor, *(abs(measured) for measured, _, _ in slopes))
    agrees = all(abs(measured - own) <= _APART * largest for measured, own, _ in slopes)
    return agrees and any(abs(measured - autograd) > _APART * largest for measured, _, autograd in slopes)


def _loss(attempt: Attempt, tensor: str, shift: Tensor) -> float:
    with attempt.open() as world:
        return float(attempt.forward(world, {tensor: shift}).loss.detach())
