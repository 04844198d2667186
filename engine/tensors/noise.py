"""Random numbers for as many entries as there are; beyond a million they repeat."""

from __future__ import annotations

import torch
from torch import Tensor

DRAWN = 1_000_003
"""So many numbers are drawn. It is prime, so that rows of a matrix do not repeat with them."""


def normal(count: int, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Normal numbers, as many as are drawn for so many entries."""
    return torch.randn(min(count, DRAWN), generator=generator, dtype=dtype)


def repeated(numbers: Tensor, count: int) -> Tensor:
    """Numbers as often as it takes for so many entries."""
    return numbers if len(numbers) == count else numbers.repeat(-(-count // len(numbers)))[:count]


def normal_like(tensor: Tensor, generator: torch.Generator, dtype: torch.dtype, size: float = 1.0) -> Tensor:
    """Normal numbers of `dtype` times a size, in the shape, dtype and place of a tensor."""
    return like(tensor, size * normal(tensor.numel(), generator, dtype))


def like(tensor: Tensor, numbers: Tensor) -> Tensor:
    """Numbers in the shape, dtype and place of a tensor."""
    numbers = numbers.to(tensor)
    return repeated(numbers, tensor.numel()).view(tensor.shape)
