"""A diagnosis, and where in the program its edit belongs."""

from __future__ import annotations

import ast
from dataclasses import dataclass


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
    """The derived lines, if they are known."""
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
    lines = [line.encode() for line in text.split("\n")]
    head = lines[place.line - 1][: place.column]
    tail = lines[place.end_line - 1][place.end_column :]
    indent = b" " * len(head) if not head.strip() else b""
    edit = diagnosis.edit.encode().split(b"\n")
    joined = (b"\n" + indent).join(edit) if not head.strip() else b"; ".join(edit)
    fresh = head + joined + tail
    return b"\n".join([*lines[: place.line - 1], fresh, *lines[place.end_line :]]).decode()
