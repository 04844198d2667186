"""The statements behind one gradient: those that build it, and those of the helper variables they read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..program import Program
from ..statements import Statement, read_names
from .edit import Line, duplicate, lines_in


@dataclass(frozen=True, eq=False)
class Behind:
    """Copies of the top-level statements, and every simple statement in them that may be edited."""

    tops: list[ast.stmt]
    lines: list[Line]
    """Those that write the gradient come first, the last of them in front."""
    numbers: tuple[int, ...]
    """The places of the tops in the section."""


def behind(program: Program, name: str, own: Collection[int], gradients: Collection[str]) -> Behind:
    """What has to run for the gradient `name`, whose own lines are `own`, where `gradients` are given."""
    section = program.section("backward")
    assert section is not None
    needed, numbers = {name, *unread(program, gradients)}, list[int]()
    for number in reversed(range(len(section.tree.body))):
        inside = [one for one in section.statements if one.top == number]
        if any(_belongs(one, name, own, needed) for one in inside) and (numbers or _ends(inside, name)):
            numbers.insert(0, number)
            reads = read_names(section.tree.body[number]).union(*(one.reads for one in inside))
            needed |= {one for one in reads if one not in gradients}
    tops = [duplicate(section.tree.body[number]) for number in numbers]
    chosen = [
        (numbers.index(one.top), one, name in one.writes or without_effect(one, name))
        for one in section.statements
        if one.top in numbers and not _counts(one, section.tree.body[one.top], name)
    ]
    lines = lines_in(tops, chosen)
    return Behind(
        tops, sorted(lines, key=lambda line: (not line.own, -line.statement.number)), tuple(numbers)
    )


def _counts(statement: Statement, top: ast.stmt, name: str) -> bool:
    """Whether an edit of it may keep a loop from ending."""
    return isinstance(top, ast.While) and name not in statement.writes


def unread(program: Program, gradients: Collection[str]) -> list[str]:
    """Helper variables that no line reads: maybe one that should."""
    section = program.section("backward")
    statements = section.statements if section else ()
    read = frozenset[str]().union(*(one.reads for one in statements))
    bound = dict.fromkeys(name for one in statements for name in one.binds)
    known = {name for one in program.statements if one.section != "backward" for name in one.writes}
    return [name for name in bound if name not in read and name not in gradients and name[1:] not in known]


def _ends(inside: Sequence[Statement], name: str) -> bool:
    """Whether the lines of a gradient end there: what comes after them is none of their business."""
    return any(name in one.writes or without_effect(one, name) for one in inside)


def _belongs(statement: Statement, name: str, own: Collection[int], needed: Collection[str]) -> bool:
    if name in statement.writes:
        return not own or statement.line in own
    return any(one in needed for one in statement.writes) or without_effect(statement, name)


def without_effect(statement: Statement, name: str) -> bool:
    """Whether a statement computes something from a gradient and throws it away."""
    node = statement.node
    if not isinstance(node, ast.Expr) or statement.writes or name not in statement.reads:
        return False
    return isinstance(node.value, ast.BinOp | ast.Call | ast.UnaryOp)
