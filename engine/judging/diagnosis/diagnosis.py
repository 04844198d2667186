"""A diagnosis, and where in the program its edit belongs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from ..linecheck.lines.outcome import LineJudgement


@dataclass(frozen=True)
class Place:
    """Where a statement stands in the program: lines from 1, columns in bytes from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with the lines of one gradient."""

    kind: str
    message: str
    evidence: str = ""
    suggestion: str = ""
    """What makes the program right in the place of lines: the edited ones, or derived ones; else empty."""
    instead_of: tuple[int, ...] = ()
    """The lines that the suggestion takes the place of: all of it stands where the last of them does, or,
    where there are as many, each in the place of one."""
    edit: str = ""
    """The edited statement that was tried and is right; empty where none was found."""
    place: Place | None = None
    """Which statement of the program the edit replaces."""
    blames: bool = True
    """Whether the edited line is the wrong one: not where only the order is, or a mere factor would put
    another line of the gradient right as well."""

    replaced: str = ""
    """The variable that the edit takes out, where it puts one expression in the place of one."""
    by: str = ""
    """That expression."""
    helper: LineJudgement | None = None
    """What is said of the helper line that is edited, where it has the blame for several gradients."""
    spoiled: frozenset[str] = frozenset()
    """These gradients."""

    @property
    def edited_line(self) -> int | None:
        """The line that the edit puts right; None where there is no edit."""
        return self.place.line if self.edit and self.place is not None else None


def place_of(first: ast.stmt, last: ast.stmt | None = None) -> Place:
    """Where a statement stands, or all from one to another."""
    last = last or first
    assert last.end_lineno is not None
    assert last.end_col_offset is not None
    return Place(first.lineno, first.col_offset, last.end_lineno, last.end_col_offset)


def applied(text: str, diagnosis: Diagnosis) -> str:
    """The text of a program with the edit made."""
    place = diagnosis.place
    if place is None:
        return text
    lines = text.split("\n")
    head, fresh, tail = _parts(lines, diagnosis, place)
    return "\n".join([*lines[: place.line - 1], head + fresh + tail, *lines[place.end_line :]])


def fresh_line(lines: Sequence[str], diagnosis: Diagnosis) -> str:
    """The edited line without its indent, with what else stands in it beside the edited statement."""
    assert diagnosis.place is not None
    head, fresh, tail = _parts(lines, diagnosis, diagnosis.place)
    if not head.strip() and not tail.partition("#")[0].strip():
        return diagnosis.edit
    return (head + fresh + tail).strip()


def _parts(lines: Sequence[str], diagnosis: Diagnosis, place: Place) -> tuple[str, str, str]:
    """What stands before the edit in its line, the edit, and what stands behind it."""
    head = lines[place.line - 1].encode()[: place.column].decode()
    tail = lines[place.end_line - 1].encode()[place.end_column :].decode()
    between = "; " if head.strip() else "\n" + " " * len(head)
    return head, between.join(diagnosis.edit.split("\n")), tail
