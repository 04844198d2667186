"""Which tensors share memory: where each lies, and whether any other would show its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import is_
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch import Tensor

Namespace = dict[str, Any]

_HOLDS_NONE = (str, int, float, type(None), type, FunctionType, ModuleType)


def distinct(tensor: Tensor, like: Tensor) -> Tensor:
    """The part of a tensor that `like`, which may be an expanded one, has once in memory."""
    for dimension, stride in enumerate(like.stride()):
        if stride == 0 and like.shape[dimension] > 1:
            tensor = tensor.narrow(dimension, 0, 1)
    return tensor


def storage_of(tensor: Tensor) -> int:
    """A number that tensors share exactly when they share memory; 0 for none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError):
        return 0


_sharing: Callable[[int], int] | None = getattr(torch._C, "_storage_Use_Count", None)


def stand_alone(tensors: Sequence[Tensor], namespace: Namespace) -> bool:
    """Whether a change of any shows under no other name: one name has it, no tensor shares its memory.

    Memory that torch did not allocate, numpy's say, may be shared unseen: False in doubt.
    """
    if _sharing is None:
        return False
    for tensor in tensors:
        storage = tensor.untyped_storage()
        if _sharing(storage._cdata) > _ITS_OWN or not storage.resizable():
            return False
    if len(tensors) == 1:
        return sum(map(is_, namespace.values(), repeat(tensors[0]))) == 1
    ids = {*map(id, tensors)}
    return sum(map(ids.__contains__, map(id, namespace.values()))) == len(tensors) == len(ids)


_ITS_OWN = 2
"""References to a storage: its tensor's and the handle's that asks."""


def tensors_in(value: Any, depth: int = 4) -> list[Tensor]:
    """The value if it is a tensor, the tensors inside it if it is a container or an object."""
    if isinstance(value, Tensor):
        return [value]
    if depth == 0 or isinstance(value, _HOLDS_NONE):
        return []
    if isinstance(value, dict):
        parts: Iterable[Any] = value.values()
    elif isinstance(value, list | tuple | set):
        parts = value
    else:
        parts = getattr(value, "__dict__", {}).values()
    return [tensor for part in parts for tensor in tensors_in(part, depth - 1)]


def was_written(tensor: Tensor, version: int, before: Tensor) -> bool:
    """Whether a tensor was written into since a version; what `.data` and numpy write moves none."""
    if tensor._version != version:
        return True
    return tensor.layout == torch.strided and not torch.equal(before, tensor)
