"""A sign flipped, anywhere in a line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from ....program.names import called
from ..case import Case
from ..edit import Edit, Line, Spot
from ..wording import binary, swapped

_OTHER = {"add_": "sub_", "sub_": "add_", "add": "sub", "sub": "add"}


def signs(case: Case) -> Iterator[Edit]:
    """Every line with one sign changed."""
    for line in case.trial.lines:
        if isinstance(line.node, ast.AugAssign) and isinstance(line.node.op, ast.Add | ast.Sub):
            yield _accumulated(case, line, line.node)
    for line, spot in case.spots:
        yield from _inside(case, line, spot)
    for line, spot in case.spots:
        whole = isinstance(spot.parent, ast.stmt) and case.is_scalar(spot.node)
        if not _in_product(spot) and not spot.exponent and (whole or case.shape(spot.node) is not None):
            negated = ast.UnaryOp(ast.USub(), spot.node)
            yield Edit("sign_flipped", _flipped(spot.node, negated), line, spot, negated)


def measured_signs(case: Case) -> Iterator[Edit]:
    """Those where the part in question is right once its sign is the other."""
    turned = {id(probe.spot.node) for probe in case.probes if probe.factor == -1.0}
    whole = case.ratio == -1.0
    for edit in signs(case) if turned else ():
        nodes = [edit.spot.node, *ast.iter_child_nodes(edit.spot.node)] if edit.spot is not None else []
        if edit.spot is None:
            nodes = list(ast.iter_child_nodes(edit.line.node))
        if any(id(node) in turned for node in nodes):
            yield replace(edit, words="sign flipped") if whole else edit


def _accumulated(case: Case, line: Line, node: ast.AugAssign) -> Edit:
    other: ast.operator = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    words = "+= where -= belongs" if isinstance(node.op, ast.Add) else "-= where += belongs"
    new = ast.copy_location(ast.AugAssign(target=node.target, op=other, value=node.value), node)
    return Edit("sign_flipped", f"sign flipped: {words}", line, None, [new])


def _inside(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    node = spot.node
    news: list[ast.expr] = []
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not spot.exponent:
            news = [operand]
        case ast.BinOp(op=ast.Add()):
            news = [binary(node.left, ast.Sub(), node.right), _minus_first(node)]
        case ast.BinOp(op=ast.Sub()):
            news = [binary(node.left, ast.Add(), node.right), binary(node.right, ast.Sub(), node.left)]
        case ast.Call(func=ast.Attribute() as func) if called(node) in _OTHER:
            other = ast.Attribute(func.value, _OTHER[called(node)], ast.Load())
            news = [ast.Call(func=other, args=node.args, keywords=node.keywords)]
    for new in news:
        yield Edit("sign_flipped", _flipped(node, new), line, spot, new)


def _minus_first(node: ast.BinOp) -> ast.expr:
    return binary(node.right, ast.Sub(), node.left)


def _flipped(was: ast.expr, new: ast.expr) -> Callable[[], str]:
    say = swapped(was, new)
    return lambda: f"sign flipped: {say()}"


def _in_product(spot: Spot) -> bool:
    """Whether a minus in front of it is the same as one in front of the product."""
    parent = spot.parent
    if isinstance(parent, ast.UnaryOp | ast.Compare):
        return True
    return isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div | ast.MatMult)
