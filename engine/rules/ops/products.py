"""Rules of matrix products: the only way the shapes fit."""

from __future__ import annotations

from collections.abc import Callable

from ..table import Use, rule, unbroadcast
from ..term import Shape, Term

_WORDS = "A matrix product gets the gradient times the other side transposed, on the side where that stood."


@rule("matmul(x, y)", "x", "matrix product", _WORDS, "dx += dout @ y.T")
def matmul_x(use: Use) -> Term:
    return _by_other(use, "y", _for_left)


@rule("matmul(x, y)", "y", "matrix product", _WORDS, "dy += x.T @ dout")
def matmul_y(use: Use) -> Term:
    return _by_other(use, "x", _for_right)


def _by_other(use: Use, other: str, text_for: Callable[[Shape, Shape, Shape], tuple[str, Shape]]) -> Term:
    """The gradient times the other side, summed over what was broadcast."""
    x, y, own = use.shape("x"), use.shape("y"), tuple(use.node.value.shape)
    if len(x) == len(y) == 1:
        return use.up.times(use.tree(other), use.shape(other)).of_shape(own)
    text, whole = text_for(x, y, use.out_shape)
    through = use.up.full(use.out).through(text, whole, other=use.tree(other))
    return through if whole == own else unbroadcast(through, own, use.node.tree())


def _for_left(x: Shape, y: Shape, up: Shape) -> tuple[str, Shape]:
    """The text for the left side, and its shape before it is summed over what was broadcast."""
    if len(y) == 1:
        return ("torch.outer(up, other)", x) if len(x) == 2 else ("up.unsqueeze(-1) * other", (*up, *y))
    if len(x) == 1 and len(y) == 2:
        return "other @ up", x
    if len(x) == 1:
        return "(other @ up.unsqueeze(-1)).squeeze(-1)", (*up[:-1], *x)
    return ("up @ other.T" if len(y) == 2 else "up @ other.mT"), (*up[:-1], x[-1])


def _for_right(x: Shape, y: Shape, up: Shape) -> tuple[str, Shape]:
    """The text for the right side, and its shape before it is summed over what was broadcast."""
    if len(x) == 1:
        return ("torch.outer(other, up)", y) if len(y) == 2 else ("other.unsqueeze(-1) * up.unsqueeze(-2)", y)
    if len(y) == 1:
        return ("other.T @ up", y) if len(x) == 2 else ("other.flatten(0, -2).T @ up.flatten()", y)
    if len(x) == 2:
        return "other.T @ up", (*up[:-2], *y[-2:])
    if len(y) == 2:
        return "other.flatten(0, -2).T @ up.flatten(0, -2)", y
    return "other.mT @ up", (*up[:-2], *y[-2:])


@rule("T(x)", "x", "transpose", "A transpose is undone by transposing.", "dx += dout.T")
def transposed(use: Use) -> Term:
    return use.up.through("up.T", use.shape("x"), view=True)


@rule("mT(x)", "x", "transpose", "A transpose is undone by transposing.", "dx += dout.mT")
def matrix_transposed(use: Use) -> Term:
    return use.up.through("up.mT", use.shape("x"), view=True)
