"""How heavy an iteration is: lines of heavy ones are judged in the program's own precision, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from ..tensors.aliasing import storage_of
from ..tensors.inert import is_tensor
from .iteration import Iteration

HEAVY = 1 << 28
"""Bytes: double precision takes twice the memory, and more than twice the time."""
_DOUBLE = torch.float64  # the name may stand for something else by the time a program runs
_TAKEN = {_DOUBLE: 24, None: 6}
"""So many times its weight judging lines takes at most, with the explanation of a slip, as measured."""
_MEMORY = Path("/proc/meminfo")


def precisions(iteration: Iteration) -> tuple[torch.dtype | None, ...]:
    """In which precisions the lines are to be judged, the best that is affordable first; None is its own.

    None at all where the memory is too short for any: `too_short` says so.
    """
    bytes, free = weight(iteration), free_memory()
    wanted = (None,) if bytes > HEAVY else (_DOUBLE, None)
    return tuple(dtype for dtype in wanted if _TAKEN[dtype] * bytes <= free)


def too_short(iteration: Iteration) -> str:
    """Why no precision is affordable."""
    takes, free = _TAKEN[None] * weight(iteration) / _GIGABYTE, free_memory() / _GIGABYTE
    return f"that may take {takes:.1f} GB of memory, and {free:.1f} GB are free"


_GIGABYTE = 1e9


def free_memory() -> int:
    """The bytes that may still be taken; half of all memory where the system does not tell them."""
    try:
        told = dict(line.split(":") for line in _MEMORY.read_text().splitlines())
        return int(told["MemAvailable"].split()[0]) << 10
    except (OSError, ValueError, KeyError, IndexError):
        return _half_of_all()


def _half_of_all() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 4 << 30


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
