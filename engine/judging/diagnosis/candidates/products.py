"""Transposed, or the operands of a product exchanged."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ....program.names import called
from ..case import Case
from ..edit import Edit, Line, Spot, receiver
from ..wording import binary, swapped, written

_PRODUCTS = frozenset({"mm", "matmul", "bmm", "outer", "mv", "dot", "ger"})


def products(case: Case) -> Iterator[Edit]:
    """Every line with something transposed or exchanged."""
    for line, spot in case.spots:
        if _is_matmul(spot.node):
            yield from _of_product(case, line, spot)
    for line, spot in case.spots:
        shape = case.shape(spot.node)
        if shape is not None and len(shape) >= 2 and not spot.exponent and not _is_summed(spot):
            for new in _transposed(spot.node, len(shape)):
                yield Edit("transposed", _said("transposed", spot.node, new), line, spot, new)
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            new = binary(node.right, node.op, node.left)
            yield Edit("operands_swapped", _said("operands swapped", node, new), line, spot, new)


def lost_products(case: Case) -> Iterator[Edit]:
    """A line of another shape times each tensor nearby: `dz` for `X.T @ dz`."""
    if not case.trial.judgement.verdict.misfits:
        return
    whole = [(line, spot) for line, spot in case.spots if line.own and isinstance(spot.parent, ast.stmt)]
    for line, spot in whole:
        for text in (name for name in case.tensors if name in case.nearby):
            factor = ast.Name(id=text, ctx=ast.Load())
            for other in (factor, ast.Attribute(value=factor, attr="T", ctx=ast.Load())):
                for left, right in ((other, spot.node), (spot.node, other)):
                    new = binary(left, ast.MatMult(), right)
                    words = f"missing the factor {written(other)}: {written(new)} belongs there"
                    yield Edit("factor_missing", words, line, spot, new)


def _is_matmul(node: ast.expr) -> bool:
    return _operands(node) is not None


def _is_summed(spot: Spot) -> bool:
    """Whether it is what a sum is of, as written: the sum over another dimension is likelier meant."""
    parent = spot.parent
    plain = isinstance(parent, ast.Attribute) and parent.attr in ("sum", "mean")
    return plain and untransposed(spot.node) is None


def _operands(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if not isinstance(node, ast.Call) or called(node) not in _PRODUCTS:
        return None
    owner = receiver(node)
    if owner is not None and len(node.args) == 1:
        return owner, node.args[0]
    return (node.args[0], node.args[1]) if owner is None and len(node.args) == 2 else None


def _with(node: ast.expr, left: ast.expr, right: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp):
        return binary(left, ast.MatMult(), right)
    assert isinstance(node, ast.Call)
    if receiver(node) is None:
        return ast.Call(func=node.func, args=[left, right], keywords=node.keywords)
    func = ast.Attribute(value=left, attr=called(node), ctx=ast.Load())
    return ast.Call(func=func, args=[right], keywords=node.keywords)


def _of_product(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    operands = _operands(spot.node)
    assert operands is not None
    left, right = operands
    lefts = [left, *_of(case, left)]
    rights = [right, *_of(case, right)]
    pairs = [(first, second) for first in lefts for second in rights]
    for first, second in pairs:
        if first is not left or second is not right:
            new = _with(spot.node, first, second)
            yield Edit("transposed", _said("transposed", spot.node, new), line, spot, new)
    for first, second in pairs:
        new = _with(spot.node, second, first)
        plain = first is left and second is right
        kind, words = ("operands_swapped", "operands swapped") if plain else ("transposed", "transposed")
        yield Edit(kind, _said(words, spot.node, new), line, spot, new)


def _of(case: Case, node: ast.expr) -> list[ast.expr]:
    shape = case.shape(node)
    return list(_transposed(node, 2 if shape is None else len(shape)))


def _transposed(node: ast.expr, dimensions: int) -> Iterator[ast.expr]:
    plain = untransposed(node)
    if plain is not None:
        yield plain
    elif dimensions == 2:
        yield ast.Attribute(value=node, attr="T", ctx=ast.Load())
    elif dimensions > 2:
        yield ast.Attribute(value=node, attr="mT", ctx=ast.Load())


def untransposed(node: ast.expr) -> ast.expr | None:
    """What stands under a transposition; None where there is none."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        return node.value
    if isinstance(node, ast.Call) and called(node) in ("t", "transpose", "swapaxes"):
        return receiver(node) or (node.args[0] if node.args else None)
    return None


def _said(words: str, was: ast.expr, new: ast.expr) -> Callable[[], str]:
    say = swapped(was, new)
    return lambda: f"{words}: {say()}"
