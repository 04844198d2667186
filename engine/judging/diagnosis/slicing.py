"""The statements behind one gradient: those that build it, and those of the helper variables they read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...program.names import called
from ...program.program import Program
from ...program.statements import Statement
from ...program.torch_operations import is_trait, reads_shape_only, takes_shape_of_argument
from .edit import Line, blocks, duplicate, lines_in


@dataclass(frozen=True, eq=False)
class Behind:
    """Copies of the top-level statements, and every simple statement in them that may be edited."""

    tops: list[ast.stmt]
    lines: list[Line]
    """Those that write the gradient come first, the last of them in front."""
    numbers: tuple[int, ...]
    """The places of the tops in the section."""


def behind(
    program: Program,
    name: str,
    own: Collection[int],
    gradients: Collection[str],
    complete: Mapping[str, Collection[int]],
) -> Behind:
    """What has to run for the gradient `name`, whose own lines are `own`, where `gradients` are given.

    Of a gradient in `complete` only those lines build it; what others make of it is no gradient.
    """
    section = program.section("backward")
    assert section is not None
    needed, numbers, tops = {name, *unread(program, gradients)}, list[int](), list[ast.stmt]()
    kept: list[tuple[int, Statement]] = []
    for number in reversed(range(len(section.tree.body))):
        inside = [one for one in section.statements if one.top == number]
        staying = [one for one in inside if not _given(one, name, gradients, complete)]
        if any(_belongs(one, name, own, needed) for one in staying) and (tops or _ends(staying, name)):
            top = _without(
                duplicate(section.tree.body[number]), [one for one in inside if one not in staying]
            )
            numbers.insert(0, number)
            tops.insert(0, top)
            kept += [(number, one) for one in staying if not _counts(one, top, name)]
            needed |= {one for one in reads_of([top]).names if one not in gradients or one in complete}
    chosen = [
        (numbers.index(number), one, name in one.writes or without_effect(one, name)) for number, one in kept
    ]
    lines = lines_in(tops, chosen)
    ordered = sorted(lines, key=lambda line: (not line.own, -line.statement.number))
    return Behind(tops, ordered, tuple(numbers))


def _given(
    statement: Statement, name: str, gradients: Collection[str], complete: Mapping[str, Collection[int]]
) -> bool:
    """Whether it builds nothing but gradients that are given."""
    writes = statement.writes
    if not writes or name in writes:
        return False
    return all(one in gradients and statement.line in complete.get(one, (statement.line,)) for one in writes)


def _without(top: ast.stmt, dropped: Collection[Statement]) -> ast.stmt:
    """A block without some of its statements."""
    places = {(one.node.lineno, one.node.col_offset) for one in dropped}
    for block in blocks([top]):
        for at, node in enumerate(block):
            if node is not top and (node.lineno, node.col_offset) in places and not hasattr(node, "body"):
                block[at] = ast.copy_location(ast.Pass(), node)
    return top


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


class Reads(NamedTuple):
    """All names that are read, and those of them that are read for more than a shape."""

    names: frozenset[str]
    values: frozenset[str]


def reads_of(nodes: Iterable[ast.AST]) -> Reads:
    """What statements read: `dH` counts in `2 * dH`, and not in `torch.ones_like(dH)`."""
    names: set[str] = set()
    values: set[str] = set()
    queue = [(node, True) for node in nodes]
    while queue:
        node, counts = queue.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                names.add(node.id)
                if counts:
                    values.add(node.id)
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
            values.add(node.target.id)
        queue += [(child, counts and not shape) for child, shape in _children(node)]
    return Reads(frozenset(names), frozenset(values))


def _children(node: ast.AST) -> list[tuple[ast.AST, bool]]:
    """What is directly inside, and whether only its shape is asked for."""
    shape = isinstance(node, ast.Attribute) and is_trait(node.attr)
    if isinstance(node, ast.Call):
        name = called(node)
        if takes_shape_of_argument(name):
            return [(node.func, False), *((one, True) for one in node.args)]
        shape = reads_shape_only(name)
    return [(child, shape) for child in ast.iter_child_nodes(node)]
