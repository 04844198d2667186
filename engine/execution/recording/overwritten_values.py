"""Values from before tensors changed in place, for whoever looks at the record later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor, is_grad_enabled


class Copies:
    """The values of tensors that no other shared memory with, by how many entries the record had then."""

    def __init__(self) -> None:
        self._all: list[tuple[int, Tensor, Tensor]] = []

    def add(self, entries: int, tensors: Sequence[Tensor]) -> None:
        """Keep the values of tensors that are about to change, an entry each."""
        graph = is_grad_enabled()
        for at, tensor in enumerate(tensors, entries):
            self._all.append((at, tensor, (tensor.detach() if graph else tensor).clone()))

    def newest(self, count: int) -> list[Tensor]:
        """The last so many values."""
        return [copy for _, _, copy in self._all[-count:]]

    def last_changes(self, since: int = 0) -> dict[int, int]:
        """By the id of a tensor that changed after so many entries: how many came before its last change."""
        latest: dict[int, int] = {}
        for before, tensor, _ in reversed(self._all):
            if before < since:
                break
            latest.setdefault(id(tensor), before)
        return latest

    def value_at(self, position: int, value: Any) -> Any:
        """The value that an entry logged, as it was then."""
        for before, tensor, copy in self._all:
            if before > position and tensor is value:
                return copy
        return value

    def taken(self) -> Iterable[History]:
        """Everything that is kept, a tensor at a time; nothing is kept afterwards."""
        histories: dict[int, History] = {}
        for before, tensor, copy in self._all:
            history = histories.setdefault(id(tensor), History(tensor))
            history.positions.append(before)
            history.values.append(copy)
        self._all = []
        return histories.values()

    def __len__(self) -> int:
        return len(self._all)


class History:
    """The values that one tensor had before each of its changes, in order."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.positions: list[int] = []
        self.values: list[Tensor] = []

    def at(self, position: int) -> Tensor | None:
        """Its value at an entry of the record; None where it has not changed since."""
        first = bisect_right(self.positions, position)
        return self.values[first] if first < len(self.values) else None
