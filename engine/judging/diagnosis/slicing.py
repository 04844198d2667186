"""The statements behind one gradient: those that build it, and those of the helper variables they read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...program.analysis import ProgramFacts
from ...program.names import appended_to, called, loaded, root_name
from ...program.statements import Statement
from ...program.torch_operations import is_trait, reads_shape_only, takes_shape_of_argument
from .edit import Line, blocks, duplicate, exchanged, lines_in, place_in_text


class Reads(NamedTuple):
    """All names that are read, and those of them that are read for more than a shape."""

    names: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True, eq=False)
class Slice:
    """Copies of the top-level statements, and every simple statement in them that may be edited."""

    tops: Sequence[ast.stmt]
    lines: Sequence[Line]
    """Those that write the gradient come first, the last of them in front."""
    ran: frozenset[int]
    """The numbers of all statements in them."""
    beside: Mapping[Line, Reads]
    """What a line's top-level statement reads in its other lines."""
    writes: Sequence[frozenset[str]]
    """By top-level statement, the names that it writes."""


def sliced(
    facts: ProgramFacts,
    name: str,
    own: Collection[int],
    gradients: Collection[str],
    complete: Mapping[str, Collection[int]],
    apart: Collection[str] = (),
) -> Slice:
    """What has to run for the gradient `name`, whose own lines are `own`, where `gradients` are given.

    Of a gradient in `complete` only those lines build it; what others make of it is no gradient. What is
    `apart` is none, whatever its name.
    """
    every = facts.handwritten.tops
    needed, numbers, tops = {name, *unread(facts, gradients, apart)}, list[int](), list[ast.stmt]()
    kept: list[tuple[int, Statement]] = []
    for number in reversed(range(len(every))):
        inside = every[number].inside
        staying = [s for s in inside if not _given(s, name, gradients, complete)]
        if any(_belongs(s, name, own, needed) for s in staying) and (tops or _ends(staying, name)):
            top = _without(duplicate(every[number].node), [s for s in inside if s not in staying])
            numbers.insert(0, number)
            tops.insert(0, top)
            kept += [(number, s) for s in staying if not _counts(s, top, name)]
            needed |= {read for read in reads_of([top]).names if read not in gradients or read in complete}
        needed -= {given for s in inside if s.always and s not in staying for given in s.binds}
    chosen = [(numbers.index(number), s, name in _fills(s) or without_effect(s, name)) for number, s in kept]
    lines = lines_in(tops, chosen)
    ordered = sorted(lines, key=lambda line: (not line.own, -line.statement.number))
    beside = {line: reads_of(exchanged(tops[line.top], line.node, [ast.Pass()])) for line in lines}
    writes = [
        frozenset(name for line in lines if line.top == at for name in _fills(line.statement))
        for at in range(len(tops))
    ]
    ran = frozenset(s.number for number in numbers for s in every[number].inside)
    return Slice(tops, ordered, ran, beside, writes)


def _given(
    statement: Statement, name: str, gradients: Collection[str], complete: Mapping[str, Collection[int]]
) -> bool:
    """Whether it builds nothing but gradients that are given."""
    writes, line = statement.writes, statement.line
    if not writes or name in writes:
        return False
    return all(written in gradients and line in complete.get(written, (line,)) for written in writes)


def _without(top: ast.stmt, dropped: Collection[Statement]) -> ast.stmt:
    """A block without some of its statements."""
    places = {place_in_text(statement.node) for statement in dropped}
    for block in blocks([top]):
        for at, node in enumerate(block):
            if node is not top and place_in_text(node) in places and not hasattr(node, "body"):
                block[at] = ast.copy_location(ast.Pass(), node)
    return top


def _counts(statement: Statement, top: ast.stmt, name: str) -> bool:
    """Whether an edit of it may keep a loop from ending."""
    return isinstance(top, ast.While) and name not in statement.writes


def unread(facts: ProgramFacts, gradients: Collection[str], apart: Collection[str]) -> list[str]:
    """Helper variables that no line reads, those `apart` among them: maybe one that should."""
    program, statements = facts.program, facts.handwritten.statements
    read = frozenset[str]().union(*(statement.reads for statement in statements))
    bound = dict.fromkeys(name for statement in statements for name in statement.binds)
    known = {name for s in program.statements if s not in statements for name in s.writes}
    helpers = [name for name in bound if name not in read and name not in gradients]
    return [name for name in helpers if name in apart or program.naming.tensor(name) not in known]


def _ends(inside: Sequence[Statement], name: str) -> bool:
    """Whether the lines of a gradient end there: what comes after them is none of their business."""
    return any(name in _fills(statement) or without_effect(statement, name) for statement in inside)


def _belongs(statement: Statement, name: str, own: Collection[int], needed: set[str]) -> bool:
    if name in statement.writes:
        return not own or statement.line in own
    return bool(needed.intersection(_fills(statement))) or without_effect(statement, name)


def _fills(statement: Statement) -> tuple[str, ...]:
    """The names that it writes, and that of a list which it makes longer."""
    whole = appended_to(statement.node)
    root = root_name(whole) if whole is not None else None
    return (*statement.writes, root) if root is not None else statement.writes


def without_effect(statement: Statement, name: str) -> bool:
    """Whether a statement computes something from a gradient and throws it away."""
    node = statement.node
    if not isinstance(node, ast.Expr) or statement.writes or name not in statement.reads:
        return False
    return isinstance(node.value, ast.BinOp | ast.Call | ast.UnaryOp)


def reads_of(nodes: Iterable[ast.AST]) -> Reads:
    """What statements read: `dH` counts in `2 * dH`, and not in `torch.ones_like(dH)`."""
    names: set[str] = set()
    values: set[str] = set()
    queue = [(node, True) for node in nodes]
    while queue:
        node, counts = queue.pop()
        if isinstance(node, ast.Name):
            names.update(loaded(node))
            if counts:
                values.update(loaded(node))
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
            return [(node.func, False), *((argument, True) for argument in node.args)]
        shape = reads_shape_only(name)
    return [(child, shape) for child in ast.iter_child_nodes(node)]
