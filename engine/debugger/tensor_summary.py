"""A value in one glance, and the part of a tensor that is on the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..execution.recording.steps import MISSING
from ..tensors.aliasing import once
from ..tensors.inert import is_tensor, name_of_type
from ..tensors.kinds import Unreadable, as_numbers, kind_of, shape_of, too_wide, unreadable
from .frame import Block, Summary
from .value_words import words_of

FEW = 64
"""Up to so many entries, plain Python is quicker than torch's kernels."""


class Seen(NamedTuple):
    """What was found out about a tensor, which is held so that no other takes its number."""

    tensor: Tensor
    numbers: Tensor | Unreadable
    summary: Summary


class Summaries:
    """Summaries of values between two iterations.

    A recorded tensor changes only while an iteration runs, so each is looked through once in between.
    """

    def __init__(self) -> None:
        self._seen: dict[int, Seen] = {}
        """By the tensor's identity."""

    def of(self, value: Any) -> Summary | None:
        """The summary of any value; None for a name that is not bound."""
        if value is MISSING:
            return None
        if is_tensor(value):
            return self.look(value).summary
        return Summary(None, name_of_type(value), text=words_of(value))

    def look(self, tensor: Tensor) -> Seen:
        """What there is to know of a tensor."""
        if id(tensor) not in self._seen:
            numbers = unreadable(tensor) or too_wide(tensor) or as_numbers(tensor)
            self._seen[id(tensor)] = Seen(tensor, numbers, _summary(tensor, numbers))
        return self._seen[id(tensor)]


def _summary(tensor: Tensor, numbers: Tensor | Unreadable) -> Summary:
    shape, kind = shape_of(tensor), kind_of(tensor)
    if isinstance(numbers, Unreadable):
        return Summary(shape, kind, text=numbers.word)
    if numbers.numel() == 0 or numbers.is_complex():
        return Summary(shape, kind, text="…" if numbers.numel() else "empty")
    low, high, not_finite = span(numbers)
    text = str(numbers.item()) if not_finite and numbers.numel() == 1 else ""
    return Summary(shape, kind, low, high, not_finite, text)


Span = tuple[float | None, float | None, int]


def span(whole: Tensor) -> Span:
    """The least and the greatest finite entry, and how many entries are not finite; of no graph."""
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


def matrix_of(tensor: Tensor, place: int) -> Tensor:
    """The matrix at a place of a tensor that has some; a vector is one row."""
    if tensor.dim() <= 1:
        return tensor.reshape(1, -1)
    shape = tuple(tensor.shape)
    for index in slice_at(shape, min(place, slices_of(shape) - 1)):
        tensor = tensor[index]
    return tensor


def slices_of(shape: tuple[int, ...]) -> int:
    """How many matrices a tensor of this shape has."""
    return math.prod(shape[:-2]) if len(shape) > 2 else 1


def slice_at(shape: tuple[int, ...], place: int) -> tuple[int, ...]:
    """The leading indices of the matrix at a place, in row-major order."""
    index = []
    for size in reversed(shape[:-2] if len(shape) > 2 else ()):
        place, remainder = divmod(place, max(size, 1))
        index.append(remainder)
    return tuple(reversed(index))


@dataclass(frozen=True)
class Window:
    """The part of a tensor that is on the screen: which of its matrices, from where, and how much of it."""

    place: int
    top: int
    left: int
    rows: int
    columns: int


def block_of(tensor: Tensor, window: Window, summaries: Summaries) -> Block:
    """The visible window of a tensor; only that part leaves the engine."""
    _, numbers, summary = summaries.look(tensor)
    if isinstance(numbers, Unreadable):
        return Block(missing=numbers.words)
    if numbers.numel() == 0:
        return Block(missing="empty")
    if numbers.is_complex():
        return Block(missing=f"{summary.dtype} numbers are not shown")
    matrix = matrix_of(numbers, window.place)
    height, width = matrix.shape
    # of another shape than the window moves over, it may end before
    top = min(window.top, max(height - window.rows, 0))
    left = min(window.left, max(width - window.columns, 0))
    visible = matrix[top : top + window.rows, left : left + window.columns]
    return Block(
        rows=tuple(tuple(map(float, row)) for row in visible.tolist()),
        top=top,
        left=left,
        height=height,
        width=width,
        magnitude=max(abs(summary.low or 0.0), abs(summary.high or 0.0)),
        integer=not numbers.is_floating_point(),
    )
