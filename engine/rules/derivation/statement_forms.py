"""What the form of a statement of the forward says: what it binds, what it changes, where it puts what."""

from __future__ import annotations

import ast

from ...program.names import called, root_name
from ...program.torch_operations import changes_in_place, may_draw, out_of_place
from ..trees import copied
from .noting import HIDDEN


def said_by_text(tree: ast.expr) -> bool:
    """Whether an expression says what its value is; random numbers it does not."""
    if not isinstance(tree, ast.Call | ast.BinOp | ast.Subscript) or HIDDEN in ast.unparse(tree):
        return False
    return not any(may_draw(called(part)) for part in ast.walk(tree))


def changed_in_place(call: ast.expr) -> tuple[str, ast.expr] | None:
    """The name that methods like `h.mul_(2).add_(1)` change, and what it is changed to."""
    if isinstance(call, ast.Name):
        return call.id, call
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    func = call.func
    if not changes_in_place(func.attr) or func.attr == "requires_grad_":
        return None
    inner = changed_in_place(func.value)
    if inner is None:
        return None
    twin = ast.Attribute(value=inner[1], attr=out_of_place(func.attr), ctx=ast.Load())
    return inner[0], ast.Call(func=twin, args=call.args, keywords=call.keywords)


def changed_names(node: ast.stmt) -> list[str]:
    """Names whose values a statement changes in part, or what they hold."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    held: list[ast.AST] = [one for one in targets if isinstance(one, ast.Subscript | ast.Attribute)]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        held += [node.value.func] if isinstance(node.value.func, ast.Attribute) else []
    held = [one for one in held if not (isinstance(one, ast.Attribute) and one.attr in _OF_AUTOGRAD)]
    return [name for one in held if (name := root_name(one)) is not None]


_OF_AUTOGRAD = ("retain_grad", "requires_grad_", "requires_grad", "grad")
"""What a tensor keeps for autograd: its value and its gradient stay what they are."""


def is_place(tree: ast.expr) -> bool:
    """Whether it is read or written without a call: `cache["z"]`, `self.h`, `layers[0].out`."""
    held = isinstance(tree, ast.Subscript | ast.Attribute)
    return held and not any(isinstance(part, ast.Call | ast.NamedExpr) for part in ast.walk(tree))


def as_read(tree: ast.expr) -> ast.expr:
    """A name or a place that is written, read."""
    twin: ast.expr = copied(tree)
    twin.ctx = ast.Load()  # type: ignore[attr-defined]
    return twin
