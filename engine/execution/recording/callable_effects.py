"""Whether calling something of a program's may change tensors in place: read from its bytecode."""

from __future__ import annotations

import dis
import functools
from collections.abc import Iterable
from itertools import islice
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from torch import Tensor

from ...program.torch_operations import CHANGING_ARGUMENTS, changes_in_place
from ...tensors.inert import attributes_of, bases_of, is_a, is_any, module_of, name_of_module, names_of

_TELLING = frozenset(
    {"torch", "math", "numpy", "random", "builtins", "collections", "itertools", "functools"}
)
"""Modules whose functions change tensors only where the call's own spelling says so."""
_CHANGES_NOTHING = (Tensor, str, bytes, int, float, complex, type(None))
"""The types of what is not called."""
_LOOKED_AT = 64
"""How many elements of a container are looked at."""


def may_change(value: Any, seen: set[int] | None = None) -> bool:
    """Whether calling `value`, or what it holds, may change any tensor in place.

    True in doubt. A function may where its code, or that of a function it refers to, stores into
    something, has an augmented assignment, or calls a method that ends in an underscore.
    """
    seen = set() if seen is None else seen
    if is_any(value, _CHANGES_NOTHING) or id(value) in seen:
        return False
    seen.add(id(value))
    if is_a(value, FunctionType):
        return not _is_quiet(value) and _function_may(value, seen)
    if is_a(value, MethodType):
        return any(may_change(part, seen) for part in (value.__func__, value.__self__))
    if is_a(value, functools.partial):
        return any(may_change(part, seen) for part in (value.func, *value.args))
    if is_any(value, (list, tuple, set, dict)):
        parts: Iterable[Any] = dict.values(value) if is_a(value, dict) else value
        return any(may_change(part, seen) for part in islice(parts, _LOOKED_AT))
    return _other_may(value, seen)


def _other_may(value: Any, seen: set[int]) -> bool:
    if is_a(value, BuiltinFunctionType):
        return False
    if is_a(value, ModuleType):
        if name_of_module(value).partition(".")[0] in _TELLING:
            return False
        return any(may_change(part, seen) for part in (attributes_of(value) or {}).values() if callable(part))
    kind = value if is_a(value, type) else type(value)
    if module_of(kind).startswith("torch.optim"):
        return True
    held = () if is_a(value, type) else (attributes_of(value) or {}).values()
    return _class_may(kind, seen) or any(may_change(part, seen) for part in held)


def _class_may(kind: type, seen: set[int]) -> bool:
    parts = [part for base in bases_of(kind) if not _is_quiet(base) for part in names_of(base).values()]
    return any(may_change(part, seen) for part in parts if is_a(part, FunctionType))


def _is_quiet(thing: type | FunctionType) -> bool:
    return module_of(thing).partition(".")[0] in _TELLING


def _function_may(function: FunctionType, seen: set[int]) -> bool:
    if _code_changes(function.__code__):
        return True
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    names = _names_in(function.__code__)
    globals_read = [function.__globals__[name] for name in names if name in function.__globals__]
    return any(may_change(part, seen) for part in (*cells, *globals_read))


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _codes(code: CodeType) -> list[CodeType]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return [code, *(code for function in inner for code in _codes(function))]


def _names_in(code: CodeType) -> set[str]:
    return {name for part in _codes(code) for name in part.co_names}


def _code_changes(code: CodeType) -> bool:
    if any(map(changes_in_place, _names_in(code))):
        return True
    parts = _codes(code)
    tuples = [const for part in parts for const in part.co_consts if isinstance(const, tuple)]
    if any(not CHANGING_ARGUMENTS.isdisjoint(keywords) for keywords in tuples):
        return True
    return any(_stores(step) for part in parts for step in dis.get_instructions(part))


def _stores(step: dis.Instruction) -> bool:
    if step.opname in ("STORE_SUBSCR", "STORE_SLICE"):
        return True
    if step.opname == "STORE_ATTR":
        return bool(step.argval == "data")
    return step.opname == "BINARY_OP" and step.argrepr.endswith("=")
