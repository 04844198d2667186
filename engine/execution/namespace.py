"""The world a program sees: its names, a few builtins that suit a program under observation."""

from __future__ import annotations

import builtins
import sys
from typing import Any, NoReturn

from ..program.program import Program
from ..tensors.aliasing import Namespace
from ..tensors.rng_state import GENERATORS, Generator
from .containers import WITHOUT


def fresh_namespace(program: Program) -> Namespace:
    """What a program starts with: `__name__` is `__main__`, so that guarded scripts run."""
    return {
        "__name__": "__main__",
        "__file__": program.filename,
        "__builtins__": _builtins(),
        "iteration": 0,
    }


def allow_imports_beside(program: Program) -> None:
    """Let the program import what lies in its own folder, as `python FILE` does."""
    if program.path is not None:
        folder = str(program.path.resolve().parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)


def generators_in(namespace: Namespace) -> list[Generator]:
    """The generators that the program has bound to names."""
    values = [value for value in namespace.values() if type(value) not in WITHOUT]
    return [value for value in values if isinstance(value, GENERATORS)]


def _builtins() -> dict[str, Any]:
    changed = {"input": _input, "exit": _exit, "quit": _exit, "breakpoint": _breakpoint}
    return {**vars(builtins), **changed}


def _input(prompt: object = "", /) -> NoReturn:
    raise EOFError("a program cannot read the keyboard here; bind the value in the setup")


def _exit(code: object = None, /) -> NoReturn:
    raise SystemExit(code)


def _breakpoint(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("a debugger cannot open here; step through the statements instead")
