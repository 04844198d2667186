"""A line of a gradient without the part that teaches: the most of it that is not given already."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from ..program.items.places import parsed_lines

BLANK = "____"
_IN_PARENTHESES = re.compile(rf"(?<![\w\]\)])\({BLANK}\)")
_NEW = ("ones_like", "zeros_like")
"""Tensors that are made so say nothing of a rule."""

Known = Callable[[ast.AST], bool]


class _Part(NamedTuple):
    """A part that could be left out, in bytes of the line; what comes later in their order goes first."""

    stands_alone: bool
    """False of `sum(0)` in `dH.sum(0)`, which is left out where nothing else can be."""
    nodes: int
    start: int
    end: int


def with_blank(line: str, given: Collection[str]) -> str:
    """The line with a blank; as it is where it says nothing beyond what is given: gradients and helpers."""
    statement = parsed_lines(line)[0]
    if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr):
        return line
    kinds: list[Known] = [
        lambda node: isinstance(node, ast.Name) and node.id in given,
        _is_new,
        lambda node: isinstance(node, ast.Constant),
    ]
    known = next((kind for kind in kinds if _holds(statement.value, kind)), kinds[0])
    parts = [*_parts(statement.value, known)] or [*_places(statement)]
    if not parts:
        return line
    part, text = max(parts), line.encode()
    blanked = text[: part.start] + BLANK.encode() + text[part.end :]
    return _IN_PARENTHESES.sub(BLANK, blanked.decode())


def _parts(node: ast.AST, known: Known) -> Iterator[_Part]:
    """The largest parts of an expression in which nothing is known."""
    if known(node) or _is_new(node) or isinstance(node, ast.Constant):
        return
    if isinstance(node, ast.expr) and not _holds(node, known):
        yield _part(node)
    elif isinstance(node, ast.Call):
        yield from _parts_of_call(node, known)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _parts(child, known)


def _parts_of_call(call: ast.Call, known: Known) -> Iterator[_Part]:
    """Of a method those of its object, else all of it; of a function those of its arguments, or its name."""
    function = call.func
    if isinstance(function, ast.Attribute) and _holds(function.value, known):
        yield from _parts(function.value, known)
        if function.attr != "clone":
            yield _Part(False, 0, _end(function.value) + 1, _end(call))
        return
    inside = [part for argument in call.args for part in _parts(argument, known)]
    yield from inside or [_Part(False, 0, function.col_offset, _end(function))]


def _places(statement: ast.stmt) -> Iterator[_Part]:
    """Where in a tensor the line writes."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield _part(node.slice)


def _holds(node: ast.AST, known: Known) -> bool:
    return any(map(known, ast.walk(node)))


def _is_new(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NEW


def _part(node: ast.expr) -> _Part:
    nodes = sum(isinstance(one, ast.expr) for one in ast.walk(node))
    return _Part(True, nodes, node.col_offset, _end(node))


def _end(node: ast.expr) -> int:
    assert node.end_col_offset is not None
    return node.end_col_offset
