"""What a statement does to all that a dictionary holds, where it names the dictionary and not the items."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from ..names import called, is_place, read_names
from ..section import Section
from ..statements import Statement
from .places import Held, held_in

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_NEW = (ast.Dict, ast.DictComp, ast.BinOp)
"""What a dictionary of its own is made by."""
_COPIES = ("dict", "copy", "deepcopy", "fromkeys", "defaultdict", "OrderedDict")
"""What makes one of another's items."""


class Reach(Struct, frozen=True, dict=True):
    """By which ways the items of dictionaries can be read and bound besides by their own names."""

    held: Held
    trees: Sequence[ast.AST]

    @cached_property
    def by_functions(self) -> frozenset[str]:
        """The program's own functions, where any of them names a dictionary."""
        nodes = [part for tree in self.trees for part in ast.walk(tree) if isinstance(part, _FUNCTIONS)]
        read = frozenset[str]().union(*map(read_names, nodes))
        if read.isdisjoint(self.held.by_holder):
            return frozenset()
        return frozenset(node.name for node in nodes if not isinstance(node, ast.Lambda))

    @cached_property
    def by_other_names(self) -> bool:
        """Whether two names may stand for one dictionary."""
        nodes = [part for tree in self.trees for part in ast.walk(tree)]
        roots = self.held.by_holder.keys()
        return any(not roots.isdisjoint(_second_names(node, roots)) for node in nodes)


def _second_names(node: ast.AST, roots: Set[str]) -> Iterator[str]:
    """The names that a node binds to what may have a name already."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign(value=value) if len(node.targets) > 1 or not _is_new(value, roots):
            targets = node.targets
        case ast.For(target=target) | ast.comprehension(target=target) | ast.NamedExpr(target=target):
            targets = [target]
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def _is_new(value: ast.expr, roots: Set[str]) -> bool:
    """Whether a dictionary that this gives has no name yet."""
    if isinstance(value, ast.Call):
        return called(value) in _COPIES or roots.isdisjoint(read_names(value))
    return isinstance(value, _NEW)


def with_reach(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Sections whose statements reach what dictionaries hold: what reads or changes all of one does so to
    each item."""
    every = [*sections]
    trees = [section.tree for section in every]
    reach = Reach(held_in(trees), trees)
    if not reach.held.all:
        return tuple(every)
    return tuple(
        replace(section, statements=tuple(_reaching(one, reach) for one in section.statements))
        for section in every
    )


def _reaching(statement: Statement, reach: Reach) -> Statement:
    own = statement.node.test if isinstance(statement.node, ast.If | ast.While) else statement.node
    names = [node for node in ast.walk(own) if isinstance(node, ast.Name)]
    held = reach.held.by_holder
    whole = held.keys() & {node.id for node in names if isinstance(node.ctx, ast.Load)}
    reads = frozenset(name for root in whole for name in held[root])
    changes = [name for root in statement.changes for name in held.get(root, ())]
    unseen = not held.keys().isdisjoint(statement.binds) or (bool(whole) and statement.calls)
    unseen = unseen or not reach.by_functions.isdisjoint(statement.called)
    unseen = unseen or (reach.by_other_names and any(map(is_place, statement.binds)))
    if not (reads or changes or unseen):
        return statement
    return replace(
        statement,
        reads=statement.reads | reads,
        changes=(*statement.changes, *changes),
        unnamed=statement.unnamed or unseen,
    )
