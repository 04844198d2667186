"""A wrong power."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ....program.names import called, root_name
from ..case import Case
from ..edit import Edit, Line, Spot, literal, number
from ..wording import binary, swapped

_ROOTS = {"sqrt": "rsqrt", "rsqrt": "sqrt"}


def exponents(case: Case) -> Iterator[Edit]:
    """Every line with one exponent or root changed."""
    for line, spot in case.spots:
        if spot.exponent:
            for new in _exponents(spot.node):
                yield Edit("wrong_power", _said(spot, new), line, spot, new)
        elif called(spot.node) in _ROOTS:
            yield _other_root(case, line, spot)


def any_power(case: Case) -> Iterator[Edit]:
    """Every line without one of its powers, or with a power where there is none."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield Edit("wrong_power", _where(node, node.left), line, spot, node.left)
    for line, spot in case.spots:
        if not spot.exponent and not spot.compared and _is_float(case, spot.node):
            for exponent in (2, -1, 3, -2, 0.5, -0.5):
                new = binary(spot.node, ast.Pow(), literal(exponent))
                yield Edit("wrong_power", _where(spot.node, new), line, spot, new)


def _is_float(case: Case, node: ast.expr) -> bool:
    """Whether it is a tensor of the forward by its name, or in a container."""
    if not isinstance(node, ast.Name | ast.Subscript | ast.Attribute) or case.shape(node) is None:
        return False
    root = root_name(node)
    return root is not None and not case.trial.bench.tensor_of(root)


def _exponents(node: ast.expr) -> list[ast.expr]:
    known = number(node)
    if known is None:
        return [binary(node, ast.Sub(), ast.Constant(1)), binary(node, ast.Add(), ast.Constant(1))]
    others = [known - 1, known + 1, -known, -known - 1, -known + 1, known - 2, known + 2, -known - 2]
    return [literal(other) for other in dict.fromkeys(others) if other not in (0, known)]


def _said(spot: Spot, new: ast.expr) -> Callable[[], str]:
    power = spot.parent
    if isinstance(power, ast.BinOp):
        return _where(power, binary(power.left, power.op, new))
    return _where(spot.node, new)


def _where(was: ast.expr, new: ast.expr) -> Callable[[], str]:
    say = swapped(was, new)
    return lambda: f"wrong power: {say()}"


def _other_root(case: Case, line: Line, spot: Spot) -> Edit:
    node = spot.node
    assert isinstance(node, ast.Call)
    other = _ROOTS[called(node)]
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    func: ast.expr = (
        ast.Attribute(value=owner, attr=other, ctx=ast.Load())
        if owner is not None
        else ast.Name(id=other, ctx=ast.Load())
    )
    new = ast.Call(func=func, args=node.args, keywords=node.keywords)
    return Edit("wrong_power", _where(node, new), line, spot, new)
