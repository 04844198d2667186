"""One expression of the forward as it ran: its text in the program's names, its value, its parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .trees import name as name_tree
from .trees import rebuilt


class Refused(Exception):
    """A gradient that cannot be derived. The message is a sentence for the user, without its line."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Node:
    """An expression with the value that it had, in float64 where the program allows it.

    `name` is the program's name for the value, as long as it stands for it when the backward begins.
    """

    __slots__ = (
        "alias_of",
        "held",
        "items",
        "line",
        "name",
        "parts",
        "unsaid",
        "value",
        "why_not",
        "written",
    )

    def __init__(self, written: ast.expr, value: Any, line: int, parts: Mapping[int, Node]) -> None:
        self.written = written
        self.value = value
        self.line = line
        self.parts = parts
        """The nodes of the expressions directly inside, by the id of their trees."""
        self.name = ""
        self.alias_of: Node | None = None
        """The node that this is a second name for."""
        self.held: ast.expr | None = None
        """Where it can be read from if it has no name: a place in a list."""
        self.items: tuple[Node, ...] = ()
        """What is in it, if it is the name of a list of tensors."""
        self.unsaid = False
        """Whether its text is no expression of the program."""
        self.why_not = ""
        """Why no rule can be looked for, where that is so."""

    def tree(self) -> ast.expr:
        """The expression in names that mean now what they meant then.

        Raises:
            Refused: a name in it has another value by now.
        """
        if self.name:
            return name_tree(self.name)
        if self.alias_of is not None:
            return self.alias_of.tree()
        if self.held is not None:
            return self.held
        if self.unsaid or isinstance(self.written, ast.Name):
            if self.unsaid:
                raise Refused(f"what line {self.line} made is changed later on", self.line)
            assert isinstance(self.written, ast.Name)
            raise Refused(
                f"`{self.written.id}` means something else once line {self.line} has run", self.line
            )
        return self.inside()

    def inside(self) -> ast.expr:
        """The expression itself, even where its value has a name."""
        renamed: ast.expr = _Renamed(self.parts).visit_inside(self.written)
        return renamed

    def say(self, tree: ast.expr) -> ast.expr:
        """A part of what is written, in names that mean now what they meant then."""
        renamed: ast.expr = _Renamed(self.parts).visit(tree)
        return renamed

    @property
    def differentiable(self) -> bool:
        """Whether a gradient can flow into it."""
        return _has_graph(self.value)

    def part(self, tree: ast.AST) -> Node | None:
        """The node of an expression directly inside."""
        return self.parts.get(id(tree))


def _has_graph(value: Any) -> bool:
    kind = type(value)  # `isinstance` asks the value itself as well
    if issubclass(kind, Tensor):
        return bool(value.requires_grad)
    if issubclass(kind, dict):
        return any(_has_graph(item) for item in value.values())
    return issubclass(kind, tuple | list | set) and any(_has_graph(item) for item in value)


class _Renamed(ast.NodeTransformer):
    """A copy in which every part is written as it can be written now."""

    def __init__(self, parts: Mapping[int, Node]) -> None:
        self.parts = parts

    def visit_inside(self, node: ast.AST) -> Any:
        return rebuilt(node, self.visit)

    def visit(self, node: ast.AST) -> Any:
        part = self.parts.get(id(node))
        return part.tree() if part is not None else self.visit_inside(node)


def subtrees(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions directly inside that have a value of their own, those in tuples and slices too."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr) and is_noted(child):
            yield child
        elif not isinstance(child, _CLOSED):
            yield from subtrees(child)


_CLOSED = (
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.NamedExpr,
)
"""Expressions that are not looked into."""
_NOTED = (
    ast.Name,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    ast.IfExp,
    *_CLOSED,
)


def is_noted(tree: ast.AST) -> bool:
    """Whether an expression's value is noted when it runs."""
    loaded = isinstance(getattr(tree, "ctx", ast.Load()), ast.Load)
    return isinstance(tree, _NOTED) and loaded
