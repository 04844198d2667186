"""Whether two texts of a program begin alike, so that one can go on from where the other is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from .frames.only_stepped import only_stepped
from .program import BEGINNING, BETWEEN, Program
from .statements import Statement

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def begins_otherwise(program: Program, later: Program) -> str:
    """Why what has run of a program is not the beginning of a later text of it; '' where it is.

    Functions and classes that have moved begin otherwise: what they raise is told with the old lines. Those
    of which every call is taken apart are lines of the iteration.
    """
    if (program.found is None) != (later.found is None):
        return "the file has titles now" if later.found is None else "the file has no titles any more"
    aside = only_stepped(program) & only_stepped(later)
    for kind in (*BEGINNING, BETWEEN):
        line = _first_difference(_said(program, kind, aside), _said(later, kind, aside))
        if line is not None:
            return f"{_NAMES.get(kind, kind)} changed{f' in line {line}' if line else ''}"
    if _levels(program) != _levels(later):
        return "the loops around the iteration changed"
    if (program.parameters, program.seeded_again) != (later.parameters, later.seeded_again):
        return f"the parameters are {', '.join(later.parameters or ())} now" if later.parameters else _OTHERS
    return "what the file asks of the compiler changed" if program.flags != later.flags else ""


_NAMES = {BETWEEN: "what the loops do between iterations"}
_OTHERS = "what is said of the parameters changed"


def _said(program: Program, kind: str, aside: frozenset[str]) -> list[tuple[str, int]]:
    """What every statement of a section says, and its line."""
    section = program.section(kind)
    return [(_dump(node, aside), node.lineno) for node in section.tree.body] if section is not None else []


def _dump(node: ast.AST, aside: frozenset[str]) -> str:
    if isinstance(node, ast.FunctionDef) and node.name in aside:
        return f"def {node.name}"
    defines = any(isinstance(part, _DEFINES) for part in ast.walk(node))
    return ast.dump(node, include_attributes=defines)


def _first_difference(before: Sequence[tuple[str, int]], after: Sequence[tuple[str, int]]) -> int | None:
    """The line, in the later text, of the first statement that is another; 0 of one that is gone."""
    for one, other in zip_longest(before, after):
        if one is None or other is None or one[0] != other[0]:
            return other[1] if other is not None else 0
    return None


def _levels(program: Program) -> list[tuple[str, ...]]:
    return [tuple(_parts(level.node)) for level in program.around]


def _parts(node: ast.For | ast.While | ast.If) -> Iterator[str]:
    yield type(node).__name__
    if isinstance(node, ast.For):
        yield ast.dump(node.target)
        yield ast.dump(node.iter)
    else:
        yield ast.dump(node.test)


def the_same(beginning: frozenset[Statement], before: Program, after: Program) -> frozenset[Statement]:
    """The statements of one text that are these of another, which begins alike."""
    sections = [(section, after.section(section.kind)) for section in before.sections]
    pairs = [
        pair
        for one, other in sections
        if other
        for pair in zip(one.statements, other.statements, strict=False)
    ]
    return frozenset(new for old, new in pairs if old in beginning)
