"""A namespace in which `params["W1"]` is a name: what the dictionary holds that is called `params`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..program.names import is_place, parts_of, word_of
from .inert import attributes_of, is_any

Namespace = dict[str, Any]


class _NoSuchItem(LookupError):
    """A dictionary has nothing under a key. A real KeyError would be taken for a name that is not bound."""


_NoSuchItem.__name__ = KeyError.__name__


class HeldNames(Namespace):
    """Names, and items of dictionaries by the names that they go by in the program's tree."""

    def __init__(self, names: Mapping[str, Any], held: tuple[str, ...]) -> None:
        """`held` are the items that the program's lines name."""
        super().__init__(names)
        self.held = held

    def __missing__(self, name: str) -> Any:
        if not is_place(name):
            raise KeyError(name)
        holder, step = self._holder(name)
        return _held(holder, step)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        return isinstance(name, str) and is_place(name) and self.get(name, _NOTHING) is not _NOTHING

    def get(self, name: str, default: Any = None) -> Any:
        """What a name stands for, if anything."""
        if not is_place(name):
            return super().get(name, default)
        root, steps = parts_of(name)
        value = super().get(root, _NOTHING)
        for step in steps:
            value = _seen(value, step)
        return default if value is _NOTHING else value

    def __setitem__(self, name: str, value: Any) -> None:
        if is_place(name):
            holder, step = self._holder(name)
            _put(holder, step, value)
        else:
            super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if is_place(name):
            holder, step = self._holder(name)
            _take(holder, step)
        else:
            super().__delitem__(name)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a name away."""
        if not is_place(name):
            return super().pop(name, *default)
        value = self.get(name, *default)
        if name in self:
            del self[name]
        return value

    def update(self, *others: Any, **named: Any) -> None:
        """Bind many names: those that hold others first."""
        for name, value in sorted(dict(*others, **named).items(), key=lambda item: is_place(item[0])):
            self[name] = value

    def _holder(self, name: str) -> tuple[Any, str]:
        root, steps = parts_of(name)
        if not super().__contains__(root):
            raise NameError(f"name '{root}' is not defined", name=root)
        holder = self[root]
        for step in steps[:-1]:
            holder = _held(holder, step)
        return holder, steps[-1]


def _held(holder: Any, step: str) -> Any:
    """What the program itself would find there."""
    if step.startswith("."):
        return getattr(holder, step[1:])
    try:
        return holder[_key(step)]
    except KeyError as error:
        raise _NoSuchItem(repr(_key(step))) from error


def _key(step: str) -> str | int:
    return word_of(step) if step.startswith('["') else int(step[1:-1])


def _put(holder: Any, step: str, value: Any) -> None:
    if step.startswith("."):
        setattr(holder, step[1:], value)
    else:
        holder[_key(step)] = value


def _take(holder: Any, step: str) -> None:
    if step.startswith("."):
        delattr(holder, step[1:])
    else:
        del holder[_key(step)]


def _seen(holder: Any, step: str) -> Any:
    """What is held there, found out without running a line of the program's."""
    if step.startswith("."):
        return (attributes_of(holder) or {}).get(step[1:], _NOTHING)
    key = _key(step)
    if isinstance(key, int):
        there = is_any(holder, (list, tuple)) and -len(holder) <= key < len(holder)
        return holder[key] if there else _NOTHING
    return holder[key] if isinstance(holder, Mapping) and key in holder else _NOTHING


_NOTHING: Any = object()


def held_values(namespace: Namespace) -> Namespace:
    """What dictionaries hold, by the names that the program's lines have for it."""
    if not isinstance(namespace, HeldNames):
        return {}
    return {name: namespace[name] for name in namespace.held if name in namespace}


def all_names(namespace: Namespace) -> Namespace:
    """What every name stands for, items of dictionaries among them where they are there."""
    return {**namespace, **held_values(namespace)}


class AsideNames(Namespace):
    """All names beside those of a namespace: what is bound here is put into nothing that holds others."""

    def __init__(self, names: Namespace) -> None:
        super().__init__(all_names(names))
        self._held = HeldNames(names, ())

    def __missing__(self, name: str) -> Any:
        return self._held[name]
