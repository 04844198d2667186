"""Helper functions of one return: their expression in place of the call."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from ..memory import Namespace

_DEEPEST = 8


class Functions:
    """The functions of a program that are one expression of their parameters."""

    def __init__(self, trees: Iterable[ast.AST]) -> None:
        self.known: dict[tuple[str, int], tuple[list[str], ast.expr, dict[str, ast.expr]]] = {}
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    self._note(node.name, node.lineno, node.args, _returned(node))
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                    self._note("<lambda>", node.lineno, node.value.args, node.value.body)

    def _note(self, name: str, line: int, args: ast.arguments, body: ast.expr | None) -> None:
        if body is None or args.vararg or args.kwarg or args.kwonlyargs:
            return
        names = [one.arg for one in (*args.posonlyargs, *args.args)]
        defaults = dict(zip(names[len(names) - len(args.defaults) :], args.defaults, strict=True))
        self.known[name, line] = (names, body, defaults)

    def inlined(self, tree: ast.expr, namespace: Namespace, depth: int = 0) -> ast.expr:
        """The expression with every call of such a function replaced by what it returns."""
        if depth > _DEEPEST or not self.known:
            return tree
        visitor = _Inlining(self, namespace)
        found: ast.expr = visitor.visit(tree)
        return self.inlined(found, namespace, depth + 1) if visitor.replaced else found

    def body_of(self, function: Any, call: ast.Call) -> ast.expr | None:
        """What a call returns, in the call's own arguments; None where that cannot be said."""
        if not isinstance(function, FunctionType) or function.__closure__:
            return None
        known = self.known.get((function.__name__, function.__code__.co_firstlineno))
        if known is None or any(isinstance(one, ast.Starred) for one in call.args):
            return None
        names, body, values = known[0], known[1], dict(known[2])
        values.update(zip(names, call.args, strict=False))
        values.update({one.arg: one.value for one in call.keywords if one.arg})
        if set(values) != set(names):
            return None
        filled: ast.expr = _Arguments(values).visit(body)
        return filled


def _returned(node: ast.FunctionDef) -> ast.expr | None:
    body = [one for one in node.body if not _is_text(one)]
    if len(body) == 1 and isinstance(body[0], ast.Return) and not node.decorator_list:
        return body[0].value
    return None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Copying(ast.NodeTransformer):
    """Copies what it visits: the program's own trees stay as they are."""

    def generic_visit(self, node: ast.AST) -> Any:
        fields: dict[str, Any] = {}
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                fields[field] = [self.visit(one) if isinstance(one, ast.AST) else one for one in value]
            else:
                fields[field] = self.visit(value) if isinstance(value, ast.AST) else value
        return ast.copy_location(type(node)(**fields), node)


class _Inlining(_Copying):
    def __init__(self, functions: Functions, namespace: Namespace) -> None:
        self.functions = functions
        self.namespace = namespace
        self.replaced = False

    def visit_Call(self, node: ast.Call) -> Any:
        call = self.generic_visit(node)
        if isinstance(call.func, ast.Name):
            body = self.functions.body_of(self.namespace.get(call.func.id), call)
            if body is not None:
                self.replaced = True
                return body
        return call


class _Arguments(_Copying):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> Any:
        return self.values.get(node.id, ast.copy_location(ast.Name(id=node.id, ctx=node.ctx), node))
