"""Rules of ready-made normalizations: the gradient loses its mean and its part along the result."""

from __future__ import annotations

import ast
import math

from ..node import Refused
from ..table import Use, rule, unbroadcast
from ..term import Shape, Term
from ..trees import name

_LOSES = (
    "A normalized group has mean zero and variance one whatever comes in, so the gradient loses its mean and "
    "its part along the result, and is divided by the standard deviation."
)
_GAIN = "The gain gets the gradient times the normalized values, summed over what it was broadcast along."
_SHIFT = "The shift gets the gradient, summed over what it was broadcast along."

_LAYER = "layer_norm(x, sizes, weight, bias, eps)"


def _layer_dims(use: Use) -> list[int]:
    sizes = use.value("sizes")
    count = len(sizes) if isinstance(sizes, tuple | list) or hasattr(sizes, "__len__") else 1
    return list(range(-count, 0))


@rule(
    _LAYER,
    "x",
    "layer norm",
    _LOSES,
    "dx += rstd * (g - g.mean() - out * (g * out).mean()), g = weight * dout",
)
def layer_norm_x(use: Use) -> Term:
    up = use.full_up
    if use.value("weight") is not None:
        up = up.times(use.tree("weight"), use.shape("weight"))
    return _centred(use, up, _layer_normed(use), _layer_dims(use))


@rule(_LAYER, "weight", "layer norm", _GAIN, "dweight += (normed * dout).sum(0)")
def layer_norm_weight(use: Use) -> Term:
    return use.summed(use.full_up.times(_layer_normed(use), use.shape("x")))


@rule(_LAYER, "bias", "layer norm", _SHIFT, "dbias += dout.sum(0)")
def layer_norm_bias(use: Use) -> Term:
    return use.summed(use.full_up)


def _layer_normed(use: Use) -> ast.expr:
    if use.value("weight") is None and use.value("bias") is None:
        return use.out
    given = ", eps=eps" if "eps" in use.operands else ""
    return use.write(f"F.layer_norm(x, sizes{given})")


def _centred(use: Use, up: Term, normed: ast.expr, dims: list[int]) -> Term:
    """The gradient through the mean and the variance of groups."""
    eps = use.tree("eps") if "eps" in use.operands else name("1e-5")
    dim: ast.expr = _number(dims[0])
    if len(dims) > 1:
        dim = ast.Tuple(elts=[_number(at) for at in dims], ctx=ast.Load())
    if not isinstance(normed, ast.Name):
        up, normed = up.with_helper("normed", normed)
    text = "up - up.mean(dim, keepdim=True) - normed * (normed * up).mean(dim, keepdim=True)"
    x = use.shape("x")
    term = up.through(text, x, dim=dim, normed=normed)
    shape = tuple(1 if at - len(x) in dims or at in dims else size for at, size in enumerate(x))
    spread = use.write("(x.var(dim, correction=0, keepdim=True) + eps).sqrt()", dim=dim, eps=eps)
    return term.over(spread, shape)


def _number(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


_BATCH = "batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps)"


@rule(
    _BATCH,
    "x",
    "batch norm",
    _LOSES,
    "dx += rstd * (g - g.mean() - out * (g * out).mean()), g = weight * dout",
)
def batch_norm_x(use: Use) -> Term:
    x = use.shape("x")
    up = use.full_up
    if use.value("weight") is not None:
        up = up.times(_per_channel(use, use.tree("weight")), _channel_shape(x))
    if use.value("training", False):
        return _centred(use, up, _batch_normed(use), [at for at in range(len(x)) if at != 1])
    eps = use.tree("eps") if "eps" in use.operands else name("1e-5")
    spread = use.write("(running_var + eps).sqrt()", eps=eps)
    return up.over(_per_channel(use, spread), _channel_shape(x))


@rule(_BATCH, "weight", "batch norm", _GAIN, "dweight += (normed * dout).sum(0)")
def batch_norm_weight(use: Use) -> Term:
    return _summed_to_channels(use, use.full_up.times(_batch_normed(use), use.shape("x")))


@rule(_BATCH, "bias", "batch norm", _SHIFT, "dbias += dout.sum(0)")
def batch_norm_bias(use: Use) -> Term:
    return _summed_to_channels(use, use.full_up)


def _summed_to_channels(use: Use, term: Term) -> Term:
    x = use.shape("x")
    dims = [at for at in range(len(x)) if at != 1]
    if len(dims) == 1:
        return unbroadcast(term, (x[1],), use.out)
    return term.through(f"up.sum({tuple(dims)})", (x[1],))


def _batch_normed(use: Use) -> ast.expr:
    if use.value("weight") is None and use.value("bias") is None:
        return use.out
    given = ", eps=eps" if "eps" in use.operands else ""
    if use.value("training", False):
        return use.write(f"F.batch_norm(x, None, None, training=True{given})")
    return use.write(f"F.batch_norm(x, running_mean, running_var{given})")


def _per_channel(use: Use, tree: ast.expr) -> ast.expr:
    left = len(use.shape("x")) - 2
    return use.write(f"tree.view(-1{', 1' * left})", tree=tree) if left else tree


def _channel_shape(x: Shape) -> Shape:
    return (x[1], *(1 for _ in x[2:]))


_GROUP = "group_norm(x, groups, weight, bias, eps)"


@rule(
    _GROUP,
    "x",
    "group norm",
    _LOSES,
    "dx += rstd * (g - g.mean() - out * (g * out).mean()), g = weight * dout, by groups",
)
def group_norm_x(use: Use) -> Term:
    x = use.shape("x")
    up = use.full_up
    if use.value("weight") is not None:
        up = up.times(_per_channel(use, use.tree("weight")), _channel_shape(x))
    grouped = (x[0], use.value("groups"), math.prod(x[1:]) // use.value("groups"))
    up, wide = up.with_helper("grouped", use.write("x.reshape(len(x), groups, -1)"))
    up, normed = up.with_helper("normed", _group_normed(use, "grouped", grouped=wide))
    up = up.through("up.reshape(len(x), groups, -1)", grouped, x=use.tree("x"), groups=use.tree("groups"))
    text = "up - up.mean(-1, keepdim=True) - normed * (normed * up).mean(-1, keepdim=True)"
    eps = use.tree("eps") if "eps" in use.operands else name("1e-5")
    spread = use.write("(grouped.var(-1, correction=0, keepdim=True) + eps).sqrt()", grouped=wide, eps=eps)
    term = up.through(text, grouped, normed=normed).over(spread, (*grouped[:2], 1))
    return term.through("up.reshape(x.shape)", x, x=use.tree("x"))


@rule(_GROUP, "weight", "group norm", _GAIN, "dweight += (normed * dout).sum((0, 2, 3))")
def group_norm_weight(use: Use) -> Term:
    return _summed_to_channels(use, use.full_up.times(_group_normed(use, "x"), use.shape("x")))


@rule(_GROUP, "bias", "group norm", _SHIFT, "dbias += dout.sum((0, 2, 3))")
def group_norm_bias(use: Use) -> Term:
    return _summed_to_channels(use, use.full_up)


def _group_normed(use: Use, of: str, **holes: ast.expr) -> ast.expr:
    given = ", eps=eps" if "eps" in use.operands else ""
    return use.write(f"F.group_norm({of}, groups{given})", **holes)


@rule(
    "rms_norm(x, sizes, weight, eps)",
    "weight",
    "rms norm",
    _GAIN,
    "dweight += (normed * dout).sum(0)",
)
def rms_norm_weight(use: Use) -> Term:
    given = ", eps=eps" if "eps" in use.operands else ""
    return use.summed(use.full_up.times(use.write(f"F.rms_norm(x, sizes{given})"), use.shape("x")))


@rule(
    "rms_norm(x, sizes, weight, eps)",
    "x",
    "rms norm",
    "The gradient loses its part along the result, and is divided by the root of the mean square.",
    "dx += (g - out * (g * out).mean()) / rms, g = weight * dout",
)
def rms_norm_x(use: Use) -> Term:
    if use.value("eps") is None or len(_layer_dims(use)) != 1:
        raise Refused("no rule for rms_norm without eps, or over several dimensions", use.line)
    up = use.full_up
    if use.value("weight") is not None:
        up = up.times(use.tree("weight"), use.shape("weight"))
    up, normed = up.with_helper("normed", use.write("F.rms_norm(x, sizes, eps=eps)"))
    x = use.shape("x")
    term = up.through("up - normed * (normed * up).mean(-1, keepdim=True)", x, normed=normed)
    return term.over(use.write("(x.square().mean(-1, keepdim=True) + eps).sqrt()"), (*x[:-1], 1))
