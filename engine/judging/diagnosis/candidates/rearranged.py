"""The right parts in a wrong arrangement: parentheses that stand elsewhere, entries in reverse order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ....program.names import called
from ..case import Case
from ..edit import Edit, receiver
from ..wording import binary, method, swapped, written

_REVERSING = frozenset({"flip", "fliplr", "flipud"})
_SUMS = (ast.Add, ast.Sub)


def parentheses(case: Case) -> Iterator[Edit]:
    """Every line with the operations of one expression in another order."""
    for line, spot in case.spots:
        for new in _regrouped(spot.node):
            yield Edit("parentheses", _said(spot.node, new), line, spot, new)


def _said(was: ast.expr, new: ast.expr) -> Callable[[], str]:
    say = swapped(was, new)
    return lambda: f"parentheses: {say()}"


def _regrouped(node: ast.expr) -> Iterator[ast.expr]:
    """`(a + b) / c` for `a + b / c`, and the reverse, over any number of operations."""
    if not isinstance(node, ast.BinOp):
        return
    for inner, rest in _first_operands(node.right):
        if _matters(node.op, inner):
            yield rest(binary(node.left, node.op, inner))
    for inner, rest in _last_operands(node.left):
        if _matters(node.op, inner):
            yield rest(binary(inner, node.op, node.right))


def _matters(operator: ast.operator, node: ast.expr) -> bool:
    return not (isinstance(operator, ast.Add) and isinstance(node, ast.BinOp) and isinstance(node.op, _SUMS))


_Rest = Callable[[ast.expr], ast.expr]


def _first_operands(node: ast.expr) -> Iterator[tuple[ast.expr, _Rest]]:
    """What stands leftmost in an expression, smaller and smaller, with what stands around it."""
    if isinstance(node, ast.BinOp):
        operator, right = node.op, node.right
        yield node.left, lambda new: binary(new, operator, right)
        for inner, rest in _first_operands(node.left):
            yield inner, lambda new, rest=rest: binary(rest(new), operator, right)  # type: ignore[misc]


def _last_operands(node: ast.expr) -> Iterator[tuple[ast.expr, _Rest]]:
    if isinstance(node, ast.BinOp):
        operator, left = node.op, node.left
        yield node.right, lambda new: binary(left, operator, new)
        for inner, rest in _last_operands(node.right):
            yield inner, lambda new, rest=rest: binary(left, operator, rest(new))  # type: ignore[misc]


def reversals(case: Case) -> Iterator[Edit]:
    """Every line without one of its reversals, or with one more."""
    for line, spot in case.spots:
        node = spot.node
        inner = (
            receiver(node) or (node.args[0] if node.args else None) if isinstance(node, ast.Call) else None
        )
        if called(node) in _REVERSING and inner is not None:
            words = f"reversed where it is not to be: {called(node)} does not belong there"
            yield Edit("reversed", words, line, spot, inner)
    for line, spot in case.spots:
        shape = case.shape(spot.node) or ()
        for dim, size in enumerate(shape if not spot.exponent else ()):
            if size > 1:
                new = method(spot.node, "flip", ast.Constant(dim))
                words = f"{written(spot.node)} is to be reversed: .flip({dim}) is missing"
                yield Edit("reversed", words, line, spot, new)
