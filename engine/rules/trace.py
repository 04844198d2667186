"""The forward run once more, every expression noted: names versioned, loops unrolled, functions inlined."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor

from ..memory import Namespace, stands_alone
from .inline import Functions
from .node import Node, Refused, is_noted, subtrees
from .trees import name as name_tree

_NOTE = "__backprop_tui_note__"
_LONGEST = 2000
"""So many statements, loops unrolled, are followed."""


class Trace:
    """What the forward bound, in order. `assigned` has every binding, of a name bound twice both."""

    def __init__(self, namespace: Namespace, functions: Functions, filename: str) -> None:
        self.namespace = namespace
        self.functions = functions
        self.filename = filename
        self.names: dict[str, Node] = {}
        self.assigned: list[tuple[str, Node]] = []
        self._notes: dict[int, Any] = {}
        self._kept: list[ast.AST] = []
        """Trees whose ids are keys; an id is one's own only as long as its owner lives."""
        self._ran = 0
        namespace[_NOTE] = self._note

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Run a block of statements.

        Raises:
            Refused: there are too many, or one of them cannot be followed.
        """
        for node in body:
            self._ran += 1
            if self._ran > _LONGEST:
                raise Refused("the forward runs more statements than can be written out", node.lineno)
            self._statement(node)

    def name_nodes(self) -> None:
        """Give every node the name that stands for it now that the forward has run."""
        for name, node in self.names.items():
            node.name = name

    def spelled(self) -> dict[str, str]:
        """The expressions that have a name now, by their text in names that mean the same as then."""
        found: dict[str, str] = {}
        for name, node in self.names.items():
            if node.name == name and isinstance(node.value, Tensor) and _is_said_by_text(node.written):
                with contextlib.suppress(Refused):
                    found[ast.unparse(node.inside())] = name
        return found

    def _note(self, key: int, value: Any) -> Any:
        self._notes[key] = value
        return value

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value) if all(_is_plain(one) for one in targets):
                found = self.evaluate(value)
                for target in targets:
                    self._bind(target, found)
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                self._bind(target, self.evaluate(value))
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                self._change(name, ast.BinOp(left=_at(name_tree(name), node), op=operator, right=value), node)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)) as func) as call) if (
                _changes_in_place(func.attr) and isinstance(self.namespace.get(name), Tensor)
            ):
                twin = ast.Attribute(value=func.value, attr=func.attr[:-1], ctx=ast.Load())
                self._change(name, ast.Call(func=twin, args=call.args, keywords=call.keywords), node)
            case ast.For(orelse=[]):
                self._loop(node)
            case ast.If(test=test, body=body, orelse=orelse):
                self.run(body if self.evaluate(test).value else orelse)
            case _:
                self._opaque(node)

    def _change(self, name: str, value: ast.expr, node: ast.stmt) -> None:
        """A change in place is a binding anew, where no other name sees it."""
        tensor = self.namespace.get(name)
        if isinstance(tensor, Tensor) and not stands_alone(tensor, self.namespace):
            raise Refused(
                f"line {node.lineno} changes `{name}` in place, and others share its memory", node.lineno
            )
        self._bind(ast.Name(id=name, ctx=ast.Store()), self.evaluate(_at(value, node)))

    def _loop(self, node: ast.For) -> None:
        source = self.evaluate(node.iter)
        for index, value in enumerate(source.value):
            self._bind_item(node.target, source, index, value)
            self.run(node.body)

    def _bind_item(self, target: ast.expr, source: Node, index: int, value: Any) -> None:
        if isinstance(value, int | float | str):
            constant = _at(ast.Constant(value), target)
            self._bind(target, Node(constant, value, target.lineno, {}))
        else:
            self._bind(target, _item(source, index, value))

    def _opaque(self, node: ast.stmt) -> None:
        """Run a statement that is not followed: what it binds has a value and no rule."""
        before = {name: id(value) for name, value in self.namespace.items()}
        module = ast.Module(body=[node], type_ignores=[])
        exec(compile(module, self.filename, "exec", dont_inherit=True), self.namespace)
        for name, value in list(self.namespace.items()):
            if before.get(name) != id(value) and name != _NOTE:
                self._bound_unseen(name, value, node)
        for name in _changed_names(node):
            self._bound_unseen(name, self.namespace.get(name), node)

    def _bound_unseen(self, name: str, value: Any, node: ast.stmt) -> None:
        found = Node(_at(name_tree(name), node), value, node.lineno, {})
        kind = "a change of a part" if isinstance(node, ast.Assign | ast.AugAssign) else "this statement"
        found.why_not = f"line {node.lineno}: {kind} is not followed"
        self.names[name] = found
        self.assigned.append((name, found))

    def _bind(self, target: ast.expr, found: Node) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for index, (one, part) in enumerate(zip(target.elts, _elements(found), strict=True)):
                self._bind(one, part if isinstance(part, Node) else _item(found, index, part))
            return
        assert isinstance(target, ast.Name)
        node = self._own(found, target)
        self.namespace[target.id] = node.value
        self.names[target.id] = node
        self.assigned.append((target.id, node))

    def _own(self, found: Node, target: ast.Name) -> Node:
        """A node that no other name has: a second name for a tensor is a use of the first."""
        if found not in self.names.values():
            return found
        value = found.value
        if isinstance(value, Tensor) and value.requires_grad:
            value = value.view_as(value)
        alias = Node(target, value, target.lineno, {})
        alias.alias_of = found
        return alias

    def evaluate(self, tree: ast.expr) -> Node:
        """Run an expression and note the value of every one inside it."""
        tree = self.functions.inlined(tree, self.namespace)
        self._kept.append(tree)
        noted = ast.fix_missing_locations(ast.Expression(body=_Noting().visit(tree)))
        value = eval(compile(noted, self.filename, "eval", dont_inherit=True), self.namespace)
        self._notes[id(tree)] = value
        return self._node(tree)

    def _node(self, tree: ast.expr) -> Node:
        if isinstance(tree, ast.Name):
            if tree.id not in self.names:
                self.names[tree.id] = Node(tree, self.namespace.get(tree.id), tree.lineno, {})
            return self.names[tree.id]
        parts = {id(one): self._node(one) for one in subtrees(tree) if id(one) in self._notes}
        return Node(tree, self._notes[id(tree)], getattr(tree, "lineno", 0), parts)


class _Noting(ast.NodeTransformer):
    """A copy of an expression in which every one inside tells its value."""

    def visit(self, node: ast.AST) -> Any:
        twin = _copied(node, self)
        if not is_noted(node):
            return twin
        return ast.Call(func=name_tree(_NOTE), args=[ast.Constant(id(node)), twin], keywords=[])


def _copied(node: ast.AST, visitor: ast.NodeTransformer) -> Any:
    closed = not any(True for _ in subtrees(node)) and is_noted(node)
    if closed:
        return node
    fields: dict[str, Any] = {}
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[field] = [visitor.visit(one) if isinstance(one, ast.AST) else one for one in value]
        else:
            fields[field] = visitor.visit(value) if isinstance(value, ast.AST) else value
    return ast.copy_location(type(node)(**fields), node)


def _elements(found: Node) -> Iterator[Any]:
    """The parts of what is unpacked: nodes where a tuple was written out, else values."""
    written = found.written
    if isinstance(written, ast.Tuple | ast.List):
        return iter([found.part(one) for one in written.elts])
    return iter(found.value)


def _item(source: Node, index: int, value: Any) -> Node:
    held = source.written if not source.name else name_tree(source.name)
    place = _at(ast.Constant(index), source.written)
    tree = _at(ast.Subscript(value=held, slice=place, ctx=ast.Load()), source.written)
    return Node(tree, value, source.line, {id(held): source, id(place): Node(place, index, source.line, {})})


def _at(tree: Any, like: ast.AST) -> Any:
    return ast.fix_missing_locations(ast.copy_location(tree, like))


def _is_said_by_text(tree: ast.expr) -> bool:
    """Whether an expression says what its value is; random numbers it does not."""
    drawn = ("rand", "drop", "normal", "multinomial", "bernoulli")
    text = ast.unparse(tree)
    return isinstance(tree, ast.Call | ast.BinOp | ast.Subscript) and not any(one in text for one in drawn)


def _is_plain(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_plain(one) for one in target.elts)
    return isinstance(target, ast.Name)


def _changes_in_place(method: str) -> bool:
    return method.endswith("_") and not method.endswith("__") and method != "requires_grad_"


def _changed_names(node: ast.stmt) -> list[str]:
    """Names whose tensors a statement changes in part."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    held = [target.value for target in targets if isinstance(target, ast.Subscript)]
    return [one.id for one in held if isinstance(one, ast.Name)]
