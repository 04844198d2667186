"""One entry of a term, with its numbers: local slope times upstream, and what was summed."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ...tensors.inert import is_tensor
from ..term import Term
from ..trees import text_of
from .reverse_walk import Contribution

_PLACES = "__places__"
_SHOWN = 3
"""So many summands are written out."""


def worked(
    contribution: Contribution, names: Mapping[str, Any], at: tuple[int, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The arithmetic of one entry in lines of text, and what more can be said of sums in it."""
    term = contribution.term
    try:
        if term.into is not None:
            return _read(term, names, at), ()
        return tuple(_steps(term, names, at)), ()
    except (NameError, TypeError, ValueError, RuntimeError, IndexError):
        # a number that cannot be had is left out: the rule and the term stand without it
        return (), ()


def _read(term: Term, names: Mapping[str, Any], at: tuple[int, ...]) -> tuple[str, ...]:
    """How often the entry was read, and what came back to it."""
    assert term.into is not None
    places = torch.arange(math.prod(term.shape)).reshape(term.shape)
    part = ast.Subscript(value=ast.Name(id=_PLACES, ctx=ast.Load()), slice=term.into, ctx=ast.Load())
    read = eval(text_of(part), {**names, _PLACES: places})
    back = _value(term.tree(), names).expand(read.shape)[read == places[at]]
    times = {0: "was not read: zero", 1: "was read once"}.get(len(back), f"was read {len(back)} times")
    value = f": {_listed(back)} = {_number(back.sum().item())}" if len(back) else ""
    return (f"entry {list(at)} {times}{value}",)


def _steps(term: Term, names: Mapping[str, Any], at: tuple[int, ...]) -> list[str]:
    place = str(list(at)) if at else ""
    inner, product = _summed(term.base), _product(term.base)
    steps = []
    if inner is not None:
        steps.append(_sum(inner, names, at, term))
    elif product is not None and at:
        steps.append(_products(product, names, at))
    slopes = [
        f"{'divided by ' if factor.divides else ''}{_short(text_of(factor.tree))} = "
        f"{_number(_entry(factor.tree, names, at, term.shape))}"
        for factor in term.factors
        if not isinstance(factor.tree, ast.Constant)
    ]
    if slopes:
        steps.append(f"local slope{place}: {', '.join(slopes)}")
    if term.base is not None and inner is None and product is None:
        upstream = _number(_entry(term.base, names, at, term.shape))
        steps.append(f"upstream{place}: {_short(text_of(term.base))} = {upstream}")
    value = _number(_entry(term.tree(), names, at, term.shape))
    if term.factors or term.minus:
        steps.append(f"term{place}: {_equation(term, names, at)} = {value}")
    elif product is not None:
        steps.append(f"term{place}: {value}")
    return steps


def _equation(term: Term, names: Mapping[str, Any], at: tuple[int, ...]) -> str:
    numbers = [_number(_entry(f.tree, names, at, term.shape)) for f in term.factors if not f.divides]
    if term.base is not None:
        numbers.append(_number(_entry(term.base, names, at, term.shape)))
    divisors = [_number(_entry(f.tree, names, at, term.shape)) for f in term.factors if f.divides]
    text = " × ".join(map(_bracketed, numbers)) or "1"
    text += "".join(f" / {number}" for number in divisors)
    return f"-({text})" if term.minus else text


def _summed(base: ast.expr | None) -> ast.expr | None:
    """What is inside of `inner.sum(...)`."""
    if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute) and base.func.attr == "sum":
        return base.func.value
    return None


def _product(base: ast.expr | None) -> ast.BinOp | None:
    return base if isinstance(base, ast.BinOp) and isinstance(base.op, ast.MatMult) else None


def _sum(inner: ast.expr, names: Mapping[str, Any], at: tuple[int, ...], term: Term) -> str:
    value = _value(inner, names)
    shape = tuple(term.base_shape)
    places = [at[len(at) - len(shape) + dim] if shape else 0 for dim in range(len(shape))]
    leading = value.dim() - len(shape)
    index = [slice(None)] * leading + [
        slice(None) if size == 1 and value.shape[leading + dim] != 1 else places[dim]
        for dim, size in enumerate(shape)
    ]
    summands = value[tuple(index)].flatten()
    return f"sum: {_listed(summands)} = {_number(summands.sum().item())}, of {_short(text_of(inner))}"


def _products(base: ast.BinOp, names: Mapping[str, Any], at: tuple[int, ...]) -> str:
    left, right = _value(base.left, names), _value(base.right, names)
    if left.dim() != 2 or right.dim() != 2:
        return f"row times column, {left.shape[-1]} products"
    row, column = left[at[-2]], right[:, at[-1]]
    pairs = [
        f"{_bracketed(_number(a.item()))} × {_bracketed(_number(b.item()))}"
        for a, b in zip(row[:_SHOWN], column[:_SHOWN], strict=True)
    ]
    more = f" + … ({len(row)} products)" if len(row) > _SHOWN else ""
    return f"row {at[-2]} times column {at[-1]}: {' + '.join(pairs)}{more}"


def _listed(summands: Tensor) -> str:
    shown = " + ".join(_bracketed(_number(summand.item())) for summand in summands[:_SHOWN])
    return f"{shown} + … ({summands.numel()} terms)" if summands.numel() > _SHOWN else shown


def _value(tree: ast.expr, names: Mapping[str, Any]) -> Tensor:
    with torch.no_grad():
        value = eval(compile(text_of(tree), "<derived>", "eval", dont_inherit=True), dict(names))
    if is_tensor(value):
        return value.detach()
    return torch.tensor(value, dtype=torch.complex128 if isinstance(value, complex) else torch.float64)


def _entry(tree: ast.expr, names: Mapping[str, Any], at: tuple[int, ...], shape: tuple[int, ...]) -> complex:
    entry: complex = _value(tree, names).expand(shape)[at].item()
    return entry


def _number(value: complex) -> str:
    """A real or a complex number with four digits."""
    return f"{value:.4g}"


def _bracketed(number: str) -> str:
    """As it stands in a sum or a product."""
    return f"({number})" if number.startswith("-") or "j" in number else number


def _short(text: str) -> str:
    return text if len(text) <= 48 else text[:47] + "…"
