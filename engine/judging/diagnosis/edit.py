"""Edits of a user's own lines: made in a copy of their trees, tried, taken back."""

from __future__ import annotations

import ast
import contextlib
import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from ...program.names import called
from ...program.statements import Statement
from ...program.torch_operations import (
    SETTINGS,
    changes_in_place,
    names_module,
    out_of_place,
    takes_dimensions,
)


@dataclass(eq=False)
class Line:
    """One statement of the lines behind a gradient: a copy of its tree, in a block of its copy."""

    statement: Statement
    node: ast.stmt
    block: list[ast.stmt]
    top: int
    """Which of the top-level statements holds it."""
    own: bool
    """Whether it writes the gradient itself, and not a helper variable."""


@dataclass(frozen=True, eq=False)
class Spot:
    """Where an expression stands: a field of its parent, or an element of a list there."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.expr

    def put(self, new: ast.AST) -> None:
        """Let another expression stand there."""
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new

    @property
    def exponent(self) -> bool:
        """Whether it is the exponent of a power."""
        parent = self.parent
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
            return self.field == "right"
        return isinstance(parent, ast.Call) and out_of_place(called(parent)) == "pow"


@dataclass(frozen=True, eq=False)
class Edit:
    """One thing to try: `new` in the place of an expression, or statements in that of the whole line."""

    kind: str
    say: Callable[[], str]
    line: Line
    new: ast.expr | Sequence[ast.stmt]
    spot: Spot | None = None

    @contextlib.contextmanager
    def made(self) -> Iterator[Sequence[ast.stmt]]:
        """Inside the `with`, the copy of the lines has the edit; what it gives is the edited statements."""
        if self.spot is not None:
            assert isinstance(self.new, ast.AST)
            self.spot.put(self.new)
            try:
                yield [self.line.node]
            finally:
                self.spot.put(self.spot.node)
            return
        block, before = self.line.block, list(self.line.block)
        place = next(i for i, one in enumerate(block) if one is self.line.node)
        assert isinstance(self.new, Sequence)
        block[place : place + 1] = self.new
        try:
            yield self.new
        finally:
            block[:] = before


def lines_in(tops: Sequence[ast.stmt], chosen: Sequence[tuple[int, Statement, bool]]) -> list[Line]:
    """The statements `chosen`, each with the top-level one that it stands in, found in copies of these."""
    places = {}
    for block in blocks(list(tops)):
        for node in block:
            places[type(node), node.lineno, node.col_offset] = (node, block)
    found = []
    for top, statement, own in chosen:
        key = (type(statement.node), statement.node.lineno, statement.node.col_offset)
        if key in places:
            node, block = places[key]
            if node is tops[top]:
                block = [node]
            found.append(Line(statement, node, block, top, own))
    return found


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
    found: list[Spot] = []
    changed = set(map(id, _changed_in_place(node)))
    queue = _children(node)
    while queue:
        spot = queue.pop(0)
        if id(spot.node) not in changed:
            found.append(spot)
        queue += _children(spot.node)
    return found


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
    found = []
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        found.append(Spot(node.func, "value", None, node.func.value))
    if not takes_dimensions(called(node)):
        found += _in_field(node, "args")
    for keyword in node.keywords:
        if keyword.arg not in SETTINGS:
            found.append(Spot(keyword, "value", None, keyword.value))
    return found


def _in_field(node: ast.AST, field: str) -> list[Spot]:
    value = getattr(node, field)
    if isinstance(value, list):
        return [Spot(node, field, i, one) for i, one in enumerate(value) if isinstance(one, ast.expr)]
    return [Spot(node, field, None, value)] if isinstance(value, ast.expr) else []


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
    """Statements as code."""
    module = ast.Module(body=list(body), type_ignores=[])
    return compile(ast.fix_missing_locations(module), filename, "exec", dont_inherit=True)
