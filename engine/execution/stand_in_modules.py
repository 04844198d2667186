"""Modules that draw plots or progress, where they are not installed: they take everything and do nothing."""

from __future__ import annotations

import dis
import os
import sys
from collections.abc import Iterable, Iterator, Sequence, Sized
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from ..program.program import Program
from .holders import MAIN

_NAMES = frozenset({"matplotlib", "seaborn", "plotly", "tqdm", "wandb", "IPython", "ipywidgets"})
_UNPACK = dis.opmap["UNPACK_SEQUENCE"]


def allow_without_plots(program: Program) -> None:
    """Let a program import what draws plots or progress, installed or not; no window is opened."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    sys.meta_path.append(_Finder(program.path.resolve().parent if program.path is not None else None))


def modules_stood_in_for() -> tuple[str, ...]:
    """The names of the modules that a program has asked for and that are not installed."""
    names = {name.partition(".")[0] for name, module in [*sys.modules.items()] if type(module) is _Module}
    return tuple(sorted(names))


class _Finder(MetaPathFinder):
    """Asked last, for what nothing else has found; of importers only the program's own code is served."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A stand-in for a module that is not there."""
        if fullname.partition(".")[0] not in _NAMES or not self._is_own(_importer()):
            return None
        return ModuleSpec(fullname, _Loader(), is_package=True)

    def _is_own(self, frame: FrameType | None) -> bool:
        if frame is None:
            return False
        file = Path(str(frame.f_globals.get("__file__", "")))
        return frame.f_globals.get("__name__") == MAIN or file.parent == self.folder


def _importer() -> FrameType | None:
    """The frame of the code that imports."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame


class _Loader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


class _Module(ModuleType):
    """A module in which every name stands for something that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__.partition(".")[0] != "tqdm":
            return Nothing()
        return {"tqdm": Bar, "trange": _bar_over_range, "tqdm_notebook": Bar}.get(name, Nothing())


class Nothing:
    """Takes every call, attribute and index, gives itself, and is as many as somebody wants to unpack."""

    def __call__(self, *_: Any, **__: Any) -> Nothing:
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        """Nothing is kept."""

    def __getitem__(self, _: Any) -> Nothing:
        return self

    def __setitem__(self, _: Any, __: Any) -> None:
        """Nothing is kept."""

    def __iter__(self) -> Iterator[Nothing]:
        return iter([self] * _unpacked(sys._getframe(1)))

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""


def _unpacked(frame: FrameType) -> int:
    """How many values the code that asks unpacks: `fig, ax = plt.subplots()`; none where it goes through."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at + 1] if code[at] == _UNPACK else 0


class Bar:
    """Stands for a progress bar: goes through what it is given, and draws nothing."""

    def __init__(self, iterable: Iterable[Any] | None = None, *_: Any, **__: Any) -> None:
        self.iterable = iterable if iterable is not None else ()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable) if isinstance(self.iterable, Sized) else 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was drawn."""

    @staticmethod
    def write(text: str, *_: Any, **__: Any) -> None:
        """Print a line, as tqdm does between two states of a bar."""
        print(text)


def _bar_over_range(*args: int, **_: Any) -> Bar:
    return Bar(range(*args))
