"""The forward compiled so that it tells what every expression in it made, loops and branches included."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from ...program.around import HIDDEN
from ...program.program import Program
from ...tensors.inert import is_a, is_any, is_tensor
from ..recording.instrumentation import compiled, hooked

NOTE = f"{HIDDEN}made__"


@dataclass(frozen=True)
class Expression:
    """An expression of the forward, in the words of the program."""

    text: str
    line: int


@dataclass(frozen=True, eq=False)
class NotedForward:
    """The code, and the expressions whose values it tells, by their numbers."""

    code: CodeType
    expressions: Sequence[Expression]


def noted_forward(program: Program) -> NotedForward | None:
    """The forward of a program; None where it has none."""
    section = program.section("forward")
    if section is None:
        return None
    bound = Counter(name for statement in section.statements for name in statement.writes)
    noting = _Noting(program.lines, frozenset(name for name, times in bound.items() if times == 1))
    body = [noting.visit(copy.deepcopy(node)) for node in hooked(program, section)]
    return NotedForward(compiled(program, _flat(body)), tuple(noting.expressions))


def _flat(body: Sequence[Any]) -> list[ast.stmt]:
    return [node for one in body for node in (one if isinstance(one, list) else [one])]


class MadeNodes:
    """Which expression made which node of autograd's graph, and the how manieth of it that is.

    `note` is what the noted forward calls.
    """

    def __init__(self) -> None:
        self.by_node: dict[Any, tuple[int, int]] = {}
        self._times: dict[int, int] = {}

    def note(self, number: int, value: Any) -> Any:
        """Keep what an expression made, unless one inside it made that already."""
        for tensor in value if is_any(value, (tuple, list)) else (value,):
            node = tensor.grad_fn if is_tensor(tensor) else None
            if node is not None and node not in self.by_node:
                times = self._times.get(number, 0)
                self.by_node[node] = (number, times)
                self._times[number] = times + 1
        return value


_WITH_VALUES = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Attribute, ast.Subscript, ast.IfExp, ast.NamedExpr)


class _Noting(ast.NodeTransformer):
    """Wraps expressions in a call that passes their value on.

    What is assigned has the words of its target, but for a name that several statements bind.
    """

    def __init__(self, lines: Sequence[str], once: frozenset[str]) -> None:
        self.lines = lines
        self.once = once
        self.expressions: list[Expression] = []
        self._named: dict[int, str] = {}

    def generic_visit(self, node: ast.AST) -> Any:
        """Wrap what is inside, then the node itself where it has a value."""
        for field, value in ast.iter_fields(node):
            if is_a(value, list):
                setattr(node, field, _flat([self._inner(one) for one in value]))
            elif isinstance(value, ast.AST) and not _stays(node, field):
                setattr(node, field, self._inner(value))
        return self._noted(node) if self._has_value(node) else node

    def _inner(self, value: Any) -> Any:
        return self.visit(value) if isinstance(value, ast.AST) else value

    def _has_value(self, node: ast.AST) -> bool:
        return isinstance(node, _WITH_VALUES) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)

    def _noted(self, node: Any) -> ast.expr:
        words = self._named.get(id(node)) or self._words(node)
        self.expressions.append(Expression(words, node.lineno))
        number = ast.Constant(len(self.expressions) - 1)
        call = ast.Call(func=ast.Name(id=NOTE, ctx=ast.Load()), args=[number, node], keywords=[])
        return ast.copy_location(call, node)

    def _words(self, node: ast.expr) -> str:
        """The text as the program has it, if it stands in one line."""
        if node.lineno != node.end_lineno:
            return ast.unparse(node)
        return self.lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()

    def visit_Call(self, node: ast.Call) -> Any:
        """What is called has no value of interest; a hook is none of the program's."""
        if isinstance(node.func, ast.Name) and node.func.id.startswith(HIDDEN):
            return node
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(one) for one in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return self._noted(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """The value has the words of its only target."""
        target = node.targets[0]
        plainly = isinstance(target, ast.Subscript | ast.Attribute) or self._is_name(target)
        if len(node.targets) == 1 and plainly:
            self._named[id(node.value)] = self._words(target)
        node.value = self.visit(node.value)
        return node

    def _is_name(self, target: ast.expr) -> bool:
        return isinstance(target, ast.Name) and target.id in self.once

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """What it leaves in its target is noted after it."""
        loaded = copy.deepcopy(node.target)
        loaded.ctx = ast.Load()
        node.value = self.visit(node.value)
        return [node, ast.copy_location(ast.Expr(self._noted(loaded)), node)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """The annotation stays."""
        node.value = node.value and self.visit(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        """A text makes no tensor."""
        return node

    def visit_Starred(self, node: ast.Starred) -> Any:
        """What is unpacked is noted, not the unpacking."""
        if isinstance(node.ctx, ast.Load):
            node.value = self.visit(node.value)
        return node


def _stays(node: ast.AST, field: str) -> bool:
    """Whether a part is no value of the program's: an index, a pattern, an annotation, a target."""
    if isinstance(node, ast.Subscript) and field == "slice":
        return True
    stores = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    return stores or field in ("pattern", "annotation", "returns", "target", "targets", "optional_vars")
