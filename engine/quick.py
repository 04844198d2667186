"""Verdicts on all gradients of an iteration at once, by a few cheap operations each.

Small ones are laid end to end and compared in one go, which costs a third of an operation on each. For
the others, norms over the sum of squares cost a seventh of maximum norms on a CPU, and bound them on
either side: max|d| <= ||d|| and ||b|| / sqrt(n) <= max|b|. Where they do not settle it, the extremes do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Protocol

import numpy
import torch
from torch import Tensor

from .comparison import is_close
from .verdict import Verdict

Pair = tuple[Any, Tensor]
"""A handwritten gradient and autograd's."""


_SMALL = 100_000
"""Up to so many entries in all, gradients are copied to lie end to end."""
flatten = torch._C._nn.flatten_dense_tensors


class HasLargest(Protocol):
    """Whatever knows the largest gradient of an iteration, computed only when asked."""

    @property
    def largest(self) -> float: ...


def quick_verdicts(pairs: Sequence[Pair], among: HasLargest) -> list[Verdict | None]:
    """EXACT, CLOSE or WRONG; None for what is not a finite tensor like autograd's."""
    verdicts: list[Verdict | None] = [None] * len(pairs)
    comparable = [index for index, pair in enumerate(pairs) if _comparable(*pair)]
    for count, index in enumerate(comparable):
        if not torch.equal(*pairs[index]):
            left = comparable[count:]
            found = _unequal([pairs[i] for i in left], among)
            for i, verdict in zip(left, found, strict=True):
                verdicts[i] = verdict
            break
        verdicts[index] = Verdict.EXACT
    return verdicts


def _comparable(manual: Any, autograd: Tensor) -> bool:
    return (
        isinstance(manual, Tensor)
        and manual.dtype is autograd.dtype
        and manual.shape == autograd.shape
        and ((manual.is_cpu and autograd.is_cpu) or manual.device == autograd.device)
        and manual.layout is autograd.layout is torch.strided
    )


def _unequal(pairs: Sequence[Pair], among: HasLargest) -> list[Verdict | None]:
    if sum(reference.numel() for _, reference in pairs) <= _SMALL:
        laid = _laid_out(pairs)
        if laid is not None:
            dtype, some = pairs[0][1].dtype, max(filter(math.isfinite, laid[1]), default=0.0)
            return [_by_size(error, size, dtype, among, some) for error, size in zip(*laid, strict=True)]
    return _by_norms(pairs, among)


def _laid_out(pairs: Sequence[Pair]) -> tuple[list[float], list[float]] | None:
    """The greatest error and entry of every gradient, all laid end to end; None where they cannot be."""
    manuals, references = [manual for manual, _ in pairs], [reference for _, reference in pairs]
    first = references[0]
    if any(one.dtype is not first.dtype or not one.is_cpu or not one.numel() for one in references):
        return None
    if first.dtype not in (torch.float32, torch.float64):
        return None
    flat, expected = (flatten(tensors).detach().numpy() for tensors in (manuals, references))
    starts = [0, *accumulate(one.numel() for one in references[:-1])]
    with numpy.errstate(invalid="ignore", over="ignore"):
        errors = numpy.maximum.reduceat(numpy.abs(flat - expected), starts)
    return errors.tolist(), numpy.maximum.reduceat(numpy.abs(expected), starts).tolist()


def _by_size(
    error: float, scale: float, dtype: torch.dtype, among: HasLargest, some: float = 0.0
) -> Verdict | None:
    """The verdict by greatest error and entry; `some` is a gradient's size, maybe not the largest."""
    if error == 0.0:
        return Verdict.EXACT
    if not (math.isfinite(error) and math.isfinite(scale)):
        return None
    if is_close(error, scale, dtype, some) or is_close(error, scale, dtype, among.largest):
        return Verdict.CLOSE
    return Verdict.WRONG


def _by_norms(pairs: Sequence[Pair], among: HasLargest) -> list[Verdict | None]:
    manuals = [manual.detach() for manual, _ in pairs]
    references = [reference for _, reference in pairs]
    differences = torch._foreach_sub(manuals, references)
    norms = torch.stack(torch._foreach_norm([*differences, *references])).tolist()
    errors, sizes = norms[: len(pairs)], norms[len(pairs) :]
    found: list[Verdict | None] = []
    for difference, reference, error, size in zip(differences, references, errors, sizes, strict=True):
        scale = size / math.sqrt(max(reference.numel(), 1))
        if error == 0.0:
            found.append(Verdict.EXACT)
        elif math.isfinite(size) and is_close(error, scale, reference.dtype, 0.0):
            found.append(Verdict.CLOSE)
        else:
            found.append(_by_extremes(difference, reference, among))
    return found


def _by_extremes(difference: Tensor, reference: Tensor, among: HasLargest) -> Verdict | None:
    return _by_size(largest_of(difference), largest_of(reference), reference.dtype, among)


def largest_of(tensor: Tensor) -> float:
    """The largest absolute entry; NaN or infinite where one is."""
    if tensor.numel() == 0:
        return 0.0
    low, high = torch.aminmax(tensor.abs() if tensor.is_complex() else tensor)
    return max(abs(float(low)), abs(float(high)))
