"""A section of a program: its lines, its tree, its statements."""

from __future__ import annotations

import ast

from msgspec import Struct

from .statements import Statement


class Section(Struct, frozen=True, eq=False):
    """One of the sections. Lines count from 1; `title_line` is None for text without a title."""

    kind: str
    title_line: int | None
    first_line: int
    last_line: int
    tree: ast.Module
    statements: tuple[Statement, ...]
    numbers: frozenset[int]
    """The numbers of its lines, between which others may stand."""
