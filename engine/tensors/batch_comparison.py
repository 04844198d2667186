"""Verdicts on all gradients of an iteration at once, by a few cheap operations each.

Small ones are laid end to end, so that one subtraction and one sum of squares serve all. Large ones are
subtracted in pieces that stay in the cache, which reads every entry once and writes none. The norm of the
errors bounds the largest of them from above, max|d| <= ||d||: where that is of rounding size, all pass.
Where it is not, the extremes of each decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeGuard

import numpy
import torch
from torch import Tensor

from ..verdict import Verdict
from .aliasing import once
from .comparison import is_close, rounding
from .differences import PIECE
from .kinds import COMPUTED, as_numbers, may_be_freed, unreadable

SMALL = 100_000
"""Up to so many entries in all, gradients are copied to lie end to end."""
_LAID = (torch.float32, torch.float64)
_SMALLEST = {dtype: torch.finfo(dtype).tiny for dtype in _LAID}
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
    manuals: Sequence[Any], references: Sequence[Tensor], among: HasLargest, *, hopeful: bool = True
) -> Sequence[Verdict | None]:
    """EXACT, CLOSE or WRONG for each; None for what is not a finite tensor like autograd's.

    When not `hopeful` it is not asked first whether all are equal, which is the cheapest where they are.
    """
    try:
        if _usual(manuals):
            if hopeful and _equal(manuals, references):
                return Equal(references)
            if alike(manuals, references):
                return _unequal(manuals, references, among)
    except (RuntimeError, TypeError):
        pass  # some are of several devices or layouts, without data or nested
    verdicts: list[Verdict | None] = [None] * len(manuals)
    pairs = enumerate(zip(manuals, references, strict=True))
    known = [i for i, pair in pairs if type(pair[0]) in _PLAIN and _comparable(*pair)]
    some, theirs = [manuals[i].detach() for i in known], [references[i] for i in known]
    together = len({(reference.dtype, reference.device) for reference in theirs}) == 1
    for group in [slice(None)] if together else [slice(i, i + 1) for i in range(len(known))]:
        for i, verdict in zip(known[group], _unequal(some[group], theirs[group], among), strict=True):
            verdicts[i] = verdict
    return verdicts


def _usual(manuals: Sequence[Any]) -> bool:
    """Whether all are tensors of torch's own classes, none of which reaches beyond its memory."""
    return all(type(one) in _PLAIN and not may_be_freed(one) for one in manuals)


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
        and manual.dtype in COMPUTED
        and manual.shape == autograd.shape
        and manual.device == autograd.device
        and manual.layout is autograd.layout is torch.strided
        and not unreadable(manual)
        and not unreadable(autograd)
    )


def _unequal(
    manuals: Sequence[Tensor], references: Sequence[Tensor], among: HasLargest
) -> Sequence[Verdict | None]:
    counts = _small_counts(references)
    if not counts or not references[0].is_cpu:
        return _by_norms(manuals, references, among)
    laid = flatten([*references])
    ours = flatten([*manuals])
    ours = ours.detach() if ours.requires_grad else ours
    # one alone is not copied
    differences = ours.sub_(laid) if len(manuals) > 1 else ours - laid
    if float(differences.dot(differences)) < _square_of_rounding(differences.dtype, among):
        return Rounded(differences, counts)
    errors, scales = _greatest(differences, counts), _greatest(laid, counts)
    return [_by_size(*pair, differences.dtype, among) for pair in zip(errors, scales, strict=True)]


class Equal(Sequence[Verdict]):
    """Verdicts on gradients that are equal to autograd's. Which of them are infinite is found late."""

    def __init__(self, references: Sequence[Tensor]) -> None:
        self._references = references

    @cached_property
    def _verdicts(self) -> list[Verdict]:
        finite = map(math.isfinite, largest_of_each(self._references))
        return [Verdict.EXACT if one else Verdict.NOT_FINITE for one in finite]

    def __len__(self) -> int:
        return len(self._references)

    def __getitem__(self, index: Any) -> Any:
        return self._verdicts[index]


class Rounded(Sequence[Verdict]):
    """Verdicts that all pass, for the errors together are of rounding size. Which are exact is found late."""

    def __init__(self, differences: Tensor, counts: list[int]) -> None:
        self._differences = differences
        self._counts = counts

    @cached_property
    def _verdicts(self) -> list[Verdict]:
        errors = _greatest(self._differences, self._counts)
        return [Verdict.CLOSE if error else Verdict.EXACT for error in errors]

    def __len__(self) -> int:
        return len(self._counts)

    def __getitem__(self, index: Any) -> Any:
        return self._verdicts[index]


def sure(verdicts: Sequence[Verdict | None]) -> TypeGuard[Sequence[Verdict]]:
    """Whether all are verdicts."""
    return isinstance(verdicts, Equal | Rounded) or None not in verdicts


def all_exact(verdicts: Sequence[Verdict | None]) -> bool:
    """Whether all are known to be equal."""
    return isinstance(verdicts, Equal) or (
        type(verdicts) is list and verdicts.count(Verdict.EXACT) == len(verdicts)
    )


def passing(verdicts: Sequence[Verdict]) -> bool:
    """Whether all pass, without a look at which are exact."""
    if all_exact(verdicts) or isinstance(verdicts, Rounded):
        return True
    return all(verdict.passes for verdict in verdicts)


def _greatest(laid: Tensor, counts: list[int]) -> list[float]:
    """The greatest size of an entry in every part; NaN where there is one."""
    greatest: list[float] = numpy.maximum.reduceat(laid.abs().numpy(), _starts(counts)).tolist()
    return greatest


def _starts(counts: list[int]) -> list[int]:
    return [0, *accumulate(counts[:-1])]


def _square_of_rounding(dtype: torch.dtype, among: HasLargest) -> float:
    """Below this a sum of squared errors is one of rounding; its own rounding is allowed for.

    It is zero among gradients so small that the square of an error that counts would vanish.
    """
    square: float = 0.99 * (rounding(dtype)[1] * among.at_least) ** 2
    return square if square > _SMALLEST[dtype] else 0.0


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
    return [
        _by_norm(manual.detach(), reference, among)
        for manual, reference in zip(manuals, references, strict=True)
    ]


def _by_norm(manual: Tensor, reference: Tensor, among: HasLargest) -> Verdict | None:
    if torch.equal(manual, reference):
        return Verdict.EXACT if math.isfinite(largest_of(reference)) else Verdict.NOT_FINITE
    square = _squared_error(manual, reference)
    if square is not None and square < _square_of_rounding(reference.dtype, among):
        return Verdict.CLOSE
    return _by_size(largest_of(manual - reference), largest_of(reference), reference.dtype, among)


def _squared_error(manual: Tensor, reference: Tensor) -> float | None:
    """The sum of the squared differences, by pieces; None where the tensors do not lie alike in memory."""
    if not (manual.is_contiguous() and reference.is_contiguous() and reference.dtype in _LAID):
        return None
    ours, theirs = manual.view(-1), reference.view(-1)
    piece = PIECE if ours.is_cpu else len(ours)
    room = torch.empty(min(piece, len(ours)), dtype=ours.dtype, device=ours.device)
    total = torch.zeros((), dtype=torch.float64, device=ours.device)
    for begin in range(0, len(ours), piece):
        manual_piece, reference_piece = ours[begin : begin + piece], theirs[begin : begin + piece]
        difference = torch.sub(manual_piece, reference_piece, out=room[: len(manual_piece)])
        total += difference.dot(difference)
    return float(total)


class Laid(NamedTuple):
    """Tensors of one dtype end to end on the CPU, and where each begins."""

    tensor: Tensor
    starts: list[int]


def largest_of_each(tensors: Sequence[Tensor]) -> list[float]:
    """The largest absolute entry of each; NaN or infinite where one is. Small ones are looked at together."""
    counts = _small_counts(tensors) if _of_one_kind(tensors) and tensors[0].is_cpu else []
    if not counts:
        return [largest_of(tensor) for tensor in tensors]
    return _greatest(flatten([*tensors]).detach(), counts)


def _of_one_kind(tensors: Sequence[Tensor]) -> bool:
    return {*map(_layout, tensors)} == {torch.strided} and len({*map(_kind, tensors)}) == 1


def laid_end_to_end(tensors: Sequence[Tensor]) -> Laid | None:
    """Tensors of one dtype end to end; None where they are too large, or elsewhere.

    Raises:
        RuntimeError: they are of a layout that has no end.
    """
    counts = _small_counts(tensors)
    if not counts:
        return None
    laid = flatten([*tensors])
    return Laid(laid, _starts(counts)) if laid.is_cpu else None


def _small_counts(tensors: Sequence[Tensor]) -> list[int]:
    """How many entries each has; nothing where they are too many in all, or one has none."""
    counts = [*map(Tensor.numel, tensors)]
    small = 0 < sum(counts) <= SMALL and all(counts) and tensors[0].dtype in _LAID
    return counts if small else []


def largest_of(tensor: Tensor) -> float:
    """The largest absolute entry; NaN or infinite where one is; 0 where there are no numbers."""
    if tensor.numel() == 0:
        return 0.0
    tensor = once(tensor)
    try:
        low, high = torch.aminmax(tensor.abs() if tensor.is_complex() else tensor)
        return max(abs(float(low)), abs(float(high)))
    except (RuntimeError, TypeError):  # of a kind that torch does not compute with
        return 0.0 if unreadable(tensor) else largest_of(as_numbers(tensor))
