"""Reading a program: one whose sections have titles, or a plain file in which they are found."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from .cells import split
from .depth import as_deep_as_python
from .did_you_mean import nearest
from .found import Found
from .program import SECTIONS, Program, ProgramError, Source, parse
from .titles import stands_inside, titles_in

_TELLING = ("forward", "backward")
"""Titles that nobody gives a cell who does not mean a section."""


def read(text: str, name: str, path: Path | None = None, *, choice: int = 0, gradient: str = "") -> Program:
    """The program that a text is.

    Raises:
        ProgramError: it is none; the message says what was found, and what would help.
    """
    titles = titles_of(text)
    if any(map(_means_section, titles)) or not text.strip():
        return _with_frames(parse(text, name, path, gradient=gradient))
    from .finding.find import find  # much to load before the first picture of a program that has titles

    try:
        return _with_frames(find(text, name, path, choice=choice, gradient=gradient))
    except ProgramError:
        if titles.isdisjoint(SECTIONS):
            raise
    return _with_frames(parse(text, name, path, gradient=gradient))


def _with_frames(program: Program) -> Program:
    """The program with its calls taken apart; most that are opened have no function, and need none of it."""
    if "def " not in program.text:
        return program
    from .frames.with_frames import with_frames

    return with_frames(program)


def read_source(
    source: Source, name: str, path: Path | None = None, *, choice: int = 0, gradient: str = ""
) -> Program:
    """The program that a file is, as it was read.

    Raises:
        ProgramError: it is none.
    """
    program = read(source.text, name, path, choice=choice, gradient=gradient)
    if program.found is not None and path is not None and path.suffix == ".ipynb":
        from .notebook import counting_of

        found = replace(program.found, asides=(*program.found.asides, *counting_of(source, program.found)))
        program = replace(program, found=found)
    return replace(program, source=source)


def _means_section(title: str) -> bool:
    return nearest(title, _TELLING, 0.8) is not None


def read_again(program: Program, text: str, name: str = "", path: Path | None = None) -> Program:
    """Another text of a program, read as that was.

    Raises:
        ProgramError: it is no such program.
    """
    found = program.found
    if found is None:
        again = replace(parse(text, name or program.name, path), naming=program.naming)
        return _with_frames(again) if program.steps_calls else replace(again, steps_calls=False)
    from .finding.find import find

    again = find(text, name or program.name, path, choice=found.choice, gradient=found.gradient)
    return _with_frames(again) if program.steps_calls else replace(again, steps_calls=False)


def with_calls_whole(program: Program) -> Program:
    """A program in which every call is one statement."""
    if not program.takes_calls_apart:
        return program
    from .frames.with_frames import without_frames

    again = read_again(replace(program, steps_calls=False), program.text, program.name, program.path)
    naming = without_frames(program.naming)
    return replace(again, naming=naming, source=program.source)


def same_place(before: Program, now: Program, read: Callable[[int], Program]) -> Program:
    """A later text of a file without titles, with its iteration where it was: places may have got others
    before them. `read` reads the text with another choice. Where no place is like it, the text as it is.
    """
    if before.found is None or now.found is None or _kind(before.found) == _kind(now.found):
        return now
    others = (read(choice) for choice in range(len(now.found.choices)) if choice != now.found.choice)
    return next((one for one in others if one.found and _kind(one.found) == _kind(before.found)), now)


def _kind(found: Found) -> tuple[object, ...]:
    return found.parameters, found.loss, found.gradient, len(found.loops), found.again


def titles_of(text: str) -> frozenset[str]:
    """The titles of the cells of a text; none where a section's stands inside a loop."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if any(stands_inside(lines, number) for number in titles_in(lines, SECTIONS).values()):
        return frozenset()
    return frozenset(cell.title.casefold().rstrip(":") for cell in split(lines))


@as_deep_as_python()
def can_be_parsed(text: str) -> bool:
    """Whether Python can read a text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
