"""Everything that a program can reach from some values: kept at one moment, put back later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from types import ModuleType
from typing import Any

from torch import Tensor

from ..tensors.inert import is_any, is_tensor, name_of_module
from ..tensors.rng_state import GENERATORS, Generator
from .given_again import GivenAgain
from .holders import CONTAINERS, ONE_OF_A_KIND, PLAIN, Holder, Kind, Own, holders_of, inside
from .recording.steps import Slot

WITHOUT = PLAIN | {Tensor}
"""The types of what most names are bound to: nothing to keep."""
_LARGEST = 100_000
"""What has more elements is left as it is: a data set, not a state."""
_SEARCHED = 4096
"""Of so many elements all are looked at; of more only where the first ones are no plain values."""
_MOST = 20_000
"""Nothing is kept beyond so many holders: they belong to a library, not to a program."""


class Contents:
    """What lists, dictionaries, objects, functions and all else hold, and slots for the tensors inside.

    `settled` says what is to stand in the place of a value that is found; by default that stays.
    """

    def __init__(
        self, values: Iterable[Any], own: Own, settled: Callable[[Any], Any] = lambda value: value
    ) -> None:
        self.slots: list[Slot] = []
        self.given: list[Slot] = []
        """For the tensors that iterators give from now on."""
        self.generators: list[Generator] = []
        self.iterators: list[GivenAgain] = []
        self.kept: list[tuple[Holder, Any]] = []
        self.own = own
        """The names of the modules whose functions and classes are the program's."""
        self._settled = settled
        self._seen: set[int | tuple[int, Kind]] = set()
        queue = deque(values)
        while queue and len(self.kept) < _MOST:
            queue += self._found(queue.popleft())

    def held(self) -> dict[tuple[int, Kind], Any]:
        """By the id and the kind of every holder, what it held."""
        return {(id(holder.thing), holder.kind): contents for holder, contents in self.kept}

    def of_one_kind(self) -> list[tuple[Holder, Any]]:
        """Classes and modules of the program's, and what they held."""
        return [kept for kept in self.kept if kept[0].kind in ONE_OF_A_KIND]

    def put_back(self) -> None:
        """Let everything hold again what it held, tensors their values."""
        for holder, contents in self.kept:
            holder.kind.put(holder.thing, contents)
        for slot in self.slots:
            slot.put_back()

    def _found(self, value: Any) -> Iterable[Any]:
        """Keep what a value holds; what else it leads to."""
        if type(value) in PLAIN or id(value) in self._seen:
            return ()
        if type(value) is ModuleType and name_of_module(value) not in self.own:
            return ()
        self._seen.add(id(value))
        if is_any(value, GENERATORS):
            self.generators.append(value)
            return ()
        if is_tensor(value):
            self.slots.append(Slot("", value))
        elif type(value) is GivenAgain:
            self.iterators.append(value)
        holders = holders_of(value, self.own)
        return [*inside(value, self.own), *(part for holder in holders for part in self._keep(holder))]

    def _keep(self, holder: Holder) -> Iterable[Any]:
        thing, kind = holder
        if (id(thing), kind) in self._seen or (kind in CONTAINERS and len(thing) > _LARGEST):
            return ()
        self._seen.add((id(thing), kind))
        contents = kind.contents(thing)
        parts = _no_plain_ones(kind.inside(contents))
        if any(self._settled(part) is not part for part in parts):
            contents = kind.mapped(contents, self._settled)
            kind.put(thing, contents)
            parts = _no_plain_ones(kind.inside(contents))
        self.kept.append((holder, contents))
        return parts


def _no_plain_ones(parts: Iterable[Any]) -> list[Any]:
    parts = list(parts)
    if len(parts) > _SEARCHED and PLAIN.issuperset(map(type, islice(parts, 64))):
        return []
    return [part for part in parts if type(part) not in PLAIN]
