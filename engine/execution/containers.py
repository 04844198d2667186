"""What containers and objects of a program hold: kept when an iteration starts, put back if it fails."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy
import torch
from torch import Tensor

from .steps import Slot

_PLAIN = (str, bytes, int, float, complex, type(None), type, ModuleType)
WITHOUT = frozenset({*_PLAIN, Tensor, bool})
"""What most names are bound to: nothing to keep."""
_SIMPLE = frozenset({*_PLAIN, bool})
"""What parts of containers mostly are."""
_CONTAINERS = (list, dict, set, tuple, defaultdict, OrderedDict, Counter, deque)
_LARGEST = 100_000
"""Containers with more elements are left as they are: a data set, not a state."""
_SEARCHED = 64
"""Containers with more elements are not searched for others inside."""


class Contents:
    """Shallow copies of lists, dictionaries, sets and objects, and slots for the tensors inside."""

    def __init__(self, values: Iterable[Any], classes: Iterable[type] = ()) -> None:
        self.slots: list[Slot] = []
        self.classes = [(kind, dict(vars(kind))) for kind in classes]
        """Classes of the program's and the attributes that they had."""
        self._seen: set[int] = set()
        self._copies: list[tuple[Any, Any]] = []
        for value in values:
            if type(value) not in WITHOUT:
                self._keep(value, 4)

    def held(self) -> dict[int, Any]:
        """By the id of every container (of an object: of its attributes), what it held."""
        return {id(container): copy for container, copy in self._copies}

    def put_back(self) -> None:
        """Let every container hold again what it held, its tensors with their values."""
        for container, copy in self._copies:
            if isinstance(container, list | numpy.ndarray):
                container[:] = copy
            elif isinstance(container, deque):
                container.clear()
                container.extend(copy)
            else:
                container.clear()
                container.update(copy)
        for slot in self.slots:
            slot.put_back()
        for kind, attributes in self.classes:
            put_attributes_back(kind, attributes)

    def _keep(self, value: Any, depth: int) -> None:
        if isinstance(value, _PLAIN) or id(value) in self._seen or depth == 0:
            return
        self._seen.add(id(value))
        if isinstance(value, Tensor):
            self.slots.append(Slot("", value))
        elif type(value) in _CONTAINERS:
            self._keep_container(value, depth)
        elif isinstance(value, numpy.ndarray):
            self._copies.append((value, value.copy()))
        elif isinstance(value, FunctionType):
            self._keep_container(remembered(value), depth)
        elif isinstance(value, MethodType | BuiltinFunctionType):
            self._keep(value.__self__, depth - 1)
        elif _is_the_programs(value):
            self._keep_container(vars(value), depth)

    def _keep_container(self, value: Any, depth: int) -> None:
        if len(value) > _LARGEST:
            return
        if not isinstance(value, tuple):
            self._copies.append((value, value.copy()))
        if len(value) <= _SEARCHED:
            parts = list(value.values()) if isinstance(value, dict) else value
            if not _SIMPLE.issuperset(map(type, parts)):
                for part in list(parts):
                    self._keep(part, depth - 1)


def is_class_of_program(value: object) -> bool:
    """Whether it is a class that the program defines."""
    return isinstance(value, type) and value.__module__ == "__main__"


def put_attributes_back(kind: type, attributes: Mapping[str, object]) -> None:
    """Let a class have the attributes that it had."""
    for name in [name for name in vars(kind) if name not in attributes]:
        delattr(kind, name)
    for name, value in attributes.items():
        if vars(kind).get(name) is not value:
            setattr(kind, name, value)


def remembered(function: FunctionType) -> tuple[Any, ...]:
    """What a function of the program's holds: the values in its closure and of its defaults."""
    if function.__module__ != "__main__":
        return ()
    held: list[Any] = [*(function.__defaults__ or ())]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # still empty
            held.append(cell.cell_contents)
    return tuple(held)


def _is_the_programs(value: Any) -> bool:
    """Whether an object's attributes are the program's own: its class, or a module or optimizer of torch."""
    known = isinstance(value, torch.nn.Module | torch.optim.Optimizer | SimpleNamespace)
    return known or (type(value).__module__ == "__main__" and hasattr(value, "__dict__"))
