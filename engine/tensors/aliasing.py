"""Which tensors share memory: where each lies, and whether any other would show its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import getrefcount
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch import Tensor

from .held_names import all_names
from .inert import attributes_of, is_a, is_any, is_tensor
from .kinds import equal, may_be_freed, plain, unreadable

Namespace = dict[str, Any]

_HOLDS_NONE = (str, int, float, type(None), type, FunctionType, ModuleType)


def distinct(tensor: Tensor, like: Tensor) -> Tensor:
    """The part of a tensor that `like`, which may be an expanded one, has once in memory."""
    for dimension, stride in enumerate(like.stride()):
        if stride == 0 and like.shape[dimension] > 1:
            tensor = tensor.narrow(dimension, 0, 1)
    return tensor


def once(tensor: Tensor) -> Tensor:
    """The entries of a large expanded tensor once each; any other tensor as it is."""
    return distinct(tensor, tensor) if tensor.numel() > _FEW and _is_expanded(tensor) else tensor


def once_in_both(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Two tensors of one shape without the entries that are the same in memory in both."""
    few = once(left)
    return (few, once(right)) if few.shape == once(right).shape else (left, right)


def copy_of(tensor: Tensor) -> Tensor:
    """A copy; one of a large expanded tensor is expanded, too."""
    return once(tensor).clone().expand(tensor.shape) if tensor.numel() > _FEW else tensor.clone()


def copied(tensor: Tensor) -> Tensor:
    """A copy without graph; of what has no numbers to be read the tensor as it is."""
    if type(tensor) is Tensor and tensor.layout is _strided and not may_be_freed(tensor):
        return copy_of(tensor.detach())
    return tensor if unreadable(tensor) else copy_of(plain(tensor))


def zeros_like(tensor: Tensor) -> Tensor:
    """Zeros in the shape of a tensor, to be read; many of them are one that is expanded."""
    if tensor.numel() <= _FEW and tensor.layout is _strided:
        return torch.zeros_like(tensor)
    return torch.zeros((), dtype=tensor.dtype, device=tensor.device).expand(tensor.shape)


def _is_expanded(tensor: Tensor) -> bool:
    return tensor.layout is _strided and 0 in tensor.stride()


def storage_of(tensor: Tensor) -> int:
    """A number that tensors share exactly when they share memory; 0 for none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError, ValueError):  # meta, nested, not yet initialized
        return 0


def _unknown(storage: int) -> int:
    """How many share a storage, where torch does not tell."""
    return 1 << 30


sharing: Callable[[int], int] = getattr(torch._C, "_storage_Use_Count", _unknown)
"""How many references a storage has, by its address."""
_strided = torch.strided
_FEW = 100_000
"""Up to so many entries, none is spared."""


def alone(namespace: Namespace, names: Iterable[str]) -> list[Tensor] | None:
    """The tensors of the names if a change of any shows under no other name; None in doubt.

    One name has it, and no tensor shares its memory. Memory that torch did not allocate, numpy's say,
    may be shared unseen.
    """
    tensors: list[Tensor] = []
    unsure = False
    for name in names:
        value = namespace.get(name)
        if type(value) is not Tensor or value.layout is not _strided:
            return None
        storage = value.untyped_storage()
        if sharing(storage._cdata) > ITS_OWN or not storage.resizable():
            return None
        unsure = unsure or getrefcount(value) > _TWICE
        tensors.append(value)
    return None if unsure and not _once_each(tensors, namespace) else tensors


def alone_in_memory(tensor: Tensor) -> bool:
    """Whether no other tensor shares memory with it, nor any of its entries with another."""
    if tensor.layout is not _strided or not tensor.is_contiguous():
        return False
    return sharing(tensor.untyped_storage()._cdata) <= ITS_OWN


def _once_each(tensors: list[Tensor], namespace: Namespace) -> bool:
    """Whether every tensor is bound to one name."""
    ids = {*map(id, tensors)}
    return sum(map(ids.__contains__, map(id, all_names(namespace).values()))) == len(ids) == len(tensors)


def _own_references(namespace: Namespace, name: str) -> int:
    """What `alone` itself adds to the references of a value when it counts them."""
    value = namespace.get(name)
    return getrefcount(value) - 1


_TWICE = 2 + _own_references({"thing": object()}, "thing")
"""The references to a value that one name has, and one entry of a record or of what was there before it.

A second name of the same value has another, and so has its entry.
"""
ITS_OWN = 2
"""References to a storage that no other tensor shares: its tensor's and the handle's that asks."""


def tensors_in(value: Any, depth: int = 4) -> list[Tensor]:
    """The value if it is a tensor, the tensors inside it if it is a container or an object."""
    if is_tensor(value):
        return [value]
    if depth == 0 or is_any(value, _HOLDS_NONE):
        return []
    if is_a(value, dict):
        parts: Iterable[Any] = dict.values(value)
    elif is_any(value, (list, tuple, set)):
        parts = value
    else:
        parts = (attributes_of(value) or {}).values()
    return [tensor for part in parts for tensor in tensors_in(part, depth - 1)]


def was_written(tensor: Tensor, version: int, before: Tensor) -> bool:
    """Whether a tensor was written into since a version; what `.data` and numpy write moves none."""
    if tensor._version != version:
        return True
    return tensor.layout is torch.strided and not equal(before, tensor)
