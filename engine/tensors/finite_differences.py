"""Central differences: a third opinion that shares nothing with autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .inert import is_a, is_tensor

STEP = 1e-6
"""The step, as a share of the largest entry: in double precision the error is about 1e-10 of a result."""
MOST = 4096
"""An argument of more entries is not differentiated entry by entry."""


def slope(value: Callable[[Tensor], float], direction: Tensor, step: float) -> float:
    """How a number changes along a direction: central differences.

    Args:
        value: the number where that much is added to what it depends on.
        direction: of the shape of that.
        step: how far to go in either direction.
    """
    return (value(step * direction) - value(-step * direction)) / (2 * step)


def central(value: Callable[[Tensor], float], at: Tensor) -> Tensor | None:
    """The gradient of a number with respect to a tensor, entry by entry; None where those are too many.

    Args:
        value: the number for a tensor of the same shape.
        at: the point, in double precision.
    """
    if at.numel() > MOST or at.dtype is not torch.float64:
        return None
    step = STEP * max(float(at.abs().max()) if at.numel() else 0.0, 1e-3)
    gradient = torch.zeros_like(at)
    for place in range(at.numel()):
        direction = torch.zeros_like(at)
        direction.view(-1)[place] = 1
        gradient.view(-1)[place] = slope(lambda shift: value(at.detach() + shift), direction, step)
    return gradient


def scalar_of(result: Any, firsts: list[Tensor]) -> float:
    """What the floating outputs of a function come to, each weighted with a tensor of its shape."""
    outputs = [one for one in (result if is_a(result, tuple) else (result,)) if is_tensor(one)]
    return float(sum((one * first).sum() for one, first in zip(outputs, firsts, strict=False)))
