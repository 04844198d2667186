"""Rules of functions that act on every entry alone: the gradient times the slope at that entry."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..node import Refused
from ..table import Use, rule
from ..term import Shape, Term
from ..trees import name, names_in


@dataclass(frozen=True)
class Slope:
    """The slope of a function of one entry, as factors and divisors in `x`, `out` and parameters."""

    operation: str
    title: str
    sentence: str
    factors: tuple[str, ...] = ()
    divisors: tuple[str, ...] = ()
    minus: bool = False


SLOPES = (
    Slope("tanh(x)", "tanh", "The slope of tanh is one minus its square.", ("1 - out ** 2",)),
    Slope("exp(x)", "exponential", "The exponential is its own slope.", ("out",)),
    Slope(
        "exp2(x)",
        "power of two",
        "The slope of a power of two is the power times log 2.",
        ("torch.log(torch.tensor(2))", "out"),
    ),
    Slope(
        "expm1(x)",
        "exponential less one",
        "The slope is the exponential: the result plus one.",
        ("out + 1",),
    ),
    Slope("log(x)", "logarithm", "The slope of the logarithm is one over its argument.", (), ("x",)),
    Slope(
        "log1p(x)",
        "logarithm of one plus",
        "The slope is one over one plus the argument.",
        (),
        ("1 + x",),
    ),
    Slope(
        "log2(x)",
        "logarithm to base two",
        "The slope is one over the argument and over log 2.",
        (),
        ("x", "torch.log(torch.tensor(2))"),
    ),
    Slope(
        "log10(x)",
        "logarithm to base ten",
        "The slope is one over the argument and over log 10.",
        (),
        ("x", "torch.log(torch.tensor(10))"),
    ),
    Slope("sqrt(x)", "square root", "The slope of a root is one over twice the root.", ("0.5",), ("out",)),
    Slope(
        "rsqrt(x)",
        "one over the root",
        "The slope of one over a root is minus half of its cube.",
        ("0.5", "out ** 3"),
        minus=True,
    ),
    Slope(
        "reciprocal(x)",
        "reciprocal",
        "The slope of a reciprocal is minus its square.",
        ("out ** 2",),
        minus=True,
    ),
    Slope("square(x)", "square", "The slope of a square is twice its root.", ("2", "x")),
    Slope("sin(x)", "sine", "The slope of the sine is the cosine.", ("x.cos()",)),
    Slope("cos(x)", "cosine", "The slope of the cosine is minus the sine.", ("x.sin()",), minus=True),
    Slope("tan(x)", "tangent", "The slope of the tangent is one plus its square.", ("1 + out ** 2",)),
    Slope("sinh(x)", "hyperbolic sine", "The slope is the hyperbolic cosine.", ("x.cosh()",)),
    Slope("cosh(x)", "hyperbolic cosine", "The slope is the hyperbolic sine.", ("x.sinh()",)),
    Slope(
        "asin(x)",
        "arcsine",
        "The slope is one over the root of one minus the square.",
        (),
        ("(1 - x ** 2).sqrt()",),
    ),
    Slope(
        "acos(x)",
        "arccosine",
        "The slope is minus one over the root of one minus the square.",
        (),
        ("(1 - x ** 2).sqrt()",),
        minus=True,
    ),
    Slope("atan(x)", "arctangent", "The slope is one over one plus the square.", (), ("1 + x ** 2",)),
    Slope(
        "sigmoid(x)",
        "sigmoid",
        "The slope of the sigmoid is the sigmoid times one minus the sigmoid.",
        ("out", "1 - out"),
    ),
    Slope(
        "logsigmoid(x)",
        "log of the sigmoid",
        "The slope is one minus the sigmoid: the sigmoid of minus the argument.",
        ("(-x).sigmoid()",),
    ),
    Slope(
        "logit(x)",
        "logit",
        "The slope of the logit is one over the argument times one minus the argument.",
        (),
        ("x * (1 - x)",),
    ),
    Slope(
        "erf(x)",
        "error function",
        "The slope is twice the bell curve exp(-x**2) over the root of pi.",
        ("2 / torch.pi ** 0.5", "torch.exp(-x ** 2)"),
    ),
    Slope(
        "erfc(x)",
        "complementary error function",
        "The slope is minus twice the bell curve exp(-x**2) over the root of pi.",
        ("2 / torch.pi ** 0.5", "torch.exp(-x ** 2)"),
        minus=True,
    ),
)


def formula_of(slope: Slope) -> str:
    """`dx += ...` in symbols."""
    words = " * ".join([*(f"({factor})" if " " in factor else factor for factor in slope.factors), "dout"])
    divided = "".join(f" / ({over})" if " " in over else f" / {over}" for over in slope.divisors)
    return "dx += " + ("-" if slope.minus else "") + words + divided


def enter(slope: Slope) -> None:
    """Enter the row of a slope."""

    @rule(slope.operation, "x", slope.title, slope.sentence, formula_of(slope))
    def term(use: Use) -> Term:
        return sloped(use, slope.factors, slope.divisors, minus=slope.minus)


def sloped(
    use: Use,
    factors: tuple[str, ...],
    divisors: tuple[str, ...] = (),
    *,
    minus: bool = False,
    **holes: ast.expr,
) -> Term:
    """What comes in times factors and over divisors, each a template of one entry."""
    texts = [*factors, *divisors]
    up = use.up.negated() if minus else use.up
    reads = [word for text in texts for word in names_in(text)]
    if "out" in reads:
        up, holes["out"] = use.result(up, reads.count("out"))
    for text in factors:
        tree = use.write(text, **holes)
        up = up.times(tree, _shape(use, text), mask=isinstance(tree, ast.Compare))
    for text in divisors:
        up = up.over(use.write(text, **holes), _shape(use, text))
    return up


def _shape(use: Use, text: str) -> Shape | None:
    return use.out_shape if {"x", "out"} & {*names_in(text)} else None


for _slope in SLOPES:
    enter(_slope)


@rule(
    "atan2(y, x)",
    "y",
    "angle",
    "The slope is the other side over the squared distance.",
    "dy += x / (x**2 + y**2) * dout",
)
def angle_y(use: Use) -> Term:
    return use.summed(_over_distance(use, use.up.times(use.tree("x"), use.shape_or_none("x"))))


@rule(
    "atan2(y, x)",
    "x",
    "angle",
    "The slope is minus the other side over the squared distance.",
    "dx += -y / (x**2 + y**2) * dout",
)
def angle_x(use: Use) -> Term:
    return use.summed(_over_distance(use, use.up.negated().times(use.tree("y"), use.shape_or_none("y"))))


def _over_distance(use: Use, term: Term) -> Term:
    return term.over(use.write("x ** 2 + y ** 2"), use.out_shape)


@rule(
    "relu(x, inplace)",
    "x",
    "relu",
    "What was positive passes, what was negative is stopped; at exactly zero torch takes zero.",
    "dx += (x > 0) * dout",
)
def relu(use: Use) -> Term:
    """The result is positive where the argument is, and may be the one of the two that has a name."""
    if use.value("inplace", False) and use.node.name:
        raise Refused(f"relu changes `{use.node.name}` in place", use.line)
    return sloped(use, ("out > 0",) if use.operation.node.name and not use.node.name else ("x > 0",))


@rule(
    "abs(x)",
    "x",
    "absolute value",
    "The slope of the absolute value is the sign, or the direction; at exactly zero torch takes zero.",
    "dx += x.sign() * dout",
)
def absolute_value(use: Use) -> Term:
    text = "x.sgn()" if use.is_complex else "x.sign()"
    return use.up.times(use.write(text, x=use.as_it_is("x")), use.shape("x"))


_FLAT = "A staircase is flat wherever it has a slope: its gradient is zero."


def _flat(operation: str) -> None:
    @rule(f"{operation}(x)", "x", "staircase", _FLAT, "dx += 0 * dout")
    def term(use: Use) -> Term:
        return use.up.times(name("0"))


for _staircase in ("round", "floor", "ceil", "trunc", "sign"):
    _flat(_staircase)
