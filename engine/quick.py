"""Verdicts on all gradients of an iteration at once, by a few cheap operations each.

Small ones are laid end to end and compared in one go, which costs a third of an operation on each. For
the others, norms over the sum of squares cost a seventh of maximum norms on a CPU, and bound them on
either side: max|d| <= ||d|| and ||b|| / sqrt(n) <= max|b|. Where they do not settle it, the extremes do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import numpy
import torch
from torch import Tensor

from .comparison import is_close, rounding
from .verdict import Verdict

SMALL = 100_000
"""Up to so many entries in all, gradients are copied to lie end to end."""
_LAID = (torch.float32, torch.float64)
_PLAIN = (Tensor, torch.nn.Parameter)
_shape, _dtype, _layout = attrgetter("shape"), attrgetter("dtype"), attrgetter("layout")
_kind = attrgetter("dtype", "device")
flatten = torch._C._nn.flatten_dense_tensors
unflatten = torch._C._nn.unflatten_dense_tensors


class HasLargest(Protocol):
    """Whatever knows the largest gradient of an iteration, computed only when asked, and a lower bound."""

    @property
    def largest(self) -> float: ...
    @property
    def at_least(self) -> float: ...


def quick_verdicts(
    manuals: Sequence[Any], references: Sequence[Tensor], among: HasLargest
) -> Sequence[Verdict | None]:
    """EXACT, CLOSE or WRONG for each; None for what is not a finite tensor like autograd's."""
    try:
        if _equal(manuals, references):
            return [Verdict.EXACT] * len(manuals)
        if alike(manuals, references):
            return _unequal(manuals, references, among)
    except (RuntimeError, TypeError):
        pass  # some are no tensors, of several devices or layouts, or nested
    found: list[Verdict | None] = [None] * len(manuals)
    pairs = enumerate(zip(manuals, references, strict=True))
    known = [i for i, pair in pairs if type(pair[0]) in _PLAIN and _comparable(*pair)]
    some, theirs = [manuals[i].detach() for i in known], [references[i] for i in known]
    together = len({(one.dtype, one.device) for one in theirs}) == 1
    for group in [slice(None)] if together else [slice(i, i + 1) for i in range(len(known))]:
        for i, verdict in zip(known[group], _unequal(some[group], theirs[group], among), strict=True):
            found[i] = verdict
    return found


def _equal(manuals: Sequence[Any], references: Sequence[Tensor]) -> bool:
    # rounding grows on the way down, so that the last ones soonest tell whether all are equal
    if not all(map(torch.equal, reversed(manuals), reversed(references))):
        return False
    return [*map(_dtype, manuals)] == [*map(_dtype, references)]


def alike(manuals: Sequence[Any], references: Sequence[Tensor]) -> bool:
    """Whether all are plain tensors of one dtype, each in the shape of autograd's."""
    if set(map(type, manuals)) != {Tensor} or [*map(_shape, manuals)] != [*map(_shape, references)]:
        return False
    return len({*map(_dtype, manuals), *map(_dtype, references)}) == 1


def _comparable(manual: Tensor, autograd: Tensor) -> bool:
    return (
        not manual.is_nested
        and manual.dtype is autograd.dtype
        and manual.shape == autograd.shape
        and manual.device == autograd.device
        and manual.layout is autograd.layout is torch.strided
    )


def _unequal(
    manuals: Sequence[Tensor], references: Sequence[Tensor], among: HasLargest
) -> Sequence[Verdict | None]:
    laid = laid_end_to_end(references)
    if laid is None:
        return _by_norms(manuals, references, among)
    return _laid_out(flatten([*manuals]), *laid, among)


def _laid_out(
    manuals: Tensor, references: Tensor, starts: list[int], among: HasLargest
) -> Sequence[Verdict | None]:
    """The verdicts from the greatest error of every gradient, all laid end to end."""
    greatest = numpy.maximum.reduceat((manuals.detach() - references).abs_().numpy(), starts)
    errors = greatest.tolist()
    if greatest.max() <= rounding(references.dtype)[1] * among.at_least:
        return [Verdict.CLOSE if error else Verdict.EXACT for error in errors]
    scales = numpy.maximum.reduceat(references.abs().numpy(), starts).tolist()
    return [_by_size(*pair, references.dtype, among) for pair in zip(errors, scales, strict=True)]


def _by_size(error: float, scale: float, dtype: torch.dtype, among: HasLargest) -> Verdict | None:
    """The verdict by greatest error and entry."""
    if error == 0.0:
        return Verdict.EXACT
    if not (math.isfinite(error) and math.isfinite(scale)):
        return None
    return Verdict.CLOSE if is_close(error, scale, dtype, among.largest) else Verdict.WRONG


def _by_norms(
    manuals: Sequence[Tensor], references: Sequence[Tensor], among: HasLargest
) -> list[Verdict | None]:
    differences = torch._foreach_sub([manual.detach() for manual in manuals], [*references])
    norms = torch.stack(torch._foreach_norm([*differences, *references])).tolist()
    errors, sizes = norms[: len(manuals)], norms[len(manuals) :]
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


class Laid(NamedTuple):
    """Tensors of one dtype end to end on the CPU, and where each begins."""

    tensor: Tensor
    starts: list[int]


def largest_of_each(tensors: Sequence[Tensor]) -> list[float]:
    """The largest absolute entry of each; NaN or infinite where one is. Small ones are looked at together."""
    laid = laid_end_to_end(tensors) if _of_one_kind(tensors) else None
    if laid is None:
        return [largest_of(one) for one in tensors]
    found: list[float] = numpy.maximum.reduceat(laid.tensor.detach().abs().numpy(), laid.starts).tolist()
    return found


def _of_one_kind(tensors: Sequence[Tensor]) -> bool:
    return {*map(_layout, tensors)} == {torch.strided} and len({*map(_kind, tensors)}) == 1


def laid_end_to_end(tensors: Sequence[Tensor]) -> Laid | None:
    """Tensors of one dtype end to end; None where they are too large, or elsewhere.

    Raises:
        RuntimeError: they are of a layout that has no end.
    """
    counts = [*map(Tensor.numel, tensors)]
    if not 0 < sum(counts) <= SMALL or not all(counts) or tensors[0].dtype not in _LAID:
        return None
    laid = flatten([*tensors])
    return Laid(laid, [0, *accumulate(counts[:-1])]) if laid.is_cpu else None


def largest_of(tensor: Tensor) -> float:
    """The largest absolute entry; NaN or infinite where one is."""
    if tensor.numel() == 0:
        return 0.0
    low, high = torch.aminmax(tensor.abs() if tensor.is_complex() else tensor)
    return max(abs(float(low)), abs(float(high)))
