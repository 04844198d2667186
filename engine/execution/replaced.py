"""What a program has put in the place of what everybody shares: torch's functions, Python's modules, a mode.

Where we break and no line of the program's raised it, this is why.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import functools
import inspect
import io
import os
import pickle
import re
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import numpy
import torch
from torch.overrides import _get_current_function_mode_stack
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack

from ..program.program import Program
from ..tensors.inert import bases_of, is_a, name_of_type

_SHARED = {thing.__name__: thing for thing in (
    builtins, sys, os, io, ast, re, copy, time, contextlib, functools, inspect, pickle, threading, warnings,
    weakref, numpy, numpy.random, torch, torch.autograd, torch.linalg, torch.nn.functional, torch.Tensor,
)}  # fmt: skip


def _held(thing: Any) -> dict[str, Any]:
    """What a module binds, or a class and its bases."""
    places = reversed(bases_of(thing)) if is_a(thing, type) else (thing,)
    return {key: value for place in places for key, value in vars(place).items()}


def _is_used(value: Any) -> bool:
    return callable(value) or hasattr(type(value), "__get__")


_BEFORE: Mapping[str, Mapping[str, Any]] = {
    name: {key: value for key, value in _held(thing).items() if _is_used(value)}
    for name, thing in _SHARED.items()
}
_GONE = object()


def replaced(program: Program) -> tuple[str, int] | None:
    """What is no more as it was, in words, and the program's first line that names it; None if nothing."""
    for words, key in _changes():
        named = re.compile(rf"\b{re.escape(key)}\b").search
        line = next((number for number, text in enumerate(program.lines, 1) if named(text)), None)
        if line is not None:
            return words, line
    return None


def _changes() -> Iterator[tuple[str, str]]:
    modes = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    for mode in (*modes, *_get_current_dispatch_mode_stack()):
        yield f"the mode {name_of_type(mode)} stays entered", name_of_type(mode)
    for name, before in _BEFORE.items():
        now = _held(_SHARED[name])
        for key, value in before.items():
            if now.get(key, _GONE) is not value:
                yield f"the program puts something else in the place of `{name}.{key}`", key
    if type(torch).__name__ != "module":
        yield "the program gives torch another class", "torch"
