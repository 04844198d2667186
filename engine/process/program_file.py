"""A program's file and the modules beside it, looked at again and again while the program is stepped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ..debugger.wire.commands import Reload
from ..debugger.wire.frame import FileState
from ..program.library import program_of
from ..program.program import Program, ProgramError
from ..program.program_text import text_of
from ..program.reading import same_place

_GRANULE = 2_000_000_000
"""Nanoseconds within which a file may be written once more and show no later time."""


class _Seen(NamedTuple):
    """What a file was like when it was looked at."""

    inode: int
    size: int
    written: int
    settled: bool
    """Whether another text would show another time."""

    def is_like(self, other: _Seen | None) -> bool:
        """Whether nothing speaks for another text."""
        return other is not None and self[:3] == other[:3]


class ProgramFile:
    """The newest text of the file, and what stands in the way of a newer one."""

    def __init__(self, program: Program, gradient: str = "") -> None:
        """`gradient` says how gradients are named, where somebody said so."""
        self.path = program.path if program.source is not None else None
        """None of a program that comes with the package."""
        self.texts = [program]
        """All that were read, by their numbers."""
        self.problem = ""
        """Why the file says nothing that can be stepped now; with the line."""
        self._gradient = gradient
        self._data = program.source.data if program.source is not None else b""
        self._seen: _Seen | None = None
        self._modules: dict[str, tuple[_Seen, bytes]] = {}

    @property
    def newest(self) -> Program:
        """The last text that was a program."""
        return self.texts[-1]

    def look(self) -> Program | None:
        """Look at the file, and say in `problem` what there is to say; another text, if there is one now."""
        if self.path is None or _is_still(seen := _seen(self.path), self._seen):
            return None
        self._seen, program = seen, None
        try:
            data = self.path.read_bytes()
            if data != self._data or self.problem:
                program = self._read(self.path, data)
            self.problem, self._data = "", data
        except OSError:
            self.problem = f"{self.path.name} is gone; what is stepped is its last text"
        except ProgramError as error:
            self.problem = _words(error)
        return program

    def has_seen(self, path: Path) -> bool:
        """Whether a file is the one that was looked at last, and has not changed since."""
        now = _seen(path)
        return path == self.path and (now.is_like(self._seen) if now is not None else self._seen is None)

    def take(self, program: Program) -> None:
        """Somebody has read the file already."""
        self.texts.append(program)
        self.problem, self._data = "", program.source.data if program.source is not None else b""

    def beside(self, state: FileState, *, runs: bool) -> FileState:
        """What the screen is told of the file, with what only its reader knows.

        A process that `runs` says itself whether what it shows is the newest text.
        """
        program = self.texts[state.number]
        late = bool(self.problem) or state.behind or not (runs or program is self.newest)
        return replace(state, problem=self.problem, program=program, behind=late)

    def numbered_anew(self, state: FileState, iterations: int) -> list[Reload]:
        """What a fresh process, which begins with text 0, is told so that iterations are what they were."""
        kept = [(first, self.texts[number]) for first, number in state.versions if first <= iterations]
        if not iterations:
            kept = [(0, self.newest)]
        elif kept[-1][1] is not self.newest:
            last = iterations - 1  # it is the one that will be on the screen
            kept = [*(one for one in kept if one[0] < last), (last, self.newest)]
        self.texts = [program for _, program in kept]
        return [Reload(text_of(one), at, first) for at, (first, one) in enumerate(kept) if at]

    def changed_modules(self, files: Iterable[str]) -> list[str]:
        """The names of those files that hold other bytes than when they were looked at last."""
        changed = []
        for file in files:
            path, (seen, data) = Path(file), self._modules.get(file, (None, None))
            now = _seen(path)
            if now is None or _is_still(now, seen):
                continue
            text = path.read_bytes()
            self._modules[file] = now, text
            if data is not None and text != data:
                changed.append(path.name)
        return changed

    def _read(self, path: Path, data: bytes) -> Program:
        """The program that the bytes are, with its iteration where it was."""

        def read(choice: int) -> Program:
            return program_of(path, data, choice=choice, gradient=self._gradient)

        program = _first_of(read, self.newest.choice)
        return same_place(self.newest, program, read)


def _first_of(read: Callable[[int], Program], choice: int) -> Program:
    """The program with this choice, or the first where there are not so many any more."""
    try:
        return read(choice)
    except ProgramError:
        if not choice:
            raise
    return read(0)


def _seen(path: Path) -> _Seen | None:
    try:
        status = path.stat()
    except OSError:
        return None
    settled = time.time_ns() - status.st_mtime_ns > _GRANULE
    return _Seen(status.st_ino, status.st_size, status.st_mtime_ns, settled)


def _is_still(now: _Seen | None, then: _Seen | None) -> bool:
    """Whether a file has to hold what it held then."""
    return now is not None and then is not None and then.settled and now.is_like(then)


def _words(error: ProgramError) -> str:
    where = f"line {error.line}: " if error.line else ""
    return ". ".join(filter(None, (f"{where}{error.message}", error.hint)))
