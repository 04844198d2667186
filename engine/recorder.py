"""Watching a section run: what every statement bound or changed, with the values of that moment."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from types import BuiltinFunctionType, ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .statements import Statement, root_name

MISSING: Any = object()
"""The value of a name that is not bound."""

Namespace = dict[str, Any]


class Cancelled(BaseException):
    """The user stopped the program between two statements."""


class Cancel:
    """A flag that the screen raises and every hook looks at."""

    __slots__ = ("wanted",)

    def __init__(self) -> None:
        self.wanted = False


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
            self.value = self.origin.detach().clone()


class Step(NamedTuple):
    """One executed statement and what it wrote."""

    statement: Statement
    slots: Sequence[Slot]


class Recorder:
    """The hooks of one iteration: a step per statement, values saved before they change in place."""

    def __init__(self, namespace: Namespace, cancel: Cancel, harmless: set[Statement]) -> None:
        self.namespace = namespace
        self.cancel = cancel
        self.harmless = harmless
        self.steps: list[Step] = []
        self.slots: list[Slot] = []
        self.graph_wanted: frozenset[str] = frozenset()
        """Names whose tensors are to require grad although no parameter reaches them."""
        self._statements: Sequence[Statement] = ()
        self._by_storage: dict[int, list[Slot]] = {}
        self._indexed = 0
        self._touched: list[Slot] = []
        self._versions: list[tuple[Slot, int]] = []

    def section(self, statements: Sequence[Statement]) -> None:
        """Watch these statements from now on."""
        self._statements = statements

    def before(self, index: int) -> None:
        """The hook before a statement that may change tensors in place."""
        statement = self._statements[index]
        if statement in self.harmless:
            return
        if statement.changes:
            self._touch(self._sharing(statement.changes))
        if statement.calls:
            self._watch_calls(statement)

    def step(self, index: int) -> None:
        """The hook after every statement."""
        if self.cancel.wanted:
            raise Cancelled
        statement = self._statements[index]
        get = self.namespace.get
        slots = [Slot(name, get(name, MISSING)) for name in statement.binds]
        if statement.changes or self._touched or self._versions:
            slots += self._changed(statement)
        if self.graph_wanted:
            self._want_graphs(slots)
        self.slots += slots
        self.steps.append(Step(statement, slots))

    def _want_graphs(self, slots: list[Slot]) -> None:
        for slot in slots:
            value = slot.origin
            if slot.name in self.graph_wanted and isinstance(value, Tensor) and not value.requires_grad:
                value.requires_grad_(value.is_floating_point())

    def _watch_calls(self, statement: Statement) -> None:
        if all(_is_known(self.namespace.get(name)) for name in _callees(statement)):
            if not statement.changes:
                self.harmless.add(statement)
            return
        self._index()
        self._versions = [
            (slot, slot.origin._version) for group in self._by_storage.values() for slot in group
        ]
        self.save_all(slot for slot, _ in self._versions)

    def _changed(self, statement: Statement) -> list[Slot]:
        found = {slot.name for slot in self._touched}
        found.update(slot.name for slot, v in self._versions if slot.origin._version != v)
        if self._versions and not found and not statement.changes:
            self.harmless.add(statement)
        self._touched, self._versions = [], []
        names = [*statement.changes, *sorted(found)]
        fresh = [name for name in dict.fromkeys(names) if name not in statement.binds]
        return [Slot(name, self.namespace[name]) for name in fresh if name in self.namespace]

    def _touch(self, slots: list[Slot]) -> None:
        self.save_all(slots)
        self._touched += [s for s in slots if self.namespace.get(s.name) is s.origin]

    def save_all(self, slots: Iterable[Slot]) -> None:
        """Keep the values of slots that are about to change."""
        for slot in slots:
            slot.save()

    def forget_pending(self) -> None:
        """After a statement that raised: what it was about to change is not its write."""
        self._touched, self._versions = [], []

    def _sharing(self, names: Iterable[str]) -> list[Slot]:
        self._index()
        keys = {storage_of(tensor) for name in names for tensor in tensors_in(self.namespace.get(name))}
        return [slot for key in keys for slot in self._by_storage.get(key, ())]

    def _index(self) -> None:
        for slot in self.slots[self._indexed :]:
            if isinstance(slot.origin, Tensor):
                self._by_storage.setdefault(storage_of(slot.origin), []).append(slot)
        self._indexed = len(self.slots)


def storage_of(tensor: Tensor) -> int:
    """A number that tensors share exactly when they share memory; 0 for none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError):
        return 0


def tensors_in(value: Any) -> list[Tensor]:
    """The value if it is a tensor, the tensors directly inside it if it is a container."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [item for item in value if isinstance(item, Tensor)]
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, Tensor)]
    return []


def _callees(statement: Statement) -> set[str]:
    calls = [node for node in ast.walk(statement.node) if isinstance(node, ast.Call)]
    return {name for call in calls if (name := root_name(call.func))}


def _is_known(callee: Any) -> bool:
    """Whether calling it, or a method of it, changes nothing that its spelling does not show."""
    if callee is None or isinstance(callee, Tensor | str | int | float | list | tuple | dict):
        return True
    if isinstance(callee, ModuleType):
        return callee.__name__.partition(".")[0] in {"torch", "math", "numpy", "random"}
    if isinstance(callee, BuiltinFunctionType | type | torch.Generator):
        return True
    return getattr(callee, "__module__", "").partition(".")[0] in {"torch", "math"} and callable(callee)
