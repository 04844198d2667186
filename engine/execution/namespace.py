"""The world a program sees: its names, a few builtins that suit a program under observation."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from ..program.names import is_place
from ..program.program import Program
from ..tensors.aliasing import Namespace
from ..tensors.held_names import HeldNames
from ..tensors.inert import is_any
from ..tensors.rng_state import GENERATORS, Generator
from .called_function import CALLS
from .containers import WITHOUT
from .holders import MAIN
from .leaving import LEAVES
from .stand_in_modules import Nothing


def fresh_namespace(program: Program) -> Namespace:
    """What a program starts with: `__name__` is `__main__`, so that guarded scripts run."""
    namespace: Namespace = {"__name__": MAIN, "__file__": program.filename, "__builtins__": _builtins()}
    namespace.update(LEAVES | CALLS if program.found is not None else {"iteration": 0})
    held = dict.fromkeys((*program.held.all, *(tensor for tensor, _ in program.naming.exceptions)))
    return HeldNames(namespace, tuple(filter(is_place, held))) if program.held.all else namespace


def allow_imports_beside(program: Program) -> None:
    """Let the program import what lies in its own folder, as `python FILE` does."""
    if program.path is not None:
        folder = str(program.path.resolve().parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)


@contextmanager
def no_arguments(program: Program) -> Iterator[None]:
    """While inside, the command line is the file's name alone: what is parsed has its defaults."""
    before = sys.argv
    sys.argv = [program.filename]
    try:
        yield
    finally:
        sys.argv = before


def modules_beside(program: Program) -> frozenset[str]:
    """The names of the modules that are the program's own: itself, and those imported from its folder."""
    if program.path is None:
        return frozenset({MAIN})
    folder = os.path.join(program.path.resolve().parent, "")
    files = {name: getattr(module, "__file__", None) for name, module in [*sys.modules.items()]}
    return frozenset({MAIN}.union(name for name, file in files.items() if file and _is_beside(file, folder)))


def files_beside(program: Program) -> tuple[str, ...]:
    """The files of the modules that were imported from the program's folder."""
    return tuple(
        str(file)
        for name in sorted(modules_beside(program))
        if name != MAIN and (file := getattr(sys.modules.get(name), "__file__", None))
    )


def forget_modules(program: Program) -> None:
    """What is imported from the program's folder is read anew the next time.

    Its bytecode goes, too: Python would take it for an edit of the same second and the same length.
    """
    files = files_beside(program)
    for name in modules_beside(program) - {MAIN}:
        del sys.modules[name]
    for file in files:
        with suppress(OSError, NotImplementedError):
            os.unlink(importlib.util.cache_from_source(file))
    importlib.invalidate_caches()


def _is_beside(file: str, folder: str) -> bool:
    """Whether a module lies in a folder and is neither installed there nor a part of ourselves."""
    if not file.startswith(folder):  # so it is for nearly all of some thousand modules
        return False
    path = Path(file)
    return _OURSELVES not in path.parents and _INSTALLED.isdisjoint(path.parts)


_OURSELVES = Path(__file__).resolve().parents[2]
_INSTALLED = frozenset({"site-packages", "dist-packages", "lib", "lib64"})


def generators_in(namespace: Namespace) -> list[Generator]:
    """The generators that the program has bound to names."""
    values = [value for value in namespace.values() if type(value) not in WITHOUT]
    return [value for value in values if is_any(value, GENERATORS)]


def _builtins() -> dict[str, Any]:
    changed = {"input": _input, "exit": _exit, "quit": _exit, "breakpoint": _breakpoint}
    of_notebooks = {"display": print, "get_ipython": Nothing}
    return {**vars(builtins), **of_notebooks, **changed}


def _input(prompt: object = "", /) -> NoReturn:
    raise EOFError("a program cannot read the keyboard here; bind the value in the setup")


def _exit(code: object = None, /) -> NoReturn:
    raise SystemExit(code)


def _breakpoint(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("a debugger cannot open here; step through the statements instead")
