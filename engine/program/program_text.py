"""A program as its text, which can cross to another process, and be kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .program import Program, Source
from .reading import read, read_source


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
