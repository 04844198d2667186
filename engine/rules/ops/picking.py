"""Rules of picking entries by number: each goes back to where it came from."""

from __future__ import annotations

import ast

from torch import Tensor

from ..node import Refused
from ..table import Use, rule, text_rule
from ..term import Term
from .shapes import put_back

_ADDED = "What was read goes back to where it was read; what was read more than once is added up."
_WRITTEN = "What was written over gets no gradient."
_FROM = "What was added there gets the gradient from there."

text_rule("gather(x, dim, index)", "x", "gather", _ADDED, "torch.zeros_like(x).scatter_add(dim, index, up)")
text_rule(
    "index_select(x, dim, index)",
    "x",
    "index_select",
    _ADDED,
    "torch.zeros_like(x).index_add(dim, index, up)",
)
text_rule("index_add(x, dim, index, source, alpha)", "x", "index_add", "What was there passes.", "up")
text_rule("scatter_add(x, dim, index, src)", "x", "scatter_add", "What was there passes.", "up")
text_rule("scatter(x, dim, index, src, value)", "x", "scatter", _WRITTEN, "up.scatter(dim, index, 0)")
text_rule("index_fill(x, dim, index, value)", "x", "index_fill", _WRITTEN, "up.index_fill(dim, index, 0)")
text_rule("index_copy(x, dim, index, source)", "x", "index_copy", _WRITTEN, "up.index_fill(dim, index, 0)")
text_rule("index_copy(x, dim, index, source)", "source", "index_copy", _FROM, "up.index_select(dim, index)")
text_rule(
    "select(x, dim, index)",
    "x",
    "select",
    _ADDED,
    "torch.zeros_like(x).select_scatter(up, dim, index)",
)
text_rule(
    "narrow(x, dim, start, length)",
    "x",
    "narrow",
    _ADDED,
    "torch.zeros_like(x).slice_scatter(up, dim, start, start + length)",
)


@rule("index_add(x, dim, index, source, alpha)", "source", "index_add", _FROM, "dsource += dout[index]")
def index_add_source(use: Use) -> Term:
    term = use.through("up.index_select(dim, index)")
    return term.times(use.tree("alpha")) if "alpha" in use.operands else term


def _gathered(operation: str, signature: str) -> None:
    @rule(signature, "src", operation, _FROM, "dsrc += dout.gather(dim, index)")
    def term(use: Use) -> Term:
        if use.shape("index") != use.shape("src"):
            raise Refused(f"no rule for {operation} of a part of its source", use.line)
        return use.through("up.gather(dim, index)")


_gathered("scatter_add", "scatter_add(x, dim, index, src)")
_gathered("scatter", "scatter(x, dim, index, src, value)")


@rule("take_along_dim(x, index, dim)", "x", "take_along_dim", _ADDED, "dx.scatter_add_(dim, index, dout)")
def take_along_dim(use: Use) -> Term:
    if use.value("dim") is None:
        flat = "torch.zeros_like(x).flatten().scatter_add(0, index.flatten(), up.flatten()).view(x.shape)"
        return use.through(flat)
    index = "index" if use.shape("index") == use.out_shape else "index.expand_as(up)"
    return use.through(f"torch.zeros_like(x).scatter_add(dim, {index}, up)")


@rule("take(x, index)", "x", "take", _ADDED, "dx.flatten()[index] += dout")
def take(use: Use) -> Term:
    return use.through("torch.zeros_like(x).put(index, up, accumulate=True)")


@rule(
    "embedding(x, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)",
    "weight",
    "embedding",
    "What was read goes back to where it was read, added up, or averaged with scale_grad_by_freq; the row of "
    "padding_idx gets none.",
    "dweight[x] += dout",
)
def embedding(use: Use) -> Term:
    if use.value("max_norm") is not None:
        raise Refused("no rule for embedding with max_norm", use.line)
    rank, up = len(use.shape("x")), use.full_up
    if use.value("scale_grad_by_freq", False):
        counts = use.write("x.flatten().bincount()[x].unsqueeze(-1)")
        up = up.over(counts, (*use.shape("x"), 1))
    padding = use.value("padding_idx")
    if padding is not None:
        row = use.tree("padding_idx") if padding >= 0 else use.write("len(weight) + padding_idx")
        kept = use.write("(x != row).unsqueeze(-1)", row=row)
        up = up.times(kept, (*use.shape("x"), 1), mask=True)
    return put_back(use, up, use.tree("x"), accumulates=True, adds=(0, rank) if rank else None)


@rule(
    "masked_select(x, mask)",
    "x",
    "masked_select",
    "What was selected goes back, zero elsewhere.",
    "dx[mask] = dout",
)
def masked_select(use: Use) -> Term:
    if use.shape("mask") != use.shape("x"):
        raise Refused("no rule for masked_select by a mask of another shape", use.line)
    return put_back(use, use.full_up, use.tree("mask"), accumulates=False)


_PUT = "index_put(x, index, values, accumulate)"


@rule(_PUT, "x", "index_put", _WRITTEN, "dx += dout, zero at the index")
def index_put_x(use: Use) -> Term:
    if use.value("accumulate", False):
        return use.up
    return use.through("up.index_put(index, torch.zeros(()).to(up))")


@rule(
    _PUT,
    "values",
    "index_put",
    "What was put there gets the gradient from there.",
    "dvalues += dout[index]",
)
def index_put_values(use: Use) -> Term:
    picked = use.value("x")[_index(use)]
    term = use.through("up[index]", tuple(picked.shape))
    return use.summed(term)


def _index(use: Use) -> tuple[Tensor, ...]:
    index = use.value("index")
    return tuple(index)


@rule(
    "roll(x, shifts, dims)",
    "x",
    "roll",
    "What was rolled one way is rolled back the other.",
    "dx += dout.roll(-shifts, dims)",
)
def roll(use: Use) -> Term:
    back = _minus(use.tree("shifts"))
    return use.through("up.roll(back, dims)" if "dims" in use.operands else "up.roll(back)", back=back)


def _minus(tree: ast.expr) -> ast.expr:
    if isinstance(tree, ast.Tuple | ast.List):
        return ast.Tuple(elts=[_minus(element) for element in tree.elts], ctx=ast.Load())
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return tree.operand
    return ast.UnaryOp(op=ast.USub(), operand=tree)


text_rule(
    "flip(x, *dims)",
    "x",
    "flip",
    "A flip is undone by flipping.",
    "up.flip(dims)",
    formula="dx += dout.flip(dims)",
)
text_rule("fliplr(x)", "x", "flip", "A flip is undone by flipping.", "up.fliplr()")
text_rule("flipud(x)", "x", "flip", "A flip is undone by flipping.", "up.flipud()")


@rule(
    "diagonal(x, offset, dim1, dim2)",
    "x",
    "diagonal",
    "The diagonal gets the gradient, all else zero.",
    "dx.diagonal() += dout",
)
def diagonal(use: Use) -> Term:
    given = [f", {option}={option}" for option in ("offset", "dim1", "dim2") if option in use.operands]
    return use.through(f"torch.zeros_like(x).diagonal_scatter(up{''.join(given)})")


@rule(
    "diag(x, offset)", "x", "diagonal", "The diagonal gets the gradient, all else zero.", "dx += dout.diag()"
)
def diag(use: Use) -> Term:
    if len(use.shape("x")) == 1:
        return use.through("up.diagonal(offset)" if "offset" in use.operands else "up.diagonal()")
    offset = ", offset" if "offset" in use.operands else ""
    return use.through(f"torch.zeros_like(x).diagonal_scatter(up{offset})")


text_rule(
    "diag_embed(x)",
    "x",
    "diagonal",
    "What was put on the diagonal gets the gradient from there.",
    "up.diagonal(dim1=-2, dim2=-1)",
)


@rule("trace(x)", "x", "trace", "The diagonal gets the gradient, all else zero.", "dx += eye(n) * dout")
def trace(use: Use) -> Term:
    return use.up.of_shape(use.shape("x")).times(use.write("torch.eye(*x.shape)"), use.shape("x"))
