"""Rules of other shapes: the same numbers in another order, or repeated."""

from __future__ import annotations

import ast

from ..node import Node, Refused
from ..table import Use, rule, text_rule
from ..term import Term

_BACK = "The same numbers in another shape: the gradient gets the shape from before."
_TURNED = "What was turned is turned back."
_REPEATED = "What was repeated gets the sum over its copies."

for _signature in (
    "flatten(x, start_dim, end_dim)",
    "unflatten(x, dim, sizes)",
    "ravel(x)",
    "reshape_as(x, like)",
    "atleast_2d(x)",
):
    text_rule(
        _signature,
        "x",
        _signature.partition("(")[0],
        _BACK,
        "up.reshape(x.shape)",
        view=True,
    )


@rule(
    "squeeze(x, dim)",
    "x",
    "squeeze",
    "A dimension that was taken out is put back.",
    "dx += dout.unsqueeze(dim)",
)
def squeeze(use: Use) -> Term:
    if use.shape("x") == use.out_shape:
        return use.up
    if isinstance(use.value("dim"), int):
        return use.through("up.unsqueeze(dim)", view=True)
    return use.through("up.reshape(x.shape)", view=True)


text_rule(
    "unsqueeze(x, dim)",
    "x",
    "unsqueeze",
    "A dimension that was put in is taken out.",
    "up.squeeze(dim)",
    view=True,
)


def _repeated(signature: str) -> None:
    @rule(signature, "x", signature.partition("(")[0], _REPEATED, "dx += dout summed over the copies")
    def term(use: Use) -> Term:
        return use.summed(use.up)


_repeated("expand(x, *sizes)")
_repeated("expand_as(x, like)")
_repeated("broadcast_to(x, *sizes)")


def _copies(operation: str) -> None:
    @rule(f"{operation}(x, *times)", "x", "repeat", _REPEATED, "dx += dout summed over the copies")
    def term(use: Use) -> Term:
        return _summed_copies(use)


_copies("repeat")
_copies("tile")


def _summed_copies(use: Use) -> Term:
    """Each dimension split into copies and what was copied, and summed over the copies."""
    x = use.shape("x")
    times = use.operands["times"]
    parts = times if isinstance(times, tuple) else (times,)
    numbers = [part.value for part in parts if isinstance(part, Node)]
    words = [part.tree() for part in parts if isinstance(part, Node)]
    lead = len(numbers) - len(x)
    if lead < 0:
        raise Refused("no rule for tile of fewer numbers than dimensions", use.line)
    term = use.full_up
    for at in range(len(numbers) - 1, -1, -1):
        shape = list(term.shape)
        if at < lead:
            del shape[at]
            term = term.through(f"up.sum({at})", tuple(shape))
        elif numbers[at] != 1:
            shape[at] = x[at - lead]
            term = term.through(f"up.unflatten({at}, (r, -1)).sum({at})", tuple(shape), r=words[at])
    return term


@rule(
    "repeat_interleave(x, times, dim)",
    "x",
    "repeat_interleave",
    _REPEATED,
    "dx += dout.unflatten(dim, (-1, times)).sum(dim + 1)",
)
def repeat_interleave(use: Use) -> Term:
    if not isinstance(use.value("times"), int):
        raise Refused("no rule for repeat_interleave by a tensor", use.line)
    if use.value("dim") is None:
        return use.through("up.view(*x.shape, times).sum(-1)")
    at = use.value("dim") % len(use.shape("x"))
    return use.through(f"up.unflatten({at}, (-1, times)).sum({at + 1})")


@rule("permute(x, *dims)", "x", "permute", _TURNED, "dx += dout.permute(back)")
def permute(use: Use) -> Term:
    count = len(use.shape("x"))
    dims = [dim % count for dim in use.value("dims")]
    back = ", ".join(str(dims.index(at)) for at in range(count))
    return use.through(f"up.permute({back})", view=True)


text_rule("transpose(x, dim0, dim1)", "x", "transpose", _TURNED, "up.transpose(dim0, dim1)", view=True)
text_rule("movedim(x, source, place)", "x", "movedim", _TURNED, "up.movedim(place, source)", view=True)


@rule(
    "to(x, *kind)",
    "x",
    "type conversion",
    "The gradient gets the type from before.",
    "dx += dout.to(x.dtype)",
)
def to(use: Use) -> Term:
    # of real numbers that were made complex the real part is taken anyway
    only_kind = not use.is_complex and use.operation.node.value.is_complex()
    return use.up if only_kind else use.through("up.to(x.dtype)")


@rule(
    "type_as(x, like)",
    "x",
    "type conversion",
    "The gradient gets the type from before.",
    "dx += dout.to(x.dtype)",
)
def type_as(use: Use) -> Term:
    return use.through("up.to(x.dtype)")


def negative_of(tree: ast.expr) -> ast.expr:
    """Minus a number, without two minus signs in a row."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return tree.operand
    if isinstance(tree, ast.Constant) and tree.value == 0:
        return tree
    return ast.UnaryOp(op=ast.USub(), operand=tree)


@rule(
    "pad(x, pad, mode, value)",
    "x",
    "padding",
    "What was padded is cut off again.",
    "dx += the middle of dout",
)
def pad(use: Use) -> Term:
    if use.value("mode", "constant") != "constant":
        raise Refused(f"no rule for padding by {use.value('mode')}", use.line)
    given = use.operands["pad"]
    if not isinstance(given, tuple):
        return use.through("F.pad(up, [-one for one in pad])")
    back = [negative_of(node.tree()) for node in given if isinstance(node, Node)]
    return use.through("F.pad(up, back)", back=ast.Tuple(elts=list(back), ctx=ast.Load()))
