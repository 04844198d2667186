"""What watches a program that runs again: its forward, with a node for every name, and its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ...program.statements import Statement
from ...tensors.aliasing import Namespace, alone_in_memory
from ...tensors.dtypes import can_have_gradient
from ...tensors.held_names import all_names
from ...tensors.inert import is_tensor
from ..cancel import Cancel, Cancelled
from ..recording.recorder import Recorder
from ..recording.steps import Slot, Step
from ..session import Session


def _watching(session: Session) -> tuple[Namespace, Cancel, frozenset[Statement], Sequence[Statement]]:
    """What a recorder of a session's program needs."""
    cancel, harmless = session.interpreter.cancel, session.learned.harmless
    return session.namespace, cancel, harmless, session.program.statements


class ForwardRecorder(Recorder):
    """Gives a name bound to another's tensor a node of its own, so that both can be cut."""

    def __init__(
        self,
        session: Session,
        names: frozenset[str],
        shifts: Mapping[str, Tensor],
        after: Callable[[Statement], None] | None,
    ) -> None:
        super().__init__(*_watching(session))
        self.after = after
        self.names = names
        self.shifts = shifts
        for name in [name for name in shifts if name in self.namespace]:
            self._shift(self.namespace[name], shifts[name])
        self._owners: dict[int, tuple[str, Tensor]] = {}
        for name in sorted(name for name in names if name in self.namespace):
            self._owners.setdefault(id(self.namespace[name]), (name, self.namespace[name]))

    def _shift(self, value: Tensor, by: Tensor) -> None:
        """Add to a tensor, under whatever name or in whatever container it is; parts of others are left."""
        if alone_in_memory(value):
            with torch.no_grad():
                value += by
            return
        shifted = value + by
        self.namespace.update({name: shifted for name, held in self.namespace.items() if held is value})

    def save_all(self, slots: Iterable[Slot]) -> None:
        """Nobody looks at the values of a check."""

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Nor at those from before a change."""

    def step(self, number: int) -> None:
        """The hook after every statement."""
        super().step(number)
        for slot in self.entries[-1].slots:
            self._own(slot.name, slot.origin, number)
        if self.after is not None:
            self.after(self.statements[number])

    def log(self, entry: tuple[Any, ...]) -> None:
        """The hook after a straight line that changes nothing."""
        if self.cancel.wanted:
            raise Cancelled
        self.entries.append(entry)
        for name, value in zip(self.statements[entry[0]].writes, entry[1:], strict=True):
            if name in self.graph_wanted and is_tensor(value) and not value.requires_grad:
                value.requires_grad_(can_have_gradient(value))
            self._own(name, value, entry[0])
        if self.after is not None:
            self.after(self.statements[entry[0]])

    def _own(self, name: str, value: Any, number: int) -> None:
        if name not in self.names or not is_tensor(value):
            return
        if name in self.shifts and value.shape == self.shifts[name].shape:
            value = self.namespace[name] = value + self.shifts[name]
        owner = self._owners.get(id(value))
        if owner is not None and value.requires_grad and not self._hands_over(owner[0], name, number):
            value = self.namespace[name] = value.view_as(value)
        self._owners[id(value)] = (name, value)

    def _hands_over(self, name: str, to: str, number: int) -> bool:
        """Whether a tensor is the other name's alone: it is the same, or one that the forward binds again."""
        if name == to:
            return True
        statements = self.statements
        return statements[number].always and any(
            one.always and name in one.binds for one in statements[number + 1 :] if one.section == "forward"
        )


class LineRecorder(Recorder):
    """Tells of every step of the handwritten lines as it happens."""

    def __init__(
        self,
        session: Session,
        after_step: Callable[[Step], None],
        after_line: Callable[[Statement, tuple[Any, ...]], None],
    ) -> None:
        super().__init__(*_watching(session))
        tensors = [Slot(n, v) for n, v in all_names(session.namespace).items() if is_tensor(v)]
        self.start_with(lambda: tensors)
        self._after_step = after_step
        self._after_line = after_line

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Nobody looks at the values from before a change in a check."""

    def step(self, number: int) -> None:
        """The hook after every statement."""
        super().step(number)
        self._after_step(self.entries[-1])

    def log(self, entry: tuple[Any, ...]) -> None:
        """The hook after a straight line that changes nothing but what it writes."""
        if self.cancel.wanted:
            raise Cancelled
        self.entries.append(entry)
        self._after_line(self.statements[entry[0]], entry[1:])
