"""How heavy an iteration is: lines of heavy ones are judged in the program's own precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from ..tensors.aliasing import storage_of
from ..tensors.inert import is_tensor
from .iteration import Iteration

HEAVY = 1 << 28
"""Bytes: double precision takes twice the memory, and more than twice the time."""


def precisions(iteration: Iteration) -> tuple[torch.dtype | None, ...]:
    """In which precisions the lines are to be judged, the best that is affordable first; None is its own."""
    return (None,) if is_heavy(iteration) else (torch.float64, None)


def is_heavy(iteration: Iteration) -> bool:
    """Whether the iteration's tensors take much memory."""
    return weight(iteration) > HEAVY


def weight(iteration: Iteration) -> int:
    """The bytes of the tensors that an iteration began with and bound, and of autograd's gradients."""
    sizes: dict[int, int] = {}
    for value in _values(iteration):
        if is_tensor(value) and (storage := storage_of(value)):
            sizes[storage] = value.untyped_storage().nbytes()
    return sum(sizes.values())


def _values(iteration: Iteration) -> Iterator[Any]:
    yield from (slot.origin for slot in iteration.start.slots.values())
    yield from iteration.references.gradients.values()
    for entry in iteration.recorder.entries:
        yield from entry[1:] if type(entry) is tuple else (slot.value for slot in entry.slots)
