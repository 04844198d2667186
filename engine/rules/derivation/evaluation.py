"""Running an expression of the forward: functions followed, comprehensions unfolded, every value noted."""

from __future__ import annotations

import ast
import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from torch import Tensor

from ...tensors.aliasing import Namespace
from ...tensors.inert import is_a, is_any, is_tensor
from ..node import Node, subtrees
from ..trees import name as name_tree
from .function_calls import Call, Functions, Unfolding, called
from .items import elements, items_of
from .noting import HIDDEN, NOTE, Noting, as_spelled, bound_names

_DEEPEST = 12
"""So many functions inside each other are followed."""


class Evaluator(ABC):
    """Makes nodes of expressions. What runs statements tells how a name is bound and a function run."""

    def __init__(
        self, namespace: Namespace, functions: Functions, filename: str, lines: tuple[str, ...] = ()
    ) -> None:
        self.namespace = namespace
        self.functions = functions
        self.filename = filename
        self.lines = lines
        self.names: dict[str, Node] = {}
        self.assigned: list[tuple[str, Node]] = []
        self.by_value: dict[int, Node] = {}
        """The expression that made a tensor, by the tensor's id."""
        self.counters: set[str] = set()
        """Names that loops count with: by the backward they stand at the end."""
        self.depth = 0
        self.root: Evaluator = self
        self._notes: dict[int, Any] = {}
        self._kept: list[ast.AST] = []
        """Trees whose ids are keys; an id is one's own only as long as its owner lives."""
        self._ran = 0
        namespace[NOTE] = self._note
        for name, value in bound_names(namespace).items():
            if is_tensor(value) and value.requires_grad:
                self.names[name] = self.by_value[id(value)] = Node(name_tree(name), value, 0, {})

    @abstractmethod
    def bind(self, target: ast.expr, node: Node) -> None:
        """Let a name, or several, stand for a node."""

    @abstractmethod
    def inside(self, call: Call, bound: dict[str, Node]) -> Node:
        """Run a function of the program's; what it returns."""

    def _note(self, key: int, value: Any) -> Any:
        self._notes[key] = value
        return value

    def _made(self, node: Node) -> None:
        if is_tensor(node.value):
            self.by_value.setdefault(id(node.value), node)

    def evaluate(self, tree: ast.expr) -> Node:
        """Run an expression and note the value of every one inside it."""
        tree = Unfolding(self._follow, self._renamed_items, self._walrus, self._holds).visit(tree)
        self._kept.append(tree)
        noted = ast.fix_missing_locations(ast.Expression(body=Noting().visit(tree)))
        value = eval(compile(noted, self.filename, "eval", dont_inherit=True), self.namespace)
        self._notes[id(tree)] = value
        return self._node(tree)

    def _node(self, tree: ast.expr) -> Node:
        if isinstance(tree, ast.Name):
            return self._named(tree)
        parts = {id(part): self._node(part) for part in subtrees(tree) if id(part) in self._notes}
        value = self._notes[id(tree)]
        if isinstance(tree, ast.Constant):
            return Node(as_spelled(tree, self.lines), value, tree.lineno, {})
        node = Node(tree, value, getattr(tree, "lineno", 0), parts)
        known = self.by_value.get(id(value)) if is_tensor(value) else None
        if known is not None and _only_reads(tree, node):
            node.alias_of = known
        if is_any(value, (list, tuple)) and all(id(entry) in self.by_value for entry in value):
            node.items = tuple(self.by_value[id(entry)] for entry in value)
        self._made(node)
        return node

    def _holds(self, tree: ast.expr) -> bool:
        return bool(self.evaluate(tree).value)

    def _named(self, tree: ast.Name) -> Node:
        value = self._notes.get(id(tree), self.namespace.get(tree.id))
        if (is_a(value, list) or is_a(value, tuple)) and any(is_tensor(entry) for entry in value):
            node = Node(tree, value, tree.lineno, {})
            node.alias_of = self.names.setdefault(tree.id, Node(tree, value, tree.lineno, {}))
            node.items = tuple(items_of(node, self.by_value))
            return node
        if tree.id not in self.names:
            self.names[tree.id] = self.by_value.get(id(value)) or Node(tree, value, tree.lineno, {})
            self._made(self.names[tree.id])
            if self.root.namespace.get(tree.id, getattr(builtins, tree.id, None)) is value:
                self.root.names.setdefault(tree.id, self.names[tree.id])
        return self.names[tree.id]

    def _hidden(self, node: Node) -> str:
        """A name for a value that the program has no name for."""
        name = f"{HIDDEN}{len(self.root._kept)}_{len(self.names)}__"
        self.namespace[name] = node.value
        self.names[name] = node
        return name

    def _renamed_items(self, target: ast.expr, source: ast.expr) -> Iterator[dict[str, str]]:
        """For every item of what a comprehension goes through, names for what its target stands for."""
        for item in items_of(self.evaluate(source), self.by_value):
            yield dict(self._target_names(target, item))

    def _walrus(self, target: ast.Name, value: ast.expr) -> None:
        self.bind(target, self.evaluate(value))

    def _target_names(self, target: ast.expr, node: Node) -> Iterator[tuple[str, str]]:
        if isinstance(target, ast.Tuple | ast.List):
            for inner, part in zip(target.elts, elements(node, self.by_value), strict=True):
                yield from self._target_names(inner, part)
        elif isinstance(target, ast.Name):
            yield target.id, self._hidden(node)

    def _follow(self, call: ast.Call) -> str | None:
        """Run one of the program's own functions, its statements noted; the name of what it returns."""
        own = called(call.func, self.functions, self.namespace)
        if own is None or self.depth > _DEEPEST or not _is_simple(call) or not own.can_be_followed():
            return None
        first = [own.owner] if own.owner is not None else []
        places = [None] * len([*first, *call.args])
        if own.bound(places, {given.arg: None for given in call.keywords}) is None:  # type: ignore
            return None
        args = [self.evaluate(tree) for tree in [*first, *call.args]]
        named = {str(given.arg): self.evaluate(given.value) for given in call.keywords}
        bound = own.bound(args, named)
        assert bound is not None
        return self._hidden(self.inside(own, bound))


def _only_reads(tree: ast.expr, node: Node) -> bool:
    """Whether an expression that gives a known tensor takes it from where it is held."""
    if not isinstance(tree, ast.Call):
        return isinstance(tree, ast.Attribute | ast.Subscript)
    callee = node.part(tree.func)
    holder = callee.part(tree.func.value) if callee and isinstance(tree.func, ast.Attribute) else None
    return holder is not None and not is_any(holder.value, (Tensor, ModuleType))


def _is_simple(call: ast.Call) -> bool:
    return all(argument.arg for argument in call.keywords) and not any(
        isinstance(argument, ast.Starred) for argument in call.args
    )
