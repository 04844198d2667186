"""Kinds of numbers that have gradients, real and complex, and their precisions."""

from __future__ import annotations

from typing import Any, TypeGuard

import torch
from torch import Tensor

from .inert import is_tensor
from .kinds import dtype_of

_COMPLEX = {torch.float16: torch.complex32, torch.float32: torch.complex64, torch.float64: torch.complex128}


def can_have_gradient(value: Any) -> TypeGuard[Tensor]:
    """Whether it is a tensor of floating or of complex numbers."""
    if not is_tensor(value):
        return False
    dtype = value.dtype if type(value) is Tensor else dtype_of(value)
    return dtype.is_floating_point or dtype.is_complex


def with_precision(dtype: torch.dtype, precision: torch.dtype) -> torch.dtype:
    """A dtype whose real numbers have a precision: complex128 of complex64 where that is float64.

    Whole numbers and truth values stay what they are.
    """
    if dtype.is_complex:
        return _COMPLEX[precision]
    return precision if dtype.is_floating_point else dtype


def as_reals(tensor: Tensor) -> Tensor:
    """Complex numbers as pairs of real ones along one more dimension; a tensor of others as it is."""
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor


def as_numbers(reals: Tensor, like: Tensor) -> Tensor:
    """The pairs of `as_reals` as complex numbers again, where `like` has such."""
    return torch.complex(reals[..., 0], reals[..., 1]) if like.is_complex() else reals
