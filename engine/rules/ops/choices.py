"""Rules of choices between entries: the gradient goes to what was chosen, all else gets zero."""

from __future__ import annotations

import ast

from ..node import Refused
from ..style import style
from ..table import Use, rule
from ..term import Term
from ..trees import inverted
from .reductions import one_hot, reduced, restored, spread

_WHERE = "Each entry's gradient goes to the side that it was taken from."


@rule("where(condition, x, y)", "x", "where", _WHERE, "dx += condition * dout")
def where_x(use: Use) -> Term:
    return use.summed(use.up.times(use.tree("condition"), use.shape("condition"), mask=True))


@rule("where(condition, x, y)", "y", "where", _WHERE, "dy += ~condition * dout")
def where_y(use: Use) -> Term:
    return use.summed(use.up.times(inverted(use.tree("condition")), use.shape("condition"), mask=True))


_FILLED = "What was filled gets no gradient, the rest passes."


@rule("masked_fill(x, mask, value)", "x", "masked_fill", _FILLED, "dx += ~mask * dout")
def masked_fill(use: Use) -> Term:
    return use.summed(use.up.times(inverted(use.tree("mask")), use.shape("mask"), mask=True))


@rule(
    "masked_fill(x, mask, value)",
    "value",
    "masked_fill",
    "The value that was filled in gets the sum over the places that it went to.",
    "dvalue += (mask * dout).sum()",
)
def masked_fill_value(use: Use) -> Term:
    return use.summed(use.up.times(use.tree("mask"), use.shape("mask"), mask=True))


@rule(
    "clamp(x, min, max)",
    "x",
    "clamp",
    "What lies within the bounds passes, at a bound too; what was moved to a bound is stopped.",
    "dx += (min <= x <= max) * dout",
)
def clamp(use: Use) -> Term:
    bounds = [end for end in ("min", "max") if use.value(end) is not None]
    term = use.up
    for bound in bounds:
        sign = ">=" if bound == "min" else "<="
        term = term.times(use.write(f"x {sign} {bound}"), use.out_shape, mask=True)
    return use.summed(term)


for _bound, _side in (("min", "<"), ("max", ">")):

    def _enter(bound: str, side: str) -> None:
        @rule(
            "clamp(x, min, max)",
            bound,
            "clamp",
            "A bound gets the gradient of the entries that were moved to it.",
            f"d{bound} += (x {side} {bound}) * dout",
        )
        def term(use: Use) -> Term:
            return use.summed(use.up.times(use.write(f"x {side} {bound}"), use.out_shape, mask=True))

    _enter(_bound, _side)


for _triangle in ("tril", "triu"):

    def _enter_triangle(triangle: str) -> None:
        @rule(
            f"{triangle}(x, diagonal)",
            "x",
            triangle,
            "What was cut away gets no gradient: the gradient is cut in the same way.",
            f"dx += dout.{triangle}(diagonal)",
        )
        def term(use: Use) -> Term:
            diagonal = "diagonal" if "diagonal" in use.operands else ""
            return use.through(f"up.{triangle}({diagonal})")

    _enter_triangle(_triangle)


def _pairwise(operation: str, wins: str) -> None:
    words = "The larger" if wins == ">" else "The smaller"
    sentence = f"{words} of the two gets the gradient; where they are equal torch gives half to each."

    def enter(operand: str, other: str) -> None:
        @rule(
            f"{operation}(x, y)",
            operand,
            operation,
            sentence,
            f"d{operand} += ({operand} {wins} {other}) * dout",
        )
        def term(use: Use) -> Term:
            tied = bool((use.value("x") == use.value("y")).any())
            mask = use.write(f"{operand} {wins} {other}")
            if tied:
                half = use.write(f"({operand} {wins} {other}) + 0.5 * ({operand} == {other})")
                return use.summed(use.up.times(half, use.out_shape))
            return use.summed(use.up.times(mask, use.out_shape, mask=True))

    enter("x", "y")
    enter("y", "x")


_pairwise("maximum", ">")
_pairwise("minimum", "<")

_SHARED = "The {} of each group gets its gradient; where several are equal they share it alike."
_FIRST = "The {} of each group gets its gradient; where several are equal torch takes one of them."


def _extreme(operation: str, word: str) -> None:
    @rule(
        f"{operation}(x, dim, keepdim)",
        "x",
        operation,
        _SHARED.format(word),
        "dx += (x == out) / (x == out).sum() * dout",
    )
    def term(use: Use) -> Term:
        return shared(use)


def _extreme_with_places(operation: str, word: str) -> None:
    @rule(
        f"{operation}(x, dim, keepdim, item)",
        "x",
        operation,
        _FIRST.format(word),
        f"dx += one_hot(x.arg{operation}(dim)) * dout",
    )
    def term(use: Use) -> Term:
        return _chosen(use, f"arg{operation}") if "dim" in use.operands else shared(use)


def shared(use: Use) -> Term:
    """The gradient for every entry that equals the extreme, shared where there are several."""
    mask = use.write("x == out", out=restored(use))
    term = spread(use, use.up).times(mask, use.shape("x"), mask=True)
    if not tied(use):
        return term
    dims = [ast.Constant(at) for at in reduced(use)]
    if len(dims) == len(use.shape("x")):
        return term.over(use.write("mask.sum()", mask=mask))
    tree: ast.expr = dims[0] if len(dims) == 1 else ast.Tuple(elts=list(dims), ctx=ast.Load())
    shape = tuple(1 if at in reduced(use) else size for at, size in enumerate(use.shape("x")))
    return term.over(use.write("mask.sum(dim, keepdim=True)", mask=mask, dim=tree), shape)


def tied(use: Use) -> bool:
    """Whether any two entries of a group are equal: then two may share the extreme in time."""
    x, dims = use.value("x").detach(), reduced(use)
    rest = [at for at in range(x.dim()) if at not in dims]
    groups = x.permute(*rest, *dims).flatten(len(rest)) if x.dim() else x.reshape(1)
    ordered = groups.sort(-1).values
    return bool((ordered[..., 1:] == ordered[..., :-1]).any())


def _chosen(use: Use, places: str) -> Term:
    """The gradient where the extreme was found."""
    if str(use.value("item", "values")) not in ("values", "0"):
        raise Refused("places have no gradient", use.line)
    x = use.shape("x")
    (dim,) = reduced(use)
    if dim == len(x) - 1 and (tied(use) or "." not in style().modules["F"]):
        hot = one_hot(use, use.write(f"x.{places}(dim)"), use.operands["x"], dim)
        return spread(use, use.up).times(hot, x)
    if not tied(use):
        mask = use.write("x == out", out=restored(use))
        return spread(use, use.up).times(mask, x, mask=True)
    up = (
        use.full_up
        if use.value("keepdim", False)
        else use.full_up.through(
            "up.unsqueeze(dim)", (*use.out_shape[:dim], 1, *use.out_shape[dim:]), dim=use.tree("dim")
        )
    )
    text = f"torch.zeros_like(x).scatter(dim, x.{places}(dim, keepdim=True), up)"
    return up.through(text, x, x=use.tree("x"), dim=use.tree("dim"))


_extreme("amax", "largest")
_extreme("amin", "smallest")
_extreme_with_places("max", "largest")
_extreme_with_places("min", "smallest")


def _by_place(operation: str, parameters: str, places: str) -> None:
    @rule(
        f"{operation}(x, {parameters}, item)",
        "x",
        operation,
        "Every value goes back to the place that it came from; places have no gradient.",
        f"dx.scatter_(dim, {places}, dout)",
    )
    def term(use: Use) -> Term:
        if str(use.value("item", "values")) not in ("values", "0"):
            raise Refused("places have no gradient", use.line)
        dim = use.tree("dim") if "dim" in use.operands else ast.UnaryOp(ast.USub(), ast.Constant(1))
        item = use.operation.node.inside()
        assert isinstance(item, ast.Subscript | ast.Attribute)
        return use.through("torch.zeros_like(x).scatter(dim, call[1], up)", dim=dim, call=item.value)


_by_place("sort", "dim, descending", "x.sort(dim)[1]")
_by_place("topk", "k, dim", "x.topk(k, dim)[1]")
