"""Statements of a Function's methods as a program runs them, and statements of our own between them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from .kept_in_ctx import Place, kept_in
from .own_function import OwnFunction
from .trunk import without_grad_modes


def followed(block: list[ast.stmt]) -> list[ast.stmt]:
    """What a forward computes, in autograd's sight: torch itself runs it out of that."""
    open_ = without_grad_modes(block, lambda inner: True)
    return [_Attached().visit(node) for node in open_]


class _Attached(ast.NodeTransformer):
    """Lets what a forward detaches be a copy."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`x.detach()` becomes `x.clone()`."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "detach" and not node.args:
            node.func.attr = "clone"
        return node


def kept_by(function: OwnFunction) -> dict[Place, str]:
    """What the forward keeps, by its place in the ctx."""
    return kept_in([function.forward, *of_context(function)], function.contexts)


def of_context(function: OwnFunction) -> list[ast.stmt]:
    """The body of `setup_context`; the inputs have their names already."""
    if function.setup_context is None:
        return []
    given = function.setup_context.args.args[1].arg
    body = body_of_method(function.setup_context)
    return [node for node in body if _names_taken_from(node, given) != [*function.inputs]]


def _names_taken_from(node: ast.stmt, given: str) -> list[str]:
    """The names that a statement gives the parts of something."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Name(id=name)) if name == given:
            return [*map(plain_name, names)]
    return []


def body_of_method(method: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a method, but for its docstring and its `return`."""
    body = method.body[:-1] if isinstance(method.body[-1], ast.Return) else method.body
    return [copy.deepcopy(node) for node in body if not _is_text(node)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def tuple_of(parts: list[ast.expr], place: ast.stmt) -> ast.expr:
    return parts[0] if len(parts) == 1 else ast.copy_location(ast.Tuple(parts, ast.Load()), place)


def plain_name(node: ast.expr) -> str:
    """The name that an expression is; '' where it is anything else."""
    return node.id if isinstance(node, ast.Name) else ""


def bound_to_names(names: Sequence[str], value: ast.expr, place: ast.stmt) -> list[ast.stmt]:
    """One statement that binds names to what is returned, but for a name that it has already."""
    same = [plain_name(part) for part in parts_of_value(value)]
    if not names or same == [*names]:
        return []
    targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
    target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
    return [assigned(target, value, place)]


def assigned(target: ast.expr, value: ast.expr, place: ast.stmt) -> ast.stmt:
    assign = ast.copy_location(ast.Assign([target], copy.deepcopy(value)), place)
    for part in ast.walk(target):
        if isinstance(part, ast.expr):
            ast.copy_location(part, place)
    return assign


def placed_at(place: ast.stmt, text: str) -> list[ast.stmt]:
    """Statements of our own, at the first line of one of the file's."""
    nodes = ast.parse(text).body
    for part in (one for node in nodes for one in ast.walk(node)):
        if isinstance(part, ast.stmt | ast.expr | ast.arg):
            part.lineno = part.end_lineno = place.lineno
            part.col_offset = part.end_col_offset = place.col_offset
    return nodes


def parts_of_value(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]
