"""The statements that build gradients: those of the backward, and what the forward writes for them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .names import root_name
from .program import Program
from .reachability import globals_of_functions, read_in_headers
from .section import Section
from .statements import Statement


@dataclass(frozen=True, eq=False)
class Top:
    """A top-level statement, and every statement in it."""

    node: ast.stmt
    inside: tuple[Statement, ...]


@dataclass(frozen=True, eq=False)
class Handwritten:
    """Statements that make what the loss does not come from, in the order in which they stand."""

    statements: tuple[Statement, ...]
    tops: tuple[Top, ...]
    """Those around them, as far as nothing else stands in them and all that they write is written there."""
    beside: frozenset[str]
    """The names that the forward binds for the backward alone: gradients, and helpers of them."""


def handwritten_of(program: Program) -> Handwritten:
    """What builds the gradients of a program, wherever it is written."""
    forward, backward = program.section("forward"), program.section("backward")
    beside = beside_the_loss(program)
    early = [s for s in (forward.statements if forward else ()) if beside & touched(s)]
    own = _whole(_tops(forward) if early else [], early)
    late = backward.statements if backward else ()
    return Handwritten((*early, *late), (*own, *_tops(backward)), beside)


def _whole(tops: Iterable[Top], early: Sequence[Statement]) -> list[Top]:
    """Those that hold nothing but early statements, and all of what they write."""
    own = [top for top in tops if all(statement in early for statement in top.inside)]
    inside = {statement for top in own for statement in top.inside}
    elsewhere = frozenset[str]().union(*(touched(one) for one in early if one not in inside))
    return [top for top in own if not any(elsewhere & touched(one) for one in top.inside)]


def beside_the_loss(program: Program) -> frozenset[str]:
    """The names that the forward binds, that the loss does not come from, and that are read after it."""
    forward = program.section("forward")
    if forward is None:
        return frozenset()
    functions = globals_of_functions(program)
    loss = _behind({program.loss, *read_in_headers([forward.tree])}, forward.statements, functions)
    own = {name for statement in forward.statements for name in statement.binds} - loss
    if not own:
        return frozenset()
    after = [section for section in program.sections if section.kind in ("backward", "update")]
    later = {name for section in after for statement in section.statements for name in statement.reads}
    later |= read_in_headers([section.tree for section in after])
    return frozenset(own & _behind(later, forward.statements, functions))


def touched(statement: Statement) -> frozenset[str]:
    """The names whose values a statement may change: what it writes, and objects that it hands on."""
    match statement.node:
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            return frozenset({*statement.writes, root_name(method) or ""})
        case ast.Expr(value=ast.Call(func=ast.Name(id=function))) if function != "print":
            return statement.reads.union(statement.writes) - {function}
    return frozenset(statement.writes)


def _tops(section: Section | None) -> list[Top]:
    inside: dict[int, list[Statement]] = {}
    for statement in section.statements if section else ():
        inside.setdefault(statement.top, []).append(statement)
    nodes = section.tree.body if section else ()
    return [Top(node, tuple(inside.get(number, ()))) for number, node in enumerate(nodes)]


def _behind(
    names: Iterable[str], statements: Iterable[Statement], functions: Mapping[str, frozenset[str]]
) -> set[str]:
    """The names that others come from, by the text: what writes one reads the rest."""
    found, size = {*names}, 0
    while len(found) > size:
        size = len(found)
        for statement in statements:
            if found.intersection(touched(statement)):
                found |= statement.reads
        found = found.union(*(functions[name] for name in found & functions.keys()))
    return found
