"""Sums: one that is missing, one too many, over the wrong dimension, or without the dimension kept."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from ....program.names import called
from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Line, Spot, receiver
from ..wording import method, swapped, written

_SUMS = frozenset({"sum", "mean"})
_KEEP = ("keepdim", "keepdims")


def sums(case: Case) -> Iterator[Edit]:
    """Every line with one sum changed, added or taken out."""
    for line, spot in case.spots:
        if called(spot.node) in _SUMS:
            yield from _kept(case, line, spot)
            yield from _taken_out(case, line, spot)
            yield from _over_others(case, line, spot)
    for line, spot in case.spots:
        if case.shape(spot.node) and not spot.exponent:
            yield from _added(case, line, spot)
    for line, spot in case.spots:
        yield from _reshaped(case, line, spot)


def means(case: Case) -> Iterator[Edit]:
    """`sum` for `mean` and `mean` for `sum`."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.Call) and called(node) in _SUMS and isinstance(node.func, ast.Attribute):
            other = "mean" if node.func.attr == "sum" else "sum"
            func = ast.Attribute(value=node.func.value, attr=other, ctx=ast.Load())
            new = ast.Call(func=func, args=node.args, keywords=node.keywords)
            yield Edit("mean_for_sum", _mean(other), line, spot, new)


def _kept(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    node = spot.node
    assert isinstance(node, ast.Call)
    others = [keyword for keyword in node.keywords if keyword.arg not in _KEEP]
    if len(others) < len(node.keywords):
        new = ast.Call(func=node.func, args=node.args, keywords=others)
        yield Edit("keepdim_lost", "keepdim=True does not belong there", line, spot, new)
    else:
        keep = ast.keyword(arg="keepdim", value=ast.Constant(True))
        new = ast.Call(func=node.func, args=node.args, keywords=[*others, keep])
        yield Edit("keepdim_lost", "keepdim=True is missing", line, spot, new)


def _mean(other: str) -> str:
    was = "mean" if other == "sum" else "sum"
    return f"the {was} is written where the {other} belongs"


def _over_others(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    node = spot.node
    assert isinstance(node, ast.Call)
    inner = _summed(node)
    shape = case.shape(inner) if inner is not None else None
    if not shape or inner is None:
        return
    for dims in _choices(len(shape)):
        for keep in (True, False):
            new = method(inner, called(node), _dims(dims), **({"keepdim": True} if keep else {}))
            whole = not node.args or (receiver(node) is None and len(node.args) == 1)
            kind = "summed_too_much" if whole else "wrong_dimension"
            yield Edit(kind, _dimension(node, new, _verb(node), whole), line, spot, new)


def _dimension(was: ast.expr, new: ast.expr, verb: str, whole: bool) -> Callable[[], str]:
    say = swapped(was, new)
    words = f"{verb} over all entries" if whole else f"{verb} over the wrong dimension"
    return lambda: f"{words}: {say()}"


def _verb(node: ast.Call) -> str:
    return "averaged" if called(node) == "mean" else "summed"


def _summed(node: ast.Call) -> ast.expr | None:
    return receiver(node) or (node.args[0] if node.args else None)


def _choices(dimensions: int) -> list[tuple[int, ...]]:
    sizes = range(1, min(dimensions, 3) + 1)
    return [dims for size in sizes for dims in combinations(range(dimensions), size)]


def _dims(dims: tuple[int, ...]) -> ast.expr:
    if len(dims) == 1:
        return ast.Constant(dims[0])
    return ast.Tuple(elts=list(map(ast.Constant, dims)), ctx=ast.Load())


def _taken_out(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    node = spot.node
    assert isinstance(node, ast.Call)
    inner = _summed(node)
    if inner is not None:
        dim = f"dimension {written(node.args[0])}" if node.args and receiver(node) else "all entries"
        verb = _verb(node)
        words = f"{verb} over {dim}, where nothing is to be {verb}"
        yield Edit("summed_too_much", words, line, spot, inner)


def _added(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    shape = case.shape(spot.node)
    assert shape is not None
    alike = not case.trial.judgement.verdict.misfits
    for dims in _choices(len(shape)):
        for keep in (True,) if alike else (True, False):
            new = method(spot.node, "sum", _dims(dims), **({"keepdim": True} if keep else {}))
            yield Edit("sum_missing", _missing(case, dims, spot), line, spot, new)
    yield Edit("sum_missing", "not summed over all entries", line, spot, method(spot.node, "sum"))


def _missing(case: Case, dims: tuple[int, ...], spot: Spot) -> Callable[[], str]:
    def say() -> str:
        words = " and ".join(map(str, dims))
        plural = "dimensions" if len(dims) > 1 else "dimension"
        whole = isinstance(spot.parent, ast.stmt)
        where = "" if whole else f" of {written(spot.node)}"
        return f"the sum over {plural} {words}{where} is missing{_broadcast(case, spot)}"

    return say


def _broadcast(case: Case, spot: Spot) -> str:
    own: Any = case.values.get(case.tensor)
    if not isinstance(spot.parent, ast.stmt) or not is_tensor(own):
        return ""
    return f": {case.tensor} was broadcast"


def _reshaped(case: Case, line: Line, spot: Spot) -> Iterator[Edit]:
    node = spot.node
    if isinstance(node, ast.Call) and called(node) in ("unsqueeze", "squeeze", "expand_as", "view_as"):
        inner = _summed(node)
        if inner is not None:
            yield Edit("wrong_shape", f"{called(node)} does not belong there", line, spot, inner)
    shape = case.shape(node)
    if shape is None or spot.exponent or not case.trial.judgement.verdict.misfits:
        return
    whole = isinstance(spot.parent, ast.stmt)
    for dim in range(len(shape) + 1) if len(shape) < 4 else ():
        kind, words = ("keepdim_lost", f"dimension {dim} is lost: unsqueeze({dim}) is missing")
        yield Edit(kind, words, line, spot, method(node, "unsqueeze", ast.Constant(dim)))
    own = case.values.get(case.tensor)
    if whole and is_tensor(own):
        target = ast.Name(id=case.tensor, ctx=ast.Load())
        words = f"the shape is not that of {case.tensor}"
        yield Edit("wrong_shape", words, line, spot, method(node, "view_as", target))
        yield Edit("wrong_shape", words, line, spot, method(node, "expand_as", target))
        if len(shape) > len(own.shape):
            yield Edit("wrong_shape", words, line, spot, method(node, "squeeze"))
