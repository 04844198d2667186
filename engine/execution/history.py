"""The moments of a training that can be gone back to: states kept here and there, and all losses."""

from __future__ import annotations

import math
import os
import struct
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..tensors.aliasing import copied, storage_of
from ..tensors.inert import is_a, is_any, is_tensor
from ..tensors.kinds import plain, unreadable
from .checkpoint import Checkpoint
from .given_again import GivenAgain
from .recording.steps import Slot

_SHARE = 40
"""A state is kept once the iterations since the last one have taken so many times as long as keeping it."""
_GAP = 2.0
"""States as far back as d iterations are as far as `_GAP` sqrt(d) from each other."""
_EVERY = 64
"""States are thinned out when so many have been added."""
_OVERHEAD = 2_000
"""Bytes that a state takes beside what its tensors and containers hold."""


def most_bytes() -> int:
    """A sixteenth of the machine's memory; 512 MiB where the system does not say how much it has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 16
    except (AttributeError, ValueError, OSError):
        return 512 << 20


@dataclass(frozen=True, eq=False)
class Keepsake:
    """The state before an iteration, nothing of which changes any more."""

    number: int
    start: Checkpoint
    not_finite_since: int | None
    bytes: int


class History:
    """States in the order of their iterations, and the losses of all that have been complete once."""

    def __init__(self, budget: int | None = None) -> None:
        self.budget = most_bytes() if budget is None else budget
        """No more bytes are kept, but for the newest state."""
        self.losses = array("d")
        self.keepsakes: list[Keepsake] = []
        self._values: dict[int, Tensor] = {}
        """By the id of its tensor, the newest value that was kept: what has not changed is kept once."""
        self._spent = math.inf
        self._cost = 0.0
        self._added = 0
        """How many states have been kept since they were thinned out."""
        self._thinning = 0.0
        """What that took for each state."""

    def is_due(self, number: int) -> bool:
        """Whether the state before an iteration is to be kept.

        Times decide how many iterations have to run again to be back, never what they come to.
        """
        newest = self.keepsakes[-1].number if self.keepsakes else -1
        return number > newest and self._spent >= _SHARE * self._cost

    def keep(self, number: int, capture: Callable[[], Checkpoint], not_finite_since: int | None) -> None:
        """Keep the state of now, whose tensors may change from now on."""
        began = time.thread_time()
        start = capture()
        slots = [*start.slots.values(), *start.contents.slots]
        taken = sum(self._keep_value(slot) for slot in slots) + _held_bytes(start)
        self.keepsakes.append(Keepsake(number, start, not_finite_since, taken))
        self._added += 1
        self._cost, self._spent = time.thread_time() - began + self._thinning, 0.0
        if self._added == _EVERY or sum(one.bytes for one in self.keepsakes) > self.budget:
            began = time.thread_time()
            self._thin_out()
            self._thinning, self._added = (time.thread_time() - began) / self._added, 0

    def passed(self, number: int, loss: float, seconds: float) -> bool:
        """An iteration is complete; whether it came out as it did before, if it was so before."""
        self._spent += seconds
        if number == len(self.losses):
            self.losses.append(loss)
            return True
        repeats = struct.pack("d", loss) == struct.pack("d", self.losses[number])
        if not repeats:
            self.forget_after(number)
            self.losses.append(loss)
        return repeats

    def newest_until(self, number: int) -> Keepsake | None:
        """The last kept state at or before the beginning of an iteration."""
        at = bisect_right([one.number for one in self.keepsakes], number)
        return self.keepsakes[at - 1] if at else None

    def forget_from(self, number: int) -> None:
        """An iteration, and what came after it, will be others."""
        del self.losses[number:]
        self.keepsakes = [one for one in self.keepsakes if one.number < number]

    def forget_after(self, number: int) -> None:
        """What came after so many iterations is not what will come."""
        del self.losses[number:]
        self.keepsakes = [one for one in self.keepsakes if one.number <= number]

    def _keep_value(self, slot: Slot) -> int:
        """Keep the value of now of a slot; how many bytes that takes."""
        origin = slot.origin
        if slot.value is not origin or not is_tensor(origin) or unreadable(origin):
            return 0
        known = self._values.get(id(origin))
        if known is not None and _same_bytes(known, origin):
            slot.value = known
            return 0
        slot.value = self._values[id(origin)] = copied(origin)
        return _bytes_in(slot.value)

    def _thin_out(self) -> None:
        """Fewer states the further back, and fewer still as long as they take too much memory."""
        gap = _GAP
        self.keepsakes = _thinned(self.keepsakes, gap)
        while len(self.keepsakes) > 1 and self._bytes() > self.budget:
            gap *= 2
            fewer = _thinned(self.keepsakes, gap)
            self.keepsakes = fewer if len(fewer) < len(self.keepsakes) else self.keepsakes[1:]
        alive = {id(slot.origin) for one in self.keepsakes for slot in _slots_of(one)}
        self._values = {key: value for key, value in self._values.items() if key in alive}

    def _bytes(self) -> int:
        """What all that is kept takes, with what iterators gave since the oldest state."""
        slots = [slot for one in self.keepsakes for slot in _slots_of(one)]
        values = {storage_of(slot.value): _bytes_in(slot.value) for slot in slots}
        oldest = self.keepsakes[0].start
        given = [node.value for iterator in _iterators(oldest) for node in iterator]
        return sum(values.values()) + sum(_held_bytes(one.start) for one in self.keepsakes) + _bytes_of(given)


def _thinned(keepsakes: Sequence[Keepsake], gap: float) -> list[Keepsake]:
    """The newest, and of the older ones those that are far enough from the one after."""
    newest = keepsakes[-1].number
    kept = [keepsakes[-1]]
    for one, before in zip(keepsakes[-2::-1], [*keepsakes[-3::-1], None], strict=True):
        after = kept[-1].number
        # without it, the next one back would be too far away
        if before is None or after - before.number > gap * math.sqrt(newest - before.number):
            kept.append(one)
    return kept[::-1]


def _slots_of(keepsake: Keepsake) -> list[Slot]:
    slots = [*keepsake.start.slots.values(), *keepsake.start.contents.slots]
    return [slot for slot in slots if slot.value is not slot.origin]


def _bytes_in(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _held_bytes(start: Checkpoint) -> int:
    sizes = [len(contents) for _, contents in start.contents.kept if hasattr(contents, "__len__")]
    return _OVERHEAD + 8 * sum(sizes)


def _iterators(start: Checkpoint) -> Iterable[Iterable[Any]]:
    for holder, contents in start.contents.kept:
        if is_a(holder.thing, GivenAgain):
            yield contents.later()


def _bytes_of(values: Iterable[Any]) -> int:
    """The bytes of tensors, alone or in tuples and lists, each memory counted once."""
    found: dict[int, int] = {}
    count = 0
    for value in values:
        count += 1
        parts = value if is_any(value, (tuple, list)) else (value,)
        for part in parts:
            if is_tensor(part) and not unreadable(part):
                found[storage_of(part)] = part.untyped_storage().nbytes()
    return sum(found.values()) + 200 * count


def _same_bytes(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are the same bit for bit; False where that takes more than a look."""
    other = plain(other)
    if one.dtype is not other.dtype or one.shape != other.shape or one.device != other.device:
        return False
    if one.layout is not torch.strided or not one.is_contiguous() or not other.is_contiguous():
        return False
    return torch.equal(one.reshape(-1).view(torch.uint8), other.reshape(-1).view(torch.uint8))
