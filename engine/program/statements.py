"""Statements as they stand in the source: what each binds, reads, and may change in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TypeGuard

from msgspec import Struct

from .frame import Frame, frame_of, hands_on, returns
from .in_place import changed_names
from .names import OPAQUE, called, own_nodes, read_names, stored_names

_BLOCKS = ("body", "orelse", "finalbody")


class Statement(Struct, frozen=True, eq=False, dict=True):
    """One simple statement. `top` numbers the top-level statement of its section around it."""

    section: str
    number: int
    """Its place among all statements of the program."""
    top: int
    line: int
    end_line: int
    text: str
    binds: tuple[str, ...]
    """Names that it binds, the targets of an enclosing `for` or `with` among them."""
    changes: tuple[str, ...]
    """Names whose values its form says it may change in place: `x[i] = `, `x += `, `x.add_()`."""
    unnamed: bool
    """Whether its form says that it may change something without a name: `(a := x).add_()`."""
    always: bool
    """Whether it runs in every iteration: it stands in no block."""
    called: frozenset[str]
    """The last names of what it calls; an empty one for what has no name."""
    reads: frozenset[str]
    node: ast.stmt
    frame: Frame | None = None
    """The call of a function that it belongs to, where that is stepped."""
    hands_on: bool = False
    """Whether it only gives a call its arguments, or what that returns its names."""
    returns: bool = False
    """Whether it works out what its call returns."""

    @property
    def enters(self) -> bool:
        """Whether it gives a call its arguments."""
        return self.hands_on and self.frame is not None and self.binds[0] in self.frame.given

    @property
    def caller(self) -> Frame | None:
        """The call that its line is a line of."""
        return self.frame.around if self.enters and self.frame is not None else self.frame

    @cached_property
    def writes(self) -> tuple[str, ...]:
        """Names that it binds or may change, each once."""
        return tuple(dict.fromkeys(self.binds + self.changes))

    @cached_property
    def calls(self) -> bool:
        """Whether it calls anything; what is called may change any tensor."""
        return bool(self.called)

    @cached_property
    def changes_one(self) -> bool:
        """Whether a single name is all that its form says it may change."""
        return len(self.changes) == 1 and not self.unnamed

    @cached_property
    def hole(self) -> bool:
        """Whether it says of a gradient that it is not written: `dX = ...`."""
        return any(self._ellipses)

    @cached_property
    def holes(self) -> tuple[str, ...]:
        """The names that it binds, where it says of all of them that they are not written."""
        return self.binds if self._ellipses and all(self._ellipses) else ()

    @cached_property
    def unwritten(self) -> frozenset[str]:
        """Those of the names that it binds of which it says so, others beside them or not."""
        match self.node:
            case ast.Assign(targets=[ast.Tuple(elts=names)]) if len(names) == len(self._ellipses):
                pairs = zip(names, self._ellipses, strict=True)
                return frozenset(one.id for one, hole in pairs if hole and isinstance(one, ast.Name))
        return frozenset(self.binds if self.hole else ())

    @property
    def _ellipses(self) -> list[bool]:
        """For every value that is assigned in the backward, whether it is an Ellipsis."""
        if self.section != "backward" or not isinstance(self.node, ast.Assign | ast.AnnAssign):
            return []
        value = self.node.value
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        return [isinstance(part, ast.Constant) and part.value is Ellipsis for part in parts]

    @cached_property
    def rebinds(self) -> bool:
        """Whether it binds whatever it changes: `x += 1`."""
        return set(self.changes) <= set(self.binds)


def statements_of(
    tree: ast.Module, section: str, lines: tuple[str, ...], first: int = 0
) -> tuple[Statement, ...]:
    """Every simple statement of a section at any depth, in source order; functions stay opaque.

    `first` is the number of the first one.
    """
    statements: list[Statement] = []
    for top, node in enumerate(tree.body):
        for leaf, inherited in simple_statements(node, ()):
            number = first + len(statements)
            statements.append(_statement(leaf, inherited, section, number, top, lines, leaf is node))
    return tuple(statements)


def simple_statements(
    node: ast.stmt, inherited: tuple[str, ...]
) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
    """The simple statements inside one, each with the names that its block's header has bound."""
    left = [(node, inherited)]
    while left:  # a generator in a generator would take as many steps for each as the statement is deep
        node, inherited = left.pop()
        blocks = list(blocks_of(node))
        if not blocks or acts_in_test(node):
            yield node, inherited
        names = inherited + _header_names(node) if blocks else ()
        left += [
            (child, () if position else names)
            for block in reversed(blocks)
            for position, child in reversed([*enumerate(block)])
        ]


def acts_in_test(node: ast.AST) -> bool:
    """Whether the test of an `if` or `while` binds names or changes tensors: it is a statement of its own."""
    if not isinstance(node, ast.If | ast.While):
        return False
    return bool(stored_names(node.test)) or any(True for _ in changed_names(ast.Expr(node.test)))


def is_backward(node: ast.stmt, loss: str) -> bool:
    """Whether it is `loss.backward()`, whatever the loss is called."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward"))):
            return name == loss
    return False


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements directly inside a compound statement; none for opaque ones."""
    if isinstance(node, OPAQUE):
        return
    for name in _BLOCKS:
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block
    for part in [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]:
        yield from blocks_of(part)


def _statement(
    node: ast.stmt,
    inherited: tuple[str, ...],
    section: str,
    number: int,
    top: int,
    lines: tuple[str, ...],
    always: bool,
) -> Statement:
    whole = node
    if isinstance(node, ast.If | ast.While):
        node = ast.copy_location(ast.Expr(node.test), node.test)
    end = node.end_lineno or node.lineno
    names = sorted(stored_names(node), key=lambda name: _first_use(node, name))
    changed = list(changed_names(node))
    return Statement(
        section=section,
        number=number,
        top=top,
        line=node.lineno,
        end_line=end,
        text="\n".join(lines[node.lineno - 1 : end]).strip(),
        binds=tuple(dict.fromkeys([*inherited, *names])),
        changes=tuple(name for name in dict.fromkeys(changed) if name),
        unnamed="" in changed,
        always=always,
        called=frozenset(called(n) for n in own_nodes(node) if isinstance(n, ast.Call)),
        reads=read_names(node),
        node=whole,
        frame=frame_of(whole),
        hands_on=hands_on(whole),
        returns=returns(whole),
    )


def _first_use(node: ast.AST, name: str) -> tuple[int, int, str]:
    places = [(n.lineno, n.col_offset, name) for n in ast.walk(node) if _binds_directly(n, name)]
    return min(places, default=(0, 0, name))


def _binds_directly(node: ast.AST, name: str) -> TypeGuard[ast.Name | ast.alias]:
    if isinstance(node, ast.alias):
        return (node.asname or node.name).partition(".")[0] == name
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)


def _header_names(node: ast.stmt) -> tuple[str, ...]:
    parts: list[ast.AST] = []
    if isinstance(node, ast.For | ast.AsyncFor):
        parts = [node.target]
    elif isinstance(node, ast.With | ast.AsyncWith):
        parts = [item.optional_vars for item in node.items if item.optional_vars]
    return tuple(sorted(name for part in parts for name in stored_names(part)))
