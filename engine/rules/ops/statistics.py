"""Rules of variances, norms and angles between vectors."""

from __future__ import annotations

import ast
import math

import torch

from ..node import Refused
from ..table import Use, rule
from ..term import Term
from ..trees import template
from .reductions import count, dims_of, reduced, restored, spread

_VARIANCE = (
    "Every entry gets twice its distance from the mean, over the number of entries less the correction "
    "(one for an unbiased variance, zero for a biased one)."
)


@rule(
    "var(x, dim, unbiased, keepdim, correction)",
    "x",
    "variance",
    _VARIANCE,
    "dx += 2 * (x - x.mean()) / (n - 1) * dout",
)
def var(use: Use) -> Term:
    term = spread(use, use.up.times(ast.Constant(2)).over(_freedom(use)))
    return term.times(_deviation(use), use.shape("x"))


@rule(
    "std(x, dim, unbiased, keepdim, correction)",
    "x",
    "standard deviation",
    "Every entry gets its distance from the mean over the standard deviation, over the number of entries "
    "less the correction.",
    "dx += (x - x.mean()) / (out * (n - 1)) * dout",
)
def std(use: Use) -> Term:
    up = use.up.over(use.out, use.out_shape).over(_freedom(use))
    return spread(use, up).times(_deviation(use), use.shape("x"))


def _deviation(use: Use) -> ast.expr:
    if len(_dims(use)) == len(use.shape("x")):
        return use.write("x - x.mean()", x=use.as_it_is("x"))
    return use.write("x - x.mean(dim, keepdim=True)", x=use.as_it_is("x"), dim=dims_of(use))


def _dims(use: Use) -> list[int]:
    return list(range(len(use.shape("x")))) if isinstance(use.value("dim"), bool) else reduced(use)


def _freedom(use: Use) -> ast.expr:
    """What the sum of squares is divided by."""
    n = count(use, use.shape("x"), _dims(use))
    less = use.value("correction", None)
    if less is None:
        flag = use.value("dim") if isinstance(use.value("dim"), bool) else use.value("unbiased", True)
        less = int(flag)
    written = use.tree("correction") if "correction" in use.operands else ast.Constant(1)
    if less == 0 and use.is_literal("correction"):
        return n
    return template("n - less", n=n, less=written)


_NORM = "Every entry gets its share of the norm: the entry over the norm, which must not be zero."


@rule("norm(x, p, dim, keepdim, kind)", "x", "norm", _NORM, "dx += x / out * dout")
def norm(use: Use) -> Term:
    order = use.value("p", None)
    order = 2 if order in (None, "fro") else order
    x = use.shape("x")
    sign = "x.sgn()" if use.is_complex else "x.sign()"
    literal = use.is_literal("p") or isinstance(use.value("p"), str)
    if order == 1 and literal:
        return spread(use, use.up).times(use.write(sign, x=use.as_it_is("x")), x)
    if order == 2 and literal:
        return spread(use, use.up.over(use.out, use.out_shape)).times(use.as_it_is("x"), x)
    if not isinstance(order, int | float) or math.isinf(order) or order < 1:
        raise Refused(f"no rule for a norm of order {order}", use.line)
    ratio = use.write(f"(x / out).abs() ** (p - 1) * {sign}", x=use.as_it_is("x"), out=restored(use))
    return spread(use, use.up).times(ratio, x)


@rule(
    "normalize(x, p, dim, eps)",
    "x",
    "normalize",
    "Only what is at right angles to the result passes, over the norm, which must not be zero.",
    "dx += (dout - out * (out * dout).sum(dim)) / x.norm()",
)
def normalize(use: Use) -> Term:
    if use.value("p", 2) != 2:
        raise Refused("no rule for normalize by another norm than the usual one", use.line)
    dim = use.tree("dim") if "dim" in use.operands else ast.Constant(1)
    term = use.through("up - out * (out * up).sum(dim, keepdim=True)", dim=dim)
    at = use.value("dim", 1) % len(use.shape("x"))
    shape = tuple(1 if dimension == at else size for dimension, size in enumerate(use.shape("x")))
    return term.over(use.write("x.norm(dim=dim, keepdim=True)", dim=dim), shape)


_COSINE = (
    "Each side gets the direction of the other, less the cosine times its own direction, over its own "
    "length: only what is at right angles turns it."
)


def _cosine(operand: str, other: str) -> None:
    @rule(
        "cosine_similarity(x, y, dim, eps)",
        operand,
        "cosine similarity",
        _COSINE,
        f"d{operand} += ({other} / |{other}| - out * {operand} / |{operand}|) / |{operand}| * dout",
    )
    def term(use: Use) -> Term:
        dim = use.tree("dim") if "dim" in use.operands else ast.Constant(1)
        at = use.value("dim", 1) % (len(use.out_shape) + 1)
        whole = _together(use)
        up = use.full_up.through("up.unsqueeze(dim)", (*whole[:at], 1, *whole[at + 1 :]), view=True, dim=dim)
        one = "F.normalize({}, dim=dim)".format
        cosine = use.write("out.unsqueeze(dim)", dim=dim)
        slope = use.write(f"{one(other)} - cosine * {one(operand)}", cosine=cosine, dim=dim)
        length = use.write(f"{operand}.norm(dim=dim, keepdim=True)", dim=dim)
        own = use.shape(operand)
        lead = at - (len(whole) - len(own))
        wide = up.of_shape(whole).times(slope, whole)
        return use.summed(wide.over(length, (*own[:lead], 1, *own[lead + 1 :])))


def _together(use: Use) -> tuple[int, ...]:
    """The shape of both sides, broadcast."""
    return tuple(torch.broadcast_shapes(use.shape("x"), use.shape("y")))  # type: ignore[no-untyped-call]


_cosine("x", "y")
_cosine("y", "x")
