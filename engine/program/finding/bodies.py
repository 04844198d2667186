"""The statements of a function in the place of its call: its parameters bound, its last return a value."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from typing import Any

from ..around import RETURN, leaving
from ..names import OPAQUE, own_nodes
from .pieces import forget
from .trunk import with_jumps_exchanged

_EXITS = frozenset({"exit", "quit", "SystemExit"})


def last_name(node: ast.expr) -> str:
    """The name that an expression ends in: `f` of `f` and of `module.f`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def own_nodes_of(function: ast.FunctionDef) -> Iterable[ast.AST]:
    """The nodes of a function's body, but for those of functions inside it."""
    return (node for top in function.body for node in own_nodes(top))


def bound_to(given: Mapping[str, ast.expr], node: ast.stmt) -> list[ast.stmt]:
    """One statement that binds a function's parameters, in the place of its call."""
    new = {name: value for name, value in given.items() if last_name(value) != name or not _is_plain(value)}
    if not new:
        return []
    names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in new]
    values = [copy.deepcopy(value) for value in new.values()]
    target = names[0] if len(names) == 1 else ast.Tuple(names, ast.Store())
    value = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
    assign = ast.Assign([target], value)
    for part in ast.walk(assign):
        if isinstance(part, ast.stmt | ast.expr):
            ast.copy_location(part, node)
    return [assign]


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Name)


def body_of(function: ast.FunctionDef, node: ast.stmt, call: ast.Call) -> list[ast.stmt]:
    """The statements of a function, its last `return` made a part of the statement that called it."""
    body = [part for part in function.body if not isinstance(part, ast.Global | ast.Nonlocal)]
    last = body[-1] if body and isinstance(body[-1], ast.Return) else None
    inner = body[:-1] if last is not None else body
    for part in (one for top in inner for one in ast.walk(top)):
        if isinstance(part, OPAQUE):
            part.body = [_global(one) for one in part.body]
    left = with_jumps_exchanged(inner, _left, returns=True)
    return [*left, *_returned(last, node, call)]


def _left(node: ast.stmt) -> ast.stmt:
    return leaving(RETURN, node) if isinstance(node, ast.Return) else node


def _global(node: ast.stmt) -> ast.stmt:
    """The names of a function around become names of the program."""
    return ast.copy_location(ast.Global(node.names), node) if isinstance(node, ast.Nonlocal) else node


def _returned(last: ast.Return | None, node: ast.stmt, call: ast.Call) -> list[ast.stmt]:
    """The statement that called a function, with what that returns in the place of the call."""
    value = (last.value if last is not None else None) or ast.copy_location(ast.Constant(None), call)
    plain = isinstance(value, ast.Name | ast.Tuple | ast.Constant)
    if plain and (_is_alone(node, call) or isinstance(node, ast.Raise)):
        return []
    forget(node)
    if isinstance(node, ast.Assign) and node.value is call and isinstance(value, ast.Tuple):
        return _assigned(node, value)
    _Exchange(call, value).visit(node)
    return [node]


def _assigned(node: ast.Assign, value: ast.Tuple) -> list[ast.stmt]:
    """What a function returns, bound to names: those that it had inside, too, have it already."""
    target = node.targets[0]
    node.value = value
    if len(node.targets) > 1 or not isinstance(target, ast.Tuple) or len(target.elts) != len(value.elts):
        return [node]
    pairs = zip(target.elts, value.elts, strict=True)
    new = [pair for pair in pairs if not (last_name(pair[0]) == last_name(pair[1]) and _is_plain(pair[1]))]
    if any(isinstance(one, ast.Starred) for pair in new for one in pair):
        return [node]
    target.elts, value.elts = [one for one, _ in new], [one for _, one in new]
    return [node] if new else []


def _is_alone(node: ast.stmt, call: ast.Call) -> bool:
    """Whether nothing is made of what a call gives: `train()`, `sys.exit(main())`."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Call) and last_name(value.func) in _EXITS and value.args:
        value = value.args[0]
    return value is call


class _Exchange(ast.NodeTransformer):
    """Puts one expression in the place of another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> Any:
        """The new one for the old, any other gone into."""
        return self.new if node is self.old else self.generic_visit(node)


def returns_early(function: ast.FunctionDef) -> bool:
    """Whether a function has a `return` before its end."""
    inner = [node for node in own_nodes_of(function) if isinstance(node, ast.Return)]
    return any(node is not function.body[-1] for node in inner)
