"""A program as its text, which can be read again, and as it crosses to another process."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from pickle import HIGHEST_PROTOCOL, dumps, loads

from msgspec import structs

from .depth import as_deep_as_python
from .program import Program, Source
from .reading import read, read_source


@dataclass(frozen=True)
class ProgramText:
    """A program as its text, and as it was read: finding what is in it takes longer than sending that."""

    text: str
    name: str
    path: Path | None
    source: Source | None
    """The file as it was when it was read."""
    choice: int
    gradient: str
    as_read: bytes | None = field(default=None, init=False, compare=False, repr=False)
    """The program itself, pickled. None in a copy with another field, which is to be read, and where it is
    nested too deeply to be pickled."""

    def program(self) -> Program:
        """The program of this text; that of one text is made once."""
        return _program_of(self)


@lru_cache(maxsize=1)
def _program_of(it: ProgramText) -> Program:
    if it.as_read is not None:
        program: Program = loads(it.as_read)
        return program
    if it.source is not None and it.source.text == it.text:
        return read_source(it.source, it.name, it.path, choice=it.choice, gradient=it.gradient)
    read_again = read(it.text, it.name, it.path, choice=it.choice, gradient=it.gradient)
    return structs.replace(read_again, source=it.source)


def text_of(program: Program) -> ProgramText:
    """A program, for another process."""
    pattern = program.naming.pattern
    told = ProgramText(program.text, program.name, program.path, program.source, program.choice, pattern)
    object.__setattr__(told, "as_read", _pickled(program))
    return told


@as_deep_as_python()
def _pickled(program: Program) -> bytes | None:
    try:
        return dumps(program, HIGHEST_PROTOCOL)
    except RecursionError:
        return None
