"""Rules of arithmetic: what is broadcast going forward is summed going backward."""

from __future__ import annotations

from torch import Tensor

from ..node import Node, Refused
from ..table import Use, rule
from ..term import Term


@rule("identity(x)", "x", "another name", "The gradient is passed on as it is.", "dx += dout")
def identity(use: Use) -> Term:
    return use.up


@rule("add(x, y, alpha)", "x", "sum", "A sum passes the gradient on to both sides.", "dx += dout")
def add_x(use: Use) -> Term:
    return use.summed(use.up)


@rule("add(x, y, alpha)", "y", "sum", "A sum passes the gradient on to both sides.", "dy += dout")
def add_y(use: Use) -> Term:
    return use.summed(_with_alpha(use, use.up))


@rule("sub(x, y, alpha)", "x", "difference", "What is left of the minus gets it as it is.", "dx += dout")
def sub_x(use: Use) -> Term:
    return use.summed(use.up)


@rule("sub(x, y, alpha)", "y", "difference", "What is subtracted gets it with a minus.", "dy += -dout")
def sub_y(use: Use) -> Term:
    return use.summed(_with_alpha(use, use.up.negated()))


def _with_alpha(use: Use, term: Term) -> Term:
    return term.times(use.tree("alpha")) if "alpha" in use.operands else term


@rule("neg(x)", "x", "minus sign", "A minus sign is passed on.", "dx += -dout")
def neg(use: Use) -> Term:
    return use.up.negated()


@rule("mul(x, y)", "x", "product", "Each factor gets the gradient times the other factor.", "dx += y * dout")
def mul_x(use: Use) -> Term:
    return use.summed(use.up.times(use.tree("y"), use.shape_or_none("y"), mask=use.is_mask("y")))


@rule("mul(x, y)", "y", "product", "Each factor gets the gradient times the other factor.", "dy += x * dout")
def mul_y(use: Use) -> Term:
    return use.summed(use.up.times(use.tree("x"), use.shape_or_none("x"), mask=use.is_mask("x")))


@rule(
    "div(x, y, rounding_mode)",
    "x",
    "quotient",
    "The numerator gets the gradient over the denominator.",
    "dx += dout / y",
)
def div_x(use: Use) -> Term:
    _require_exact(use)
    return use.summed(use.up.over(use.tree("y"), use.shape_or_none("y")))


@rule(
    "div(x, y, rounding_mode)",
    "y",
    "quotient",
    "The denominator gets the gradient times minus the numerator over its own square.",
    "dy += -x / y**2 * dout",
)
def div_y(use: Use) -> Term:
    _require_exact(use)
    up = use.up.negated()
    if _is_one(use, "x") and use.operation.node.name and not _has_name(use, "y"):
        return use.summed(up.times(use.write("out ** 2"), use.out_shape))
    if not _is_one(use, "x"):
        up = up.times(use.tree("x"), use.shape_or_none("x"))
    return use.summed(up.over(use.write("y ** 2"), use.shape_or_none("y")))


def _require_exact(use: Use) -> None:
    if "rounding_mode" in use.operands:
        raise Refused("a rounded quotient has no useful gradient", use.line)


def _has_name(use: Use, operand: str) -> bool:
    node = use.operands[operand]
    return isinstance(node, Node) and bool(node.name)


def _is_one(use: Use, operand: str) -> bool:
    return use.is_literal(operand) and bool(use.value(operand) == 1)


@rule(
    "pow(x, y)",
    "x",
    "power",
    "The exponent comes down as a factor and goes down by one.",
    "dx += y * x**(y - 1) * dout",
)
def pow_x(use: Use) -> Term:
    exponent = use.value("y")
    if isinstance(exponent, Tensor):
        up = use.up.times(use.tree("y"), use.shape_or_none("y"))
        return use.summed(up.times(use.write("x ** (y - 1)"), use.out_shape))
    return _constant_power(use, exponent)


def _constant_power(use: Use, exponent: float) -> Term:
    shape = use.shape("x")
    if not use.is_literal("y"):
        return use.up.times(use.tree("y")).times(use.write("x ** (y - 1)"), shape)
    if exponent == 2:
        return use.up.times(use.write("2")).times(use.tree("x"), shape)
    if exponent == 1:
        return use.up
    if exponent == -1:
        return use.up.negated().times(use.write("x ** -2"), shape)
    if exponent == 0.5 and use.operation.node.name:
        return use.up.times(use.write("0.5")).over(use.out, shape)
    if exponent == -0.5 and use.operation.node.name:
        return use.up.negated().times(use.write("0.5")).times(use.write("out ** 3"), shape)
    lower = use.write(repr(exponent - 1))
    power = use.write("x ** lower", lower=lower)
    up = use.up.negated() if exponent < 0 else use.up
    return up.times(use.write(repr(abs(exponent)))).times(power, shape)


@rule(
    "pow(x, y)",
    "y",
    "power",
    "An exponent gets the gradient times the result and the logarithm of the base, which has to be positive.",
    "dy += out * log(x) * dout",
)
def pow_y(use: Use) -> Term:
    base = use.value("x")
    logarithm = use.write("x.log()") if isinstance(base, Tensor) else use.write("math.log(x)")
    if not isinstance(base, Tensor):
        logarithm = use.write("torch.tensor(x).log()")
    return use.summed(use.up.times(use.out, use.out_shape).times(logarithm, use.shape("x")))


@rule(
    "sum of several(xs, start)",
    "xs",
    "sum",
    "A sum passes the gradient on to every summand.",
    "dx += dout",
)
def sum_of_several(use: Use) -> Term:
    if not isinstance(use.operands["xs"], tuple):
        raise Refused("no rule for sum of a list that is not written out", use.line)
    return use.summed(use.up)
