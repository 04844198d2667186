"""The entries that a tab shows: a tensor's own, or what one tensor differs from another by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...tensors.aliasing import once, once_in_both

PIECE = 1 << 17
"""Entries that are looked at in one go, between two of which a key can come."""


@dataclass(frozen=True)
class Entries:
    """A tensor of real numbers, less another one of its shape where there is one."""

    tensor: Tensor
    minus: Tensor | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes."""
        return tuple(self.tensor.shape)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.tensor.numel()

    @property
    def key(self) -> tuple[int, int]:
        """What tells them from others, as long as the tensors live."""
        return id(self.tensor), id(self.minus)

    def __getitem__(self, index: Any) -> Entries:
        """A part of them; nothing is computed."""
        return Entries(self.tensor[index], None if self.minus is None else self.minus[index])

    def numbers(self) -> Tensor:
        """All of them in double precision, computed now."""
        ours = self.tensor.cpu().double()
        return ours if self.minus is None else errors(ours, self.minus.cpu().double())

    def once(self) -> Entries:
        """Without entries that are the same in memory, where there are many."""
        if self.minus is None:
            return Entries(once(self.tensor))
        return Entries(*once_in_both(self.tensor, self.minus))

    def pieces(self, begin: int = 0) -> Iterator[tuple[int, Tensor]]:
        """The numbers in order, a piece at a time, and where each begins as they are counted through."""
        if self.count <= PIECE:
            yield begin, self.numbers().reshape(-1)
            return
        rows = self.tensor.shape[0]
        each = self.count // rows
        if each >= PIECE:
            for row in range(rows):
                yield from self[row].pieces(begin + row * each)
            return
        step = PIECE // each
        for row in range(0, rows, step):
            yield begin + row * each, self[row : row + step].numbers().reshape(-1)

    def matrix(self, place: int) -> Entries:
        """The matrix at a place; a vector, and a matrix of one column, are one row."""
        if len(self.shape) < 2:
            return Entries(*(t if t is None else t.reshape(1, -1) for t in (self.tensor, self.minus)))  # type: ignore[arg-type]
        part = self
        for index in slice_at(self.shape, min(place, slices_of(self.shape) - 1)):
            part = part[index]
        if not is_upright(self.shape):
            return part
        return Entries(part.tensor.t(), None if part.minus is None else part.minus.t())


def errors(manual: Tensor, autograd: Tensor) -> Tensor:
    """The differences; 0 for the same infinity or NaN on both sides, infinite where only one has it."""
    difference = manual - autograd
    if math.isfinite(float(difference.sum())):
        return difference
    same = (manual == autograd) | (manual.isnan() & autograd.isnan())
    difference = torch.where(same, 0.0, difference)
    both = manual.isfinite() & autograd.isfinite()
    return torch.where(same | both, difference, math.inf)


def is_upright(shape: tuple[int, ...]) -> bool:
    """Whether the matrices of this shape have one column and several rows."""
    return len(shape) > 1 and shape[-1] == 1 and shape[-2] > 1


def extent(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of the matrices of this shape, those of one column laid down."""
    height, width = (1, 1, *shape)[-2:] if len(shape) > 1 else (1, math.prod(shape))
    return (width, height) if is_upright(shape) else (height, width)


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


def index_of(shape: tuple[int, ...], place: int, entry: tuple[int, int]) -> tuple[int, ...]:
    """The index of an entry of the matrix at a place."""
    row, column = reversed(entry) if is_upright(shape) else entry
    return (*slice_at(shape, place), row, column)[-len(shape) :] if shape else ()


def located(shape: tuple[int, ...], number: int) -> tuple[int, tuple[int, int]]:
    """Which matrix the entry of a number is in, as all are counted through, and where in it."""
    height, width = (1, 1, *shape)[-2:] if len(shape) > 1 else (1, math.prod(shape))
    place, within = divmod(number, max(height * width, 1))
    row, column = divmod(within, max(width, 1))
    return place, (column, row) if is_upright(shape) else (row, column)
