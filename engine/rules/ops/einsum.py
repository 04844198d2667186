"""Rules of Einstein sums and of other spelled-out products."""

from __future__ import annotations

import ast
from collections import Counter

from ..node import Node, Refused
from ..table import Use, conjugate, rule
from ..term import Shape, Term

_EINSUM = (
    "The gradient of an operand is an Einstein sum again: the letters of the result and of the others go in, "
    "its own come out."
)


@rule(
    "einsum(equation, *xs)",
    "xs",
    "Einstein sum",
    _EINSUM,
    "dx += einsum('out letters, y letters -> x letters', dout, y)",
)
def einsum(use: Use) -> Term:
    parts = use.operands["xs"]
    assert isinstance(parts, tuple)
    inputs, out = _letters(use.value("equation"))
    own = inputs[use.place]
    others = [part for at, part in enumerate(parts) if at != use.place and isinstance(part, Node)]
    letters = [read for at, read in enumerate(inputs) if at != use.place]
    if len(set(own)) < len(own) and "." not in own:
        raise Refused("no rule for einsum with a letter twice in one operand", use.line)
    there = {*out, *"".join(letters)}
    kept = "".join(letter for letter in own if letter in there)
    sizes = tuple(use.node.value.shape)
    if "." not in own:
        sizes = tuple(size for letter, size in zip(own, sizes, strict=True) if letter in there)
    return _spread_back(use, _product(use, [out, *letters], kept, others, sizes), own, kept)


def _product(use: Use, inputs: list[str], kept: str, others: list[Node], shape: Shape) -> Term:
    up = use.full_up
    if len(inputs) == 1 and inputs[0] == kept:
        return up
    names = [f"y{at}" for at in range(len(others))]
    text = f"torch.einsum(equation, {', '.join(['up', *names])})"
    holes = {hole: conjugate(other) for hole, other in zip(names, others, strict=True)}
    holes["equation"] = ast.Constant(f"{','.join(inputs)}->{kept}")
    return up.through(text, shape, view=False, **holes)


def _letters(equation: str) -> tuple[list[str], str]:
    """The letters of every operand and of the result."""
    left, arrow, out = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    if not arrow:
        counts = Counter(left.replace(",", "").replace(".", ""))
        out = ("..." if "..." in left else "") + "".join(
            sorted(letter for letter, n in counts.items() if n == 1)
        )
    return inputs, out


def _spread_back(use: Use, term: Term, own: str, kept: str) -> Term:
    """Letters that were summed out on their own: every entry along them gets the same."""
    x = tuple(use.node.value.shape)
    if own == kept:
        return term
    if "." in own:
        raise Refused("no rule for einsum that sums an operand alone, with an ellipsis", use.line)
    index = ", ".join(":" if letter in kept else "None" for letter in own)
    shape = tuple(size if letter in kept else 1 for letter, size in zip(own, x, strict=True))
    if kept and not own.endswith(kept):
        return term.through(f"up[{index}]", shape, view=True).of_shape(x)
    return term.of_shape(x)


_OUTER = "Every row gets the gradient's row times the other vector."


@rule("outer(x, y)", "x", "outer product", _OUTER, "dx += dout @ y")
def outer_x(use: Use) -> Term:
    return use.through("up @ y" if _alike(use) else "up @ y.to(up.dtype)")


@rule("outer(x, y)", "y", "outer product", _OUTER, "dy += dout.T @ x")
def outer_y(use: Use) -> Term:
    return use.through("up.T @ x" if _alike(use) else "up.T @ x.to(up.dtype)")


def _alike(use: Use) -> bool:
    """Whether both are real or both complex: a product of matrices takes no others."""
    return bool(use.value("x").dtype == use.value("y").dtype)


_LINEAR = "A matrix product with the weights, transposed: the same on the way back."
_FLAT = ".flatten(0, -2)"


@rule("linear(x, weight, bias)", "x", "linear layer", _LINEAR, "dx += dout @ weight")
def linear_x(use: Use) -> Term:
    return use.through("up @ weight")


@rule("linear(x, weight, bias)", "weight", "linear layer", _LINEAR, "dweight += dout.T @ x")
def linear_weight(use: Use) -> Term:
    dims = len(use.shape("x"))
    if dims == 1:
        return use.through("torch.outer(up, x)")
    flat = _FLAT if dims > 2 else ""
    return use.through(f"up{flat}.T @ x{flat}")


@rule(
    "linear(x, weight, bias)",
    "bias",
    "linear layer",
    "A bias is added to every row: it gets the sum over the rows.",
    "dbias += dout.sum(0)",
)
def linear_bias(use: Use) -> Term:
    return use.summed(use.full_up)


def _added(operation: str, left: str, right: str, left_t: str, right_t: str) -> None:
    """A matrix product with something added: `addmm` and its relatives."""
    signature = f"{operation}(b, {left}, {right}, beta, alpha)"
    words = "What was added passes, the product is a matrix product."

    @rule(signature, "b", operation, words, "db += dout, summed if broadcast")
    def by_added(use: Use) -> Term:
        term = use.up.times(use.tree("beta")) if "beta" in use.operands else use.up
        return use.summed(term)

    @rule(signature, left, operation, words, f"d{left} += {left_t.replace('up', 'dout')}")
    def by_left(use: Use) -> Term:
        return _scaled(use, use.through(left_t))

    @rule(signature, right, operation, words, f"d{right} += {right_t.replace('up', 'dout')}")
    def by_right(use: Use) -> Term:
        return _scaled(use, use.through(right_t))


def _scaled(use: Use, term: Term) -> Term:
    return term.times(use.tree("alpha")) if "alpha" in use.operands else term


_added("addmm", "x", "y", "up @ y.T", "x.T @ up")
_added("baddbmm", "x", "y", "up @ y.mT", "x.mT @ up")
_added("addmv", "x", "y", "torch.outer(up, y)", "x.T @ up")


def _triple(operation: str, divides: bool) -> None:
    signature = f"{operation}(b, x, y, value)"
    words = (
        "What was added passes, the rest is a quotient."
        if divides
        else "What was added passes, the rest is a product."
    )

    @rule(signature, "b", operation, words, "db += dout")
    def by_added(use: Use) -> Term:
        return use.summed(use.up)

    @rule(signature, "x", operation, words, "dx += dout / y" if divides else "dx += y * dout")
    def by_x(use: Use) -> Term:
        y = (use.tree("y"), use.shape("y"))
        return use.summed(_valued(use, use.up.over(*y) if divides else use.up.times(*y)))

    @rule(signature, "y", operation, words, "dy += -x / y**2 * dout" if divides else "dy += x * dout")
    def by_y(use: Use) -> Term:
        term = use.up.times(use.tree("x"), use.shape("x"))
        if divides:
            term = term.negated().over(use.write("y ** 2"), use.shape("y"))
        return use.summed(_valued(use, term))


def _valued(use: Use, term: Term) -> Term:
    return term.times(use.tree("value")) if "value" in use.operands else term


_triple("addcmul", divides=False)
_triple("addcdiv", divides=True)

_LERP = "A mixture passes each side its own share."


@rule("lerp(x, y, weight)", "x", "mixture", _LERP, "dx += (1 - weight) * dout")
def lerp_x(use: Use) -> Term:
    return use.summed(use.up.times(use.write("1 - weight"), use.shape_or_none("weight")))


@rule("lerp(x, y, weight)", "y", "mixture", _LERP, "dy += weight * dout")
def lerp_y(use: Use) -> Term:
    return use.summed(use.up.times(use.tree("weight"), use.shape_or_none("weight")))


@rule(
    "lerp(x, y, weight)", "weight", "mixture", "The weight gets the difference.", "dweight += (y - x) * dout"
)
def lerp_weight(use: Use) -> Term:
    return use.summed(use.up.times(use.write("y - x"), use.out_shape))
