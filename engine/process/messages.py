"""What goes down to the child beside commands, and comes up beside frames. Frozen and plain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from ..program.program import Program, Source
from ..program.reading import read, read_source


@dataclass(frozen=True)
class ProgramText:
    """A program as its text: the child reads it again, so that no tree has to cross."""

    text: str
    name: str
    path: Path | None
    source: Source | None
    """The file as it was when it was read."""
    choice: int
    gradient: str

    def program(self) -> Program:
        """The program of this text; that of one text is read once."""
        return _program_of(self)


@lru_cache(maxsize=1)
def _program_of(it: ProgramText) -> Program:
    if it.source is not None and it.source.text == it.text:
        return read_source(it.source, it.name, it.path, choice=it.choice, gradient=it.gradient)
    program = read(it.text, it.name, it.path, choice=it.choice, gradient=it.gradient)
    return replace(program, source=it.source)


def text_of(program: Program) -> ProgramText:
    """What a program can be read from again."""
    found = program.found
    choice = found.choice if found is not None else 0
    pattern = program.naming.pattern
    return ProgramText(program.text, program.name, program.path, program.source, choice, pattern)


@dataclass(frozen=True)
class Open:
    """Step a program: from now on commands go down and frames come up."""

    text: ProgramText
    seed: int
    handled: int = 0
    """What frames count commands from."""


@dataclass(frozen=True)
class Cancel:
    """Stop what runs, between two statements."""


@dataclass(frozen=True)
class Stop:
    """End in order."""


@dataclass(frozen=True)
class Passed:
    """So many iterations are complete; more is asked for already, and no frame is made."""

    iterations: int


@runtime_checkable
class Task(Protocol):
    """Something to be done apart with a program, once; what it gives goes up."""

    @property
    def text(self) -> ProgramText: ...

    def done(self) -> object:
        """Do it."""
