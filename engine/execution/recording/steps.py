"""What a record is made of: steps, and the values that names had after each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from ...program.statements import Statement
from ...tensors.aliasing import copied, distinct

MISSING: Any = object()
"""The value of a name that is not bound."""


class Slot:
    """The value that a name had after one step. Kept by reference until something changes it."""

    __slots__ = ("name", "origin", "value")

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value
        self.origin = value

    def save(self) -> None:
        """Keep the value of now: what it refers to is about to change in place."""
        if self.value is self.origin:
            self.value = copied(self.origin)

    def put_back(self) -> None:
        """Give the tensor the value that was kept, if it was changed."""
        if self.value is not self.origin:
            with torch.no_grad():
                if self.origin.shape != self.value.shape:
                    self.origin.data = self.value.clone()  # resized: memory of its own again
                else:
                    distinct(self.origin, self.origin).copy_(distinct(self.value, self.origin))


class Step(NamedTuple):
    """One executed statement and what it wrote."""

    statement: Statement
    slots: Sequence[Slot]


class Entries(list[Any]):
    """Steps, or plain tuples, (number of a statement, value, ...), that become steps when somebody looks."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        super().__init__()
        self.statements = statements

    def step_at(self, position: int) -> Step:
        """The step at a position."""
        entry = self[position]
        if type(entry) is tuple:
            statement = self.statements[entry[0]]
            slots = [Slot(name, value) for name, value in zip(statement.writes, entry[1:], strict=True)]
            entry = self[position] = Step(statement, slots)
        step: Step = entry
        return step
