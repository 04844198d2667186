"""Verdicts on all gradients of an iteration at once, where a few cheap operations settle them.

Norms over the sum of squares cost a seventh of maximum norms on a CPU, and bound them on either side:
max|d| <= ||d|| and ||b|| / sqrt(n) <= max|b|. What they cannot settle is compared in full.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .comparison import finite_max, is_close
from .verdict import Verdict


Pair = tuple[Any, Tensor]
"""A handwritten gradient and autograd's."""


def quick_verdicts(pairs: Sequence[Pair]) -> list[Verdict | None]:
    """EXACT or CLOSE for every pair that is so beyond doubt; None for those to look at closely.

    The largest gradient of the iteration, to which rounding may be compared, is at least as large as
    that of any pair; so what passes here passes there.
    """
    verdicts: list[Verdict | None] = [None] * len(pairs)
    unequal: list[int] = []
    for index, (manual, autograd) in enumerate(pairs):
        if _comparable(manual, autograd):
            if torch.equal(manual, autograd):
                verdicts[index] = Verdict.EXACT
            else:
                unequal.append(index)
    if unequal:
        for index, close in zip(unequal, _closeness([pairs[i] for i in unequal]), strict=True):
            verdicts[index] = Verdict.CLOSE if close else None
    return verdicts


def _comparable(manual: Any, autograd: Tensor) -> bool:
    return (
        isinstance(manual, Tensor)
        and manual.shape == autograd.shape
        and manual.dtype is autograd.dtype
        and manual.device == autograd.device
        and manual.layout is autograd.layout is torch.strided
    )


def _closeness(pairs: Sequence[Pair]) -> list[bool]:
    manuals = [manual.detach() for manual, _ in pairs]
    references = [reference for _, reference in pairs]
    differences = torch._foreach_sub(manuals, references)
    norms = torch.stack(torch._foreach_norm([*differences, *references])).tolist()
    errors, sizes = norms[: len(pairs)], norms[len(pairs) :]
    found = []
    for reference, error, size in zip(references, errors, sizes, strict=True):
        scale = size / math.sqrt(max(reference.numel(), 1))
        found.append(is_close(error, scale, reference.dtype, 0.0))
    if not all(found):
        biggest = max(zip(sizes, references, strict=True), key=lambda one: _ordered(one[0]))[1]
        known = finite_max(biggest)
        found = [
            done or is_close(error, 0.0, reference.dtype, known)
            for done, error, reference in zip(found, errors, references, strict=True)
        ]
    return found


def _ordered(size: float) -> float:
    """For a maximum in which NaN and infinity come last."""
    return size if math.isfinite(size) else -1.0
