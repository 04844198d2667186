"""What any object is, found out without running a line of its class's code."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from torch import Tensor

from ..program.printable import printable

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_T = TypeVar("_T")
_own_name = vars(type)["__name__"].__get__
_own_bases = vars(type)["__mro__"].__get__
_own_names = vars(type)["__dict__"].__get__
_own_module = vars(type)["__module__"].__get__
_own_trace = vars(BaseException)["__traceback__"].__get__


def is_a(value: object, kind: type[_T]) -> TypeIs[_T]:
    """Whether the type of a value is a kind; `isinstance` asks the value's `__class__` as well."""
    return issubclass(type(value), kind)


def is_any(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether the type of a value is one of some kinds."""
    return issubclass(type(value), kinds)


def is_tensor(value: object) -> TypeIs[Tensor]:
    """Whether it is a tensor."""
    kind = type(value)
    return kind is Tensor or issubclass(kind, Tensor)


def number_of(value: object) -> int | float | complex | None:
    """A number as one of Python's own, whatever subclass it is of; None for what is none, and for a bool."""
    if is_a(value, bool):
        return None
    if is_a(value, int):
        return int.__int__(value)
    if is_a(value, float):
        return float.__float__(value)
    return complex.__complex__(value) if is_a(value, complex) else None


def is_given_name(name: object) -> bool:
    """Whether a key of a namespace is a name that a program gives: no other key, and none of Python's."""
    return type(name) is str and not name.startswith("__")


def name_of_class(kind: type) -> str:
    """The name of a class, as it may be shown."""
    return printable(_own_name(kind))


def name_of_type(value: object) -> str:
    """The name of a value's class."""
    return name_of_class(type(value))


def trace_of(error: BaseException) -> TracebackType | None:
    """Where an exception was raised."""
    trace: TracebackType | None = _own_trace(error)
    return trace


def bases_of(kind: type) -> tuple[type, ...]:
    """A class and what it inherits from, in order."""
    bases: tuple[type, ...] = _own_bases(kind)
    return bases


def names_of(kind: type) -> Mapping[str, Any]:
    """What a class itself binds, by name."""
    names: Mapping[str, Any] = _own_names(kind)
    return names


def in_class(kind: type, name: str) -> Any:
    """What a class binds to a name, or the first of its bases that does; None where none does."""
    return next((names_of(base)[name] for base in bases_of(kind) if name in names_of(base)), None)


def module_of(made: type | FunctionType) -> str:
    """The module that a class or a function says it comes from; nothing where what it says is no name."""
    try:
        module = made.__module__ if type(made) is FunctionType else _own_module(made)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


def name_of_module(module: ModuleType) -> str:
    """The name of a module; nothing where it has none."""
    name = (attributes_of(module) or {}).get("__name__")
    return name if type(name) is str else ""


def attributes_of(value: object) -> dict[str, Any] | None:
    """The dictionary of an object's attributes; None where it has none, or is that itself."""
    attributes = _attributes_of(value)
    return attributes if type(attributes) is dict else None


def is_its_attributes(value: object) -> bool:
    """Whether an object is the dictionary of its own attributes."""
    return is_a(value, dict) and _attributes_of(value) is value


def _attributes_of(value: object) -> Any:
    for base in bases_of(type(value)):
        held: Any = names_of(base).get("__dict__")
        if type(held) in (GetSetDescriptorType, MemberDescriptorType):
            return held.__get__(value)
    return None
