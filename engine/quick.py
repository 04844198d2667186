"""Verdicts on all gradients of an iteration at once, by a few cheap operations each.

Norms over the sum of squares cost a seventh of maximum norms on a CPU, and bound them on either side:
max|d| <= ||d|| and ||b|| / sqrt(n) <= max|b|. They settle small tensors; where they do not, the extremes do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .comparison import is_close
from .verdict import Verdict

Pair = tuple[Any, Tensor]
"""A handwritten gradient and autograd's."""


class HasLargest(Protocol):
    """Whatever knows the largest gradient of an iteration, computed only when asked."""

    @property
    def largest(self) -> float: ...


def quick_verdicts(pairs: Sequence[Pair], among: HasLargest) -> list[Verdict | None]:
    """EXACT, CLOSE or WRONG; None for what is not a finite tensor like autograd's."""
    verdicts: list[Verdict | None] = [None] * len(pairs)
    unequal: list[int] = []
    for index, (manual, autograd) in enumerate(pairs):
        if _comparable(manual, autograd):
            if torch.equal(manual, autograd):
                verdicts[index] = Verdict.EXACT
            else:
                unequal.append(index)
    if unequal:
        for index, verdict in zip(unequal, _unequal([pairs[i] for i in unequal], among), strict=True):
            verdicts[index] = verdict
    return verdicts


def _comparable(manual: Any, autograd: Tensor) -> bool:
    return (
        isinstance(manual, Tensor)
        and manual.shape == autograd.shape
        and manual.dtype is autograd.dtype
        and manual.device == autograd.device
        and manual.layout is autograd.layout is torch.strided
    )


def _unequal(pairs: Sequence[Pair], among: HasLargest) -> list[Verdict | None]:
    manuals = [manual.detach() for manual, _ in pairs]
    references = [reference for _, reference in pairs]
    differences = torch._foreach_sub(manuals, references)
    norms = torch.stack(torch._foreach_norm([*differences, *references])).tolist()
    errors, sizes = norms[: len(pairs)], norms[len(pairs) :]
    found: list[Verdict | None] = []
    for difference, reference, error, size in zip(differences, references, errors, sizes, strict=True):
        scale = size / math.sqrt(max(reference.numel(), 1))
        if math.isfinite(size) and is_close(error, scale, reference.dtype, 0.0):
            found.append(Verdict.CLOSE)
        else:
            found.append(_by_extremes(difference, reference, among))
    return found


def _by_extremes(difference: Tensor, reference: Tensor, among: HasLargest) -> Verdict | None:
    error, scale = largest_of(difference), largest_of(reference)
    if not (math.isfinite(error) and math.isfinite(scale)):
        return None
    if is_close(error, scale, reference.dtype, 0.0):
        return Verdict.CLOSE
    close = is_close(error, scale, reference.dtype, among.largest)
    return Verdict.CLOSE if close else Verdict.WRONG


def largest_of(tensor: Tensor) -> float:
    """The largest absolute entry; NaN or infinite where one is."""
    if tensor.numel() == 0:
        return 0.0
    low, high = torch.aminmax(tensor.abs() if tensor.is_complex() else tensor)
    return max(abs(float(low)), abs(float(high)))
