"""What is no tensor, in a few words. They run no code of the program's."""

from __future__ import annotations

from collections import deque
from types import BuiltinFunctionType, FunctionType
from typing import Any

from numpy import ndarray

from ...tensors.inert import is_a, is_any, name_of_class, name_of_type

_LONGEST = 40
_WRITTEN: tuple[type, ...] = (bool, int, float, complex, str)
_SIZED: tuple[type, ...] = (list, tuple, dict, set, frozenset, deque, bytes, bytearray, ndarray)


def words_of(value: Any) -> str:
    """`0.1`, `'adam'`, `list of 3`, the name of a function or a class; else that of the type."""
    if value is None or value is Ellipsis:
        return "None" if value is None else "…"
    for kind in _WRITTEN:
        if is_a(value, kind):
            return _written(kind, value)
    if is_a(value, type):
        return name_of_class(value)
    if is_any(value, (FunctionType, BuiltinFunctionType)):
        return str.__str__(value.__name__)
    return next(
        (f"{name_of_type(value)} of {_size(k, value)}" for k in _SIZED if is_a(value, k)), name_of_type(value)
    )


def _written(kind: Any, value: Any) -> str:
    """A number or a text as its plain kind writes it."""
    try:
        text: str = kind.__repr__(value)
    except ValueError:  # Python writes no number of more than some thousand digits
        return f"{name_of_type(value)} of {int.bit_length(value)} bits"
    return text[:_LONGEST]


def _size(kind: Any, value: Any) -> int:
    size: int = kind.__len__(value)
    return size
