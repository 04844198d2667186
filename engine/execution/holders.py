"""What can hold a program's values: how each kind is kept, looked into, copied and put back."""

from __future__ import annotations

import functools
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import (
    BuiltinFunctionType,
    CellType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any, NamedTuple

import numpy
from torch import Tensor

from ..tensors.inert import attributes_of, bases_of, is_a, is_given_name, module_of, name_of_module, names_of
from .given_again import GivenAgain

PLAIN = frozenset({str, bytes, int, float, complex, bool, type(None), type(Ellipsis), range, object})
"""The types of values that neither change nor hold any that does."""
_FOREIGN = frozenset(
    {"_thread", "asyncio", "concurrent", "io", "logging", "multiprocessing", "queue", "socket"}
    | {"subprocess", "threading", "weakref"}
)
"""Modules whose objects are bound to the world outside: putting their attributes back would break them."""
MAIN = "__main__"
"""The name of the program's module."""
Own = Container[str]
"""The names of the modules that are the program's own: itself and those that lie beside it."""


@dataclass(frozen=True, eq=False)
class Kind:
    """One way of holding values; `contents` is what is kept of a thing that holds some.

    `mapped` makes new contents with every value replaced, `put` gives contents to a thing of the kind.
    """

    contents: Callable[[Any], Any]
    inside: Callable[[Any], Iterable[Any]]
    mapped: Callable[[Any, Callable[[Any], Any]], Any]
    put: Callable[[Any, Any], None]


class Holder(NamedTuple):
    """A thing that holds values, and how."""

    thing: Any
    kind: Kind


def _put_in_sequence(thing: Any, contents: Iterable[Any]) -> None:
    if is_a(thing, list):
        list.__setitem__(thing, slice(None), contents)
    elif is_a(thing, deque):
        deque.clear(thing)
        deque.extend(thing, contents)
    else:
        thing[:] = contents


def _put_in_set(thing: set[Any], contents: set[Any]) -> None:
    set.clear(thing)
    set.update(thing, contents)


def _put_in_dict(thing: dict[Any, Any], contents: Mapping[Any, Any]) -> None:
    base = OrderedDict if is_a(thing, OrderedDict) else dict
    base.clear(thing)
    for key, value in contents.items():
        base.__setitem__(thing, key, value)


def _mapped_dict(contents: Mapping[Any, Any], to: Callable[[Any], Any]) -> dict[Any, Any]:
    return {key if type(key) in PLAIN else to(key): to(value) for key, value in contents.items()}


def _inside_dict(contents: Mapping[Any, Any]) -> Iterable[Any]:
    return [*contents.values(), *(key for key in contents if type(key) not in PLAIN)]


def _put_in_array(thing: Any, contents: Any) -> None:
    thing[...] = contents


def _cell_contents(cell: CellType) -> tuple[Any, ...]:
    with suppress(ValueError):  # still empty
        return (cell.cell_contents,)
    return ()


def _put_in_cell(cell: CellType, contents: tuple[Any, ...]) -> None:
    if contents:
        cell.cell_contents = contents[0]
    elif _cell_contents(cell):
        del cell.cell_contents


def _put_in_class(kind: type, contents: Mapping[str, Any]) -> None:
    for name in _named(names_of(kind)).keys() - contents.keys():
        type.__delattr__(kind, name)
    for name, value in contents.items():
        if names_of(kind).get(name) is not value:
            type.__setattr__(kind, name, value)


def _put_in_module(names: dict[str, Any], contents: Mapping[str, Any]) -> None:
    for name in _named(names).keys() - contents.keys():
        del names[name]
    names.update(contents)


def _named(names: Mapping[str, Any]) -> dict[str, Any]:
    """Without the names that are Python's."""
    return {name: value for name, value in names.items() if is_given_name(name)}


def _slots(thing: Any) -> dict[str, Any]:
    held = {}
    for name, slot in _slots_of(type(thing)).items():
        with suppress(AttributeError):  # still empty
            held[name] = slot.__get__(thing)
    return held


def _slots_of(kind: type) -> dict[str, MemberDescriptorType]:
    bases = [names_of(base) for base in reversed(bases_of(kind)) if "__slots__" in names_of(base)]
    every = (pair for base in bases for pair in base.items())
    return {name: one for name, one in every if type(one) is MemberDescriptorType}


def _put_in_slots(thing: Any, contents: Mapping[str, Any]) -> None:
    """By the slots themselves: a class that is frozen, or not written in Python, may refuse all else."""
    slots = _slots_of(type(thing))
    for name in _slots(thing).keys() - contents.keys():
        slots[name].__delete__(thing)
    for name, value in contents.items():
        slots[name].__set__(thing, value)


SEQUENCE = Kind(list, iter, lambda contents, to: [*map(to, contents)], _put_in_sequence)
SET = Kind(set, iter, lambda contents, to: {*map(to, contents)}, _put_in_set)
DICT = Kind(dict, _inside_dict, _mapped_dict, _put_in_dict)
NUMBERS = Kind(lambda thing: thing[:], lambda _: (), lambda contents, _: contents, _put_in_sequence)
ARRAY = Kind(lambda thing: thing.copy(), lambda _: (), lambda contents, _: contents, _put_in_array)
CELL = Kind(_cell_contents, iter, lambda contents, to: tuple(map(to, contents)), _put_in_cell)
SLOTS = Kind(_slots, _inside_dict, _mapped_dict, _put_in_slots)
CLASS = Kind(lambda kind: _named(names_of(kind)), _inside_dict, _mapped_dict, _put_in_class)
MODULE = Kind(_named, _inside_dict, _mapped_dict, _put_in_module)
ITERATOR = Kind(lambda it: it.at, lambda _: (), lambda at, _: at, GivenAgain.go_back)
CONTAINERS = (SEQUENCE, SET, DICT)
ONE_OF_A_KIND = (CLASS, MODULE)
"""What a program has once, so that nobody works on a copy of it."""
_KINDS: Mapping[type, Kind] = {
    list: SEQUENCE,
    deque: SEQUENCE,
    dict: DICT,
    set: SET,
    numpy.ndarray: ARRAY,
    bytearray: NUMBERS,
    array: NUMBERS,
    CellType: CELL,
    GivenAgain: ITERATOR,
}
_BARE = frozenset({list, dict, set, tuple, CellType, GivenAgain, MethodType, BuiltinFunctionType})
"""Types without attributes of a program's."""


def holders_of(value: Any, own: Own) -> list[Holder]:
    """The ways in which a value itself holds others: as a container, by attributes, in slots."""
    its_type = type(value)
    if its_type is FunctionType:
        return _holders_of_function(value, own)
    if is_a(value, ModuleType):
        its_own = name_of_module(value) in own and name_of_module(value) != MAIN
        return [Holder(attributes_of(value), MODULE)] if its_own else []
    if is_a(value, type):
        return [Holder(value, CLASS)] if module_of(value) in own and not issubclass(value, Enum) else []
    kind = next((_KINDS[base] for base in bases_of(its_type) if base in _KINDS), None)
    holders = [] if kind is None else [Holder(value, kind)]
    return holders if its_type in _BARE else holders + _holders_of_object(value)


def _holders_of_function(function: FunctionType, own: Own) -> list[Holder]:
    if module_of(function) not in own:
        return []
    holders = [Holder(cell, CELL) for cell in function.__closure__ or ()]
    holders.append(Holder(vars(function), DICT))
    if module_of(function) != MAIN:
        holders.append(Holder(function.__globals__, MODULE))
    return holders


def _holders_of_object(value: Any) -> list[Holder]:
    attributes = attributes_of(value)
    if type(value) is Tensor:
        return [Holder(attributes, DICT)] if attributes else []
    if module_of(type(value)).partition(".")[0] in _FOREIGN:
        return []
    holders = [] if attributes is None or attributes is value else [Holder(attributes, DICT)]
    return [*holders, Holder(value, SLOTS)] if _slots_of(type(value)) else holders


def inside(value: Any, own: Own) -> Iterable[Any]:
    """What a value leads to without holding it in a way that could change."""
    looked_into = _INSIDE.get(type(value))
    if looked_into is not None:
        return looked_into(value)
    if is_a(value, tuple):
        return tuple.__iter__(value)
    return [base for base in bases_of(type(value)) if module_of(base) in own]


def _defaults(function: FunctionType) -> Iterable[Any]:
    return [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


_INSIDE: Mapping[type, Callable[[Any], Iterable[Any]]] = {
    Tensor: lambda _: (),
    ModuleType: lambda _: (),
    list: lambda _: (),
    dict: lambda _: (),
    tuple: iter,
    frozenset: iter,
    FunctionType: _defaults,
    MethodType: lambda method: (method.__self__, method.__func__),
    BuiltinFunctionType: lambda method: (method.__self__,),
    MethodWrapperType: lambda method: (method.__self__,),
    functools.partial: lambda part: (part.func, *part.args, *part.keywords.values()),
    staticmethod: lambda method: (method.__func__,),
    classmethod: lambda method: (method.__func__,),
    property: lambda made: (made.fget, made.fset),
}


def made_again(value: Any, parts: list[Any]) -> Any:
    """A tuple, named or not, or a frozen set of the same kind with other parts."""
    base = frozenset if is_a(value, frozenset) else tuple
    try:
        return base.__new__(type(value), parts)
    except TypeError:  # what torch.max gives lets nobody else make it
        return type(value)(parts)
