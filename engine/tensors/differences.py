"""How far apart the entries of two tensors are, looked at in pieces that stay in the caches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from .aliasing import once
from .dtypes import with_precision
from .kinds import as_numbers, unreadable
from .survey import Survey

PIECE = 1 << 17
"""Entries that a CPU looks at in one go: larger pieces leave its caches, smaller ones cost more calls."""


@dataclass(frozen=True)
class Differences:
    """What there is to say of |left - right|, in double precision."""

    largest: float = 0.0
    worst: int = 0
    """The place of the largest, as the entries are counted through."""
    scale: float = 0.0
    """The largest absolute finite entry on the right."""
    finite: bool = True
    """Whether every entry on the right is."""
    approximate: bool = True
    """Whether `torch.allclose` holds."""


def differences(left: Tensor, right: Tensor, rtol: float, atol: float) -> Survey[Differences]:
    """Compare two tensors of one shape and device. NaN equals NaN, an infinity the same infinity."""
    wide = with_precision(right.dtype, torch.float64)
    known = Differences()
    for begin, one, other in pieces(left, right):
        known = _with_piece(known, begin, one.to(wide), other.to(wide), rtol, atol)
        yield (begin + len(one)) / left.numel()
    return known


def pieces(left: Tensor, right: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
    """The entries of two tensors of one shape side by side, a piece at a time, and where each begins."""
    ours, theirs = left.reshape(-1), right.reshape(-1)
    piece = PIECE if ours.is_cpu else max(len(ours), 1)
    for begin in range(0, len(ours), piece):
        yield begin, ours[begin : begin + piece], theirs[begin : begin + piece]


def _with_piece(
    known: Differences, begin: int, left: Tensor, right: Tensor, rtol: float, atol: float
) -> Differences:
    """What is known, and what a piece tells that begins at a place."""
    difference = (left - right).abs()
    largest, finite = float(difference.max()), True
    if not math.isfinite(largest):
        difference = entry_differences(left, right)
        largest, finite = float(difference.max()), bool(right.isfinite().all())
    larger = largest > known.largest
    near = largest <= atol or bool((difference <= atol + rtol * right.abs()).all())
    return Differences(
        largest=largest if larger else known.largest,
        worst=begin + int(difference.argmax()) if larger else known.worst,
        scale=max(known.scale, finite_max(right)),
        finite=known.finite and finite,
        approximate=known.approximate and near,
    )


def largest_difference(left: Tensor, right: Tensor) -> float:
    """The largest |left - right| of two tensors of real numbers; NaN or infinite where an entry is."""
    sizes = [torch.aminmax(one - other) for _, one, other in pieces(left, right)]
    extremes = [abs(float(one)) for size in sizes for one in size]
    return max(extremes, default=0.0) if sum(extremes) == sum(extremes) else math.nan


def entry_differences(left: Tensor, right: Tensor) -> Tensor:
    """|left - right| per entry; 0 where both are the same NaN or infinity, infinite where one is not."""
    difference = (left - right).abs()
    if bool(difference.isfinite().all()):  # the usual case, at a third of the cost
        return difference
    same = (left == right) | (left.isnan() & right.isnan())
    difference = torch.where(same, torch.zeros_like(difference), difference)
    return torch.where(difference.isnan(), torch.full_like(difference, math.inf), difference)


def finite_max(tensor: Tensor) -> float:
    """The largest absolute finite entry; 0 where there is none."""
    if tensor.numel() == 0:
        return 0.0
    tensor = once(tensor)
    try:
        low, high = torch.aminmax(tensor.abs() if tensor.is_complex() else tensor)
        largest = max(abs(float(low)), abs(float(high)))
    except (RuntimeError, TypeError):  # of a kind that torch does not compute with
        return 0.0 if unreadable(tensor) else finite_max(as_numbers(tensor))
    if math.isfinite(largest):
        return largest
    finite = tensor.abs()
    finite = finite[finite.isfinite()]
    return float(finite.max()) if finite.numel() else 0.0
