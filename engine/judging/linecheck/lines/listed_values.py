"""What helper lines bind as one tensor: of a list or a dictionary of tensors all of them, stacked."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ....tensors.dtypes import can_have_gradient
from ....tensors.inert import is_a, is_any, is_tensor


def as_one(value: Any) -> Any:
    """The tensor of a value, where it is one or holds some of one shape; else the value."""
    held = _held(value)
    if len(held) < 2 or not all(is_tensor(one) and can_have_gradient(one) for one in held):
        return value
    return torch.stack(held) if len({(one.shape, one.dtype) for one in held}) == 1 else value


def in_form(value: Any, tensor: Tensor) -> Any:
    """A tensor in the place of a value: taken apart where that was put together."""
    if as_one(value) is value:
        return tensor
    parts = tensor.unbind()
    if is_a(value, dict):
        return dict(zip(value, parts, strict=False))
    return tuple(parts) if is_a(value, tuple) else list(parts)


def _held(value: Any) -> list[Any]:
    if is_a(value, dict):
        return [*value.values()]
    return [*value] if is_any(value, (list, tuple)) else []
