"""How much of one iteration is recorded: a loop that never ends must not eat the machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ...tensors.aliasing import storage_of
from ...tensors.inert import is_tensor
from ..failure import ProgramFault

EVERY = 256
"""The room is looked at after so many statements."""
MOST_STATEMENTS = 300_000


def most_bytes() -> int:
    """A quarter of the machine's memory; 4 GiB where the system does not say how much it has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    except (AttributeError, ValueError, OSError):
        return 4 << 30


class Room:
    """What the record of one iteration has taken so far."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._bytes = 0

    def require(self, ran: int, kept: Iterable[Any]) -> None:
        """Take account of values that were recorded since the last time, after `ran` statements.

        Raises:
            ProgramFault: there are more than can be kept.
        """
        if ran >= MOST_STATEMENTS:
            raise ProgramFault(
                f"one iteration ran {ran} statements, too many to record; is there a loop that never ends?"
            )
        for value in kept:
            storage = storage_of(value) if is_tensor(value) else 0
            if storage and storage not in self._seen:
                self._seen.add(storage)
                self._bytes += value.untyped_storage().nbytes()
        if self._bytes > most_bytes():
            raise ProgramFault(
                f"the values of one iteration take {self._bytes / 2**30:.1f} GiB after {ran} statements, "
                "more than a quarter of the memory; is there a loop that never ends?"
            )
