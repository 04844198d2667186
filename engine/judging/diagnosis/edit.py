"""Edits of a user's own lines: trees in which one expression, or one statement, is another."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any

from ...program.frame import frame_of
from ...program.names import called
from ...program.statements import Statement
from ...program.torch_operations import (
    SETTINGS,
    changes_in_place,
    names_module,
    out_of_place,
    takes_dimensions,
)


@dataclass(frozen=True, eq=False)
class Line:
    """One statement of the lines behind a gradient, with a copy of its tree."""

    statement: Statement
    node: ast.stmt
    top: int
    """Which of the top-level statements holds it."""
    own: bool
    """Whether it writes the gradient itself, and not a helper variable."""


@dataclass(frozen=True, eq=False)
class Spot:
    """An expression, and what it is directly a part of."""

    parent: ast.AST
    node: ast.expr

    @property
    def exponent(self) -> bool:
        """Whether it is the exponent of a power."""
        parent = self.parent
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
            return self.node is parent.right
        return isinstance(parent, ast.Call) and out_of_place(called(parent)) == "pow"

    @property
    def compared(self) -> bool:
        """Whether it is only compared with something."""
        return isinstance(self.parent, ast.Compare)


@dataclass(frozen=True, eq=False)
class Edit:
    """One thing to try: `new` in the place of an expression, or statements in that of the whole line."""

    kind: str
    words: str | Callable[[], str]
    """What is said of it, or what writes that out once it is wanted."""
    line: Line
    spot: Spot | None
    new: ast.expr | Sequence[ast.stmt]

    @cached_property
    def message(self) -> str:
        """What is said of the line where the edit makes it right."""
        return self.words if isinstance(self.words, str) else self.words()

    @cached_property
    def statements(self) -> Sequence[ast.stmt]:
        """What stands in the place of the line."""
        if self.spot is None:
            assert isinstance(self.new, Sequence)
            return [ast.fix_missing_locations(statement) for statement in self.new]
        assert isinstance(self.new, ast.AST)
        return exchanged(self.line.node, self.spot.node, [ast.fix_missing_locations(self.new)])

    def of(self, top: ast.stmt) -> Sequence[ast.stmt]:
        """What stands in the place of the top-level statement that holds the line."""
        return exchanged(top, self.line.node, self.statements)


def exchanged(tree: ast.AST, old: ast.AST, new: Sequence[ast.AST]) -> Sequence[Any]:
    """What a tree becomes with `new` where its part `old` stands.

    The tree itself stays as it is, and what becomes of it shares the parts that do not change.
    """
    if tree is old:
        return new
    for field, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            (part,) = exchanged(value, old, new) if value is not old else new
            if part is not value:
                return [_with(tree, field, part)]
        elif isinstance(value, list):
            for place, element in enumerate(value):
                parts = exchanged(element, old, new) if isinstance(element, ast.AST) else [element]
                if element is old or parts[0] is not element:
                    return [_with(tree, field, [*value[:place], *parts, *value[place + 1 :]])]
    return [tree]


def _with(tree: ast.AST, field: str, value: Any) -> ast.AST:
    changed = copy.copy(tree)
    setattr(changed, field, value)
    return changed


def lines_in(tops: Sequence[ast.stmt], chosen: Sequence[tuple[int, Statement, bool]]) -> list[Line]:
    """The statements `chosen`, each with the top-level one that it stands in, found in copies of these."""
    copies = {place_in_text(node): node for block in blocks(list(tops)) for node in block}
    return [
        Line(statement, copies[place_in_text(statement.node)], top, own)
        for top, statement, own in chosen
        if place_in_text(statement.node) in copies
    ]


def place_in_text(node: ast.stmt) -> tuple[object, ...]:
    """Where a statement stands, and in which call: what is the same of its copies, and of no other."""
    binds = node.targets[0] if isinstance(node, ast.Assign) else node
    first = next((part.id for part in ast.walk(binds) if isinstance(part, ast.Name)), "")
    return type(node), node.lineno, node.col_offset, frame_of(node), first


def blocks(block: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block and every block inside it."""
    yield block
    for node in block:
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
                yield from blocks(inner)


def spots_of(node: ast.AST) -> list[Spot]:
    """Every expression of a statement's arithmetic, the outer ones first: no targets, no indices."""
    spots: list[Spot] = []
    changed = set(map(id, _changed_in_place(node)))
    queue = _children(node)
    while queue:
        spot = queue.pop(0)
        if id(spot.node) not in changed:
            spots.append(spot)
        queue += _children(spot.node)
    return spots


def _changed_in_place(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement changes by calls alone (`dX[0].mul_(2)`): an edit would change a passing value."""
    part = node.value if isinstance(node, ast.Expr) else None
    while isinstance(part, ast.Call) and is_in_place(part):
        whole = receiver(part)
        part = whole if whole is not None else part.args[0] if part.args else None
        if part is not None:
            yield from (part, *_inside(part))


def _inside(place: ast.AST) -> Iterator[ast.AST]:
    while isinstance(place, ast.Subscript | ast.Attribute):
        place = place.value
        yield place


def is_in_place(call: ast.Call) -> bool:
    """Whether a call changes its tensor, by torch's custom for names."""
    return changes_in_place(called(call))


def _children(node: ast.AST) -> list[Spot]:
    if number(node) is not None:
        return []
    match node:
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Expr() | ast.NamedExpr():
            fields = ["value"]
        case ast.Subscript() | ast.Attribute():
            fields = ["value"]
        case ast.Call():
            return _of_call(node)
        case ast.BinOp() | ast.UnaryOp() | ast.IfExp() | ast.Tuple() | ast.List() | ast.Compare():
            fields = [f for f in node._fields if f not in ("op", "ops", "ctx")]
        case ast.ListComp() | ast.GeneratorExp():
            fields = ["elt"]
        case _:
            return []
    return [spot for field in fields for spot in _in_field(node, field)]


def _of_call(node: ast.Call) -> list[Spot]:
    spots = []
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        spots.append(Spot(node.func, node.func.value))
    if not takes_dimensions(called(node)):
        spots += _in_field(node, "args")
    for keyword in node.keywords:
        if keyword.arg not in SETTINGS:
            spots.append(Spot(keyword, keyword.value))
    return spots


def _in_field(node: ast.AST, field: str) -> list[Spot]:
    value = getattr(node, field)
    parts = value if isinstance(value, list) else [value]
    return [Spot(node, part) for part in parts if isinstance(part, ast.expr)]


def is_module(node: ast.AST) -> bool:
    """Whether a name stands for a module by custom."""
    return isinstance(node, ast.Name) and names_module(node.id)


def receiver(node: ast.Call) -> ast.expr | None:
    """The object whose method is called; None for functions."""
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return node.func.value
    return None


def number(node: ast.AST) -> float | None:
    """The value of a literal number, its sign included."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    return None


def literal(value: float) -> ast.expr:
    """A number as it is written."""
    whole = int(value) if float(value).is_integer() and abs(value) < 1e15 else value
    plain = ast.Constant(abs(whole))
    return ast.UnaryOp(op=ast.USub(), operand=plain) if value < 0 else plain


def duplicate(node: ast.stmt) -> ast.stmt:
    """A copy that shares nothing."""
    return copy.deepcopy(node)


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement, compiled, with the names that it reads and writes."""

    code: CodeType
    reads: frozenset[str]
    """Those whose values count."""
    names: frozenset[str]
    """All that it reads."""
    writes: frozenset[str]


def compiled(body: Iterable[ast.stmt], filename: str) -> CodeType:
    """Statements as code; every node has to have its place in the text."""
    return compile(ast.Module(body=list(body), type_ignores=[]), filename, "exec", dont_inherit=True)
