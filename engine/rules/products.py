"""Rules of matrix products: the only way the shapes fit."""

from __future__ import annotations

from .table import Use, rule, unbroadcast
from .term import Shape, Term

_WORDS = "A matrix product gets the gradient times the other side transposed, on the side where that stood."


@rule("matmul(x, y)", "x", "matrix product", _WORDS, "dx += dout @ y.T")
def matmul_x(use: Use) -> Term:
    x, y = use.shape("x"), use.shape("y")
    if len(x) == len(y) == 1:
        return use.up.times(use.tree("y"), y)
    text, whole = _for_left(x, y, use.out_shape)
    through = use.up.full(use.out).through(text, whole, y=use.tree("y"))
    return through if whole == x else unbroadcast(through, x, use.tree("x"))


def _for_left(x: Shape, y: Shape, up: Shape) -> tuple[str, Shape]:
    """The text for the left side, and its shape before it is summed over what was broadcast."""
    if len(y) == 1:
        return ("torch.outer(up, y)", x) if len(x) == 2 else ("up.unsqueeze(-1) * y", (*up, *y))
    if len(x) == 1:
        return ("y @ up", x) if len(y) == 2 else ("(y @ up.unsqueeze(-1)).squeeze(-1)", (*up[:-1], *x))
    return ("up @ y.T" if len(y) == 2 else "up @ y.mT"), (*up[:-1], x[-1])


@rule("matmul(x, y)", "y", "matrix product", _WORDS, "dy += x.T @ dout")
def matmul_y(use: Use) -> Term:
    x, y = use.shape("x"), use.shape("y")
    if len(x) == len(y) == 1:
        return use.up.times(use.tree("x"), x)
    text, whole = _for_right(x, y, use.out_shape)
    through = use.up.full(use.out).through(text, whole, x=use.tree("x"))
    return through if whole == y else unbroadcast(through, y, use.tree("y"))


def _for_right(x: Shape, y: Shape, up: Shape) -> tuple[str, Shape]:
    """The text for the right side, and its shape before it is summed over what was broadcast."""
    if len(x) == 1:
        return ("torch.outer(x, up)", y) if len(y) == 2 else ("x.unsqueeze(-1) * up.unsqueeze(-2)", y)
    if len(y) == 1:
        return ("x.T @ up", y) if len(x) == 2 else ("x.flatten(0, -2).T @ up.flatten()", y)
    if len(x) == 2:
        return "x.T @ up", (*up[:-2], *y[-2:])
    if len(y) == 2:
        return "x.flatten(0, -2).T @ up.flatten(0, -2)", y
    return "x.mT @ up", (*up[:-2], *y[-2:])


@rule("T(x)", "x", "transpose", "A transpose is undone by transposing.", "dx += dout.T")
def transposed(use: Use) -> Term:
    return use.up.through("up.T", use.shape("x"), view=True)


@rule("mT(x)", "x", "transpose", "A transpose is undone by transposing.", "dx += dout.mT")
def matrix_transposed(use: Use) -> Term:
    return use.up.through("up.mT", use.shape("x"), view=True)
