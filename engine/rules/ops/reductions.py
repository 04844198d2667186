"""Rules of sums and means: every entry that was summed gets the gradient of the sum."""

from __future__ import annotations

import ast

from torch import Tensor

from ..node import Node, Refused
from ..operation import Operand
from ..style import style
from ..table import Use, rule, text_rule
from ..term import Shape, Term
from ..trees import name, product, template


def spread(use: Use, term: Term) -> Term:
    """The gradient of what was reduced, for every entry that went into it; broadcasting does the rest."""
    x = use.shape("x")
    dims = reduced(use)
    keep = bool(use.value("keepdim", False))
    inserted = [] if keep or len(dims) == len(x) else [at for at in dims if at > 0 or len(dims) > 1]
    if inserted and any(size != 1 for size in term.actual):
        term = term.full(use.out)
        for at in dims:
            shape = (*term.shape[:at], 1, *term.shape[at:])
            term = term.through(f"up.unsqueeze({at})", shape, view=True)
    return term.of_shape(x)


def reduced(use: Use) -> list[int]:
    """The dimensions that a reduction sums over, from the left."""
    x, dim = use.shape("x"), use.value("dim")
    if dim is None or dim == ():
        return list(range(len(x)))
    dims = dim if isinstance(dim, tuple | list) else (dim,)
    return sorted(at % len(x) for at in dims)


@rule("sum(x, dim, keepdim, kind)", "x", "sum", "Every summand gets the gradient of the sum.", "dx += dout")
def sum_x(use: Use) -> Term:
    return spread(use, use.up)


@rule(
    "mean(x, dim, keepdim, kind)",
    "x",
    "mean",
    "Every entry gets the gradient of the mean over the number of entries.",
    "dx += dout / n",
)
def mean_x(use: Use) -> Term:
    x, dims = use.shape("x"), reduced(use)
    return spread(use, use.up.over(count(use, x, dims)))


def count(use: Use, x: Shape, dims: list[int]) -> ast.expr:
    """How many entries went into each result, in words: no literal size."""
    operand = use.operands["x"]
    if len(dims) == len(x) > 1:
        return template("x.numel()", x=measured(operand).tree())
    sizes = product([size(operand, at) for at in dims])
    return sizes if sizes is not None else ast.Constant(1)


def size(operand: Operand, at: int) -> ast.expr:
    """The size of a dimension in the program's word for it, or as the tensor tells it."""
    node = measured(operand)
    word = style().sizes.get(node.value.shape[at])
    if word is not None:
        return name(word)
    return template("len(x)" if at == 0 else f"x.shape[{at}]", x=node.tree())


def measured(operand: Operand) -> Node:
    """The node itself, or one inside it that has a name and the same shape: its size says the same."""
    assert isinstance(operand, Node)
    queue = [operand]
    while queue:
        node = queue.pop(0)
        if isinstance(node.value, Tensor) and node.value.shape == operand.value.shape and node.name:
            return node
        queue += node.parts.values()
    return operand


def one_hot(use: Use, places: ast.expr, like: Operand, dim: int) -> ast.expr:
    """Ones at places along the last dimension of an operand, which has that size."""
    return template("F.one_hot(places, size)", places=places, size=size(like, dim))


def restored(use: Use) -> ast.expr:
    """The result of a reduction with the dimensions that it lost, of size one."""
    x, dims = use.shape("x"), reduced(use)
    if use.value("keepdim", False) or len(dims) == len(x) or dims == [0]:
        return use.out
    result = use.out
    for at in dims:
        result = template(f"result.unsqueeze({at})", result=result)
    return result


def dims_of(use: Use) -> ast.expr:
    """The dimensions of a reduction as they are written; all of them where they are left out."""
    if use.value("dim") is not None:
        return use.tree("dim")
    dims = [ast.Constant(at) for at in reduced(use)]
    return dims[0] if len(dims) == 1 else ast.Tuple(elts=list(dims), ctx=ast.Load())


@rule(
    "prod(x, dim, keepdim, kind)",
    "x",
    "product",
    "Every factor gets the gradient times the product of the others, which is the result over the factor: "
    "no factor may be zero.",
    "dx += out / x * dout",
)
def prod(use: Use) -> Term:
    if (use.value("x") == 0).any():
        raise Refused("a product with a zero in it has no short gradient", use.line)
    up = spread(use, use.up.times(use.out, use.out_shape))
    return up.over(use.tree("x"), use.shape("x"))


text_rule(
    "cumsum(x, dim, kind)",
    "x",
    "running sum",
    "Every entry is in all sums from its own on: the gradient is a running sum from the other end.",
    "up.flip(dim).cumsum(dim).flip(dim)",
)


@rule(
    "cumprod(x, dim, kind)",
    "x",
    "running product",
    "Every factor is in all products from its own on: a running sum from the other end of results times "
    "gradients, over the factor, which may not be zero.",
    "dx += (out * dout).flip(dim).cumsum(dim).flip(dim) / x",
)
def cumprod(use: Use) -> Term:
    if (use.value("x") == 0).any():
        raise Refused("a running product with a zero in it has no short gradient", use.line)
    text = "(out * up).flip(dim).cumsum(dim).flip(dim)"
    return use.through(text).over(use.tree("x"), use.shape("x"))


@rule(
    "logsumexp(x, dim, keepdim)",
    "x",
    "logsumexp",
    "The slope of the logarithm of a sum of exponentials is the softmax.",
    "dx += softmax(x) * dout",
)
def logsumexp(use: Use) -> Term:
    if len(reduced(use)) == 1:
        factor = use.write("x.softmax(dim)", dim=dims_of(use))
    else:
        factor = use.write("(x - out).exp()", out=restored(use))
    return spread(use, use.up).times(factor, use.shape("x"))


text_rule(
    "softmax(x, dim, kind)",
    "x",
    "softmax",
    "The gradient loses its average under the probabilities, and is multiplied by them.",
    "out * (up - (out * up).sum(dim, keepdim=True))",
)
text_rule(
    "log_softmax(x, dim, kind)",
    "x",
    "log_softmax",
    "The gradient loses the probabilities times its own sum.",
    "up - out.exp() * up.sum(dim, keepdim=True)",
)
