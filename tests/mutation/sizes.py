"""A program at other sizes: what is said of a number has to be so there as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from .judging import Subject, subject
from .mutator import section_of

_MADE = ("setup", "parameters")
_SEEDED = {"manual_seed"}
Sizes = dict[int, int]
"""By each whole number of the setup and the parameters, the one in its place."""


@cache
def other_sizes(program: str) -> tuple[tuple[int, int], ...] | None:
    """Other sizes at which a right program runs and nothing is said of it; None where none are found."""
    known = sorted({node.value for node in _numbers(program)})
    together = {size: size + place for place, size in enumerate(known, 1)}
    doubled = {size: 2 * size for size in known}
    single = [{size: other} for size in known for other in (size + 1, 2 * size)]
    for sizes in (together, doubled, *single):
        if known and _is_right(with_sizes(program, sizes)):
            return tuple(sizes.items())
    return None


def with_sizes(program: str, sizes: Sizes) -> str:
    """The program, or one with an error in it, with other numbers in its setup and parameters."""
    lines = [line.encode() for line in program.split("\n")]
    places = [node for node in _numbers(program) if node.value in sizes]
    for node in sorted(places, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        number = b"%d" % sizes[node.value]
        lines[node.lineno - 1] = line[: node.col_offset] + number + line[node.end_col_offset :]
    return b"\n".join(lines).decode()


def _is_right(program: str) -> bool:
    try:
        right = subject(program)
    except (AssertionError, SyntaxError):
        return False
    return _is_clean(right)


def _is_clean(judged: Subject) -> bool:
    return judged.iteration.failure is None and not judged.accused and judged.learns


def _numbers(program: str) -> Iterator[ast.Constant]:
    """The whole numbers from 2 on, exponents and seeds aside."""
    for title in _MADE:
        tree = ast.parse(section_of(program, title))
        aside = {id(part) for node in ast.walk(tree) for other in _aside(node) for part in ast.walk(other)}
        for node in ast.walk(tree):
            whole = isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1
            if isinstance(node, ast.Constant) and whole and id(node) not in aside:
                yield node


def _aside(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return [node.right]
    seeded = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SEEDED
    return [node] if seeded else []
