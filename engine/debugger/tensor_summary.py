"""A value in one glance, and the part of a tensor that is on the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..execution.recording.steps import MISSING
from ..tensors.aliasing import once
from ..tensors.comparison import name_of
from .frame import Block, Summary

FEW = 64
"""Up to so many entries, plain Python is quicker than torch's kernels."""


class Summaries:
    """Summaries of values between two iterations.

    A recorded tensor changes only while an iteration runs, so each is looked through once in between.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Tensor, Summary]] = {}
        """By the tensor's identity; each tensor is held, so that no other takes its number."""

    def of(self, value: Any) -> Summary | None:
        """The summary of any value; None for a name that is not bound."""
        if value is MISSING:
            return None
        if not isinstance(value, Tensor):
            return Summary(None, type(value).__name__, text=_text(value))
        return self._of_tensor(value)

    def magnitude(self, tensor: Tensor) -> float:
        """The largest absolute finite entry; 0 where there is none."""
        summary = self._of_tensor(tensor)
        return max(abs(summary.low or 0.0), abs(summary.high or 0.0))

    def _of_tensor(self, tensor: Tensor) -> Summary:
        if id(tensor) not in self._seen:
            self._seen[id(tensor)] = tensor, _summary(tensor)
        return self._seen[id(tensor)][1]


def _summary(value: Tensor) -> Summary:
    shape, dtype = tuple(value.shape), name_of(value.dtype)
    if value.numel() == 0 or value.is_complex() or value.layout != torch.strided:
        return Summary(shape, dtype, text="empty" if value.numel() == 0 else "…")
    low, high, not_finite = span(value)
    text = str(value.item()) if not_finite and value.numel() == 1 else ""
    return Summary(shape, dtype, low, high, not_finite, text)


Span = tuple[float | None, float | None, int]


def span(tensor: Tensor) -> Span:
    """The least and the greatest finite entry, and how many entries are not finite."""
    whole = tensor.detach()
    tensor = once(whole)
    if tensor.numel() <= FEW:
        return _span_of_few(tensor.reshape(-1).tolist())
    plain = tensor.to(torch.uint8) if tensor.dtype == torch.bool else tensor
    low, high = (float(end) for end in torch.aminmax(plain))
    if math.isfinite(low) and math.isfinite(high):
        return low, high, 0
    finite = plain[plain.isfinite()]
    missing = (plain.numel() - finite.numel()) * (whole.numel() // plain.numel())
    if finite.numel() == 0:
        return None, None, missing
    low, high = (float(end) for end in torch.aminmax(finite))
    return low, high, missing


def _span_of_few(numbers: list[float]) -> Span:
    finite = [number for number in numbers if math.isfinite(number)]
    if not finite:
        return None, None, len(numbers)
    return float(min(finite)), float(max(finite)), len(numbers) - len(finite)


def matrix_of(tensor: Tensor, slice_index: tuple[int, ...]) -> Tensor:
    """The matrix on the screen: a vector is one row, leading dimensions are fixed by the slice."""
    if tensor.dim() <= 1:
        return tensor.reshape(1, -1)
    for index in slice_index:
        tensor = tensor[index]
    return tensor


def slices_of(shape: tuple[int, ...]) -> int:
    """How many matrices a tensor of this shape has."""
    return math.prod(shape[:-2]) if len(shape) > 2 else 1


def slice_at(shape: tuple[int, ...], position: int) -> tuple[int, ...]:
    """The leading indices of the matrix at a position, in row-major order."""
    index = []
    for size in reversed(shape[:-2] if len(shape) > 2 else ()):
        position, remainder = divmod(position, max(size, 1))
        index.append(remainder)
    return tuple(reversed(index))


@dataclass(frozen=True)
class Window:
    """The part of a tensor that is on the screen: which of its matrices, from where, and how much of it."""

    slice_index: tuple[int, ...]
    top: int
    left: int
    rows: int
    columns: int


def block_of(tensor: Tensor, window: Window, summaries: Summaries) -> Block:
    """The visible window of a tensor; only that part leaves the engine."""
    if tensor.numel() == 0:
        return Block(missing="empty")
    if tensor.layout != torch.strided or tensor.is_complex():
        return Block(missing=f"{name_of(tensor.dtype)} tensors of this layout are not shown")
    matrix = matrix_of(tensor.detach(), window.slice_index)
    height, width = matrix.shape
    top, left = window.top, window.left
    visible = matrix[top : top + window.rows, left : left + window.columns]
    return Block(
        rows=tuple(tuple(map(float, row)) for row in visible.tolist()),
        top=top,
        left=left,
        height=height,
        width=width,
        magnitude=summaries.magnitude(tensor),
        integer=not tensor.is_floating_point(),
    )


def _text(value: Any) -> str:
    if value is Ellipsis:
        return "…"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    if isinstance(value, bool | int | float | str | type(None)):
        return repr(value)[:40]
    try:
        return f"{type(value).__name__} of {len(value)}"
    except Exception:
        return type(value).__name__
