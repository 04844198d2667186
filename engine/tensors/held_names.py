"""A namespace in which `params["W1"]` is a name: what the dictionary holds that is called `params`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..program.names import is_place, parts_of

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
        holder, key = self._holder(name)
        return _held(holder, key)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        return isinstance(name, str) and is_place(name) and self.get(name, self) is not self

    def get(self, name: str, default: Any = None) -> Any:
        """What a name stands for, if anything."""
        if not is_place(name):
            return super().get(name, default)
        root, keys = parts_of(name)
        value = super().get(root)
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                return default
            value = value[key]
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        if is_place(name):
            holder, key = self._holder(name)
            holder[key] = value
        else:
            super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if is_place(name):
            holder, key = self._holder(name)
            del holder[key]
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
        root, keys = parts_of(name)
        if not super().__contains__(root):
            raise NameError(f"name '{root}' is not defined", name=root)
        holder = self[root]
        for key in keys[:-1]:
            holder = _held(holder, key)
        return holder, keys[-1]


def _held(holder: Any, key: str) -> Any:
    try:
        return holder[key]
    except KeyError as error:
        raise _NoSuchItem(repr(key)) from error


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
