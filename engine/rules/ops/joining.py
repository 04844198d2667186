"""Rules of joining tensors and of taking them apart: every part gets its own part of the gradient."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..node import Node, Refused
from ..operation import Operand
from ..table import Use, rule
from ..term import Piece, Term
from .reductions import size

_JOINED = "What was joined is taken apart: every part gets its own piece of the gradient."


@rule("cat(xs, dim)", "xs", "concatenation", _JOINED, "dx += the piece of dout where x went")
def cat(use: Use) -> Term:
    parts = use.operands["xs"]
    if not isinstance(parts, tuple):
        raise Refused("no rule for cat of a list that is not written out", use.line)
    dim = use.value("dim", 0)
    at = dim % len(use.out_shape)
    sizes = [part.value.shape[at] for part in parts if isinstance(part, Node)]
    if len(set(sizes)) == 1:
        text = f"up.chunk({len(sizes)}, dim)[{use.place}]"
        return use.through(text, view=True, dim=ast.Constant(dim)) if len(sizes) > 1 else use.up
    return _slice(use, parts, at)


def _slice(use: Use, parts: tuple[Operand, ...], at: int) -> Term:
    """The piece as a slice, its ends in words."""
    before = [size(part, at) for part in parts[: use.place]]
    after = [size(part, at) for part in parts[use.place :]]
    lower = _sum(before)
    upper = None if use.place == len(parts) - 1 else _sum([*before, after[0]])
    index = ast.Slice(lower=lower, upper=upper)
    whole: list[ast.expr] = [ast.Slice() for _ in range(at)]
    tree: ast.expr = ast.Tuple(elts=[*whole, index], ctx=ast.Load()) if at else index
    return use.through("up[index]", view=True, index=tree)


def _sum(sizes: list[ast.expr]) -> ast.expr | None:
    total: ast.expr | None = None
    for addend in sizes:
        total = addend if total is None else ast.BinOp(total, ast.Add(), addend)
    return total


@rule("stack(xs, dim)", "xs", "stack", _JOINED, "dx += dout.select(dim, place of x)")
def stack(use: Use) -> Term:
    if not isinstance(use.operands["xs"], tuple):
        raise Refused("no rule for stack of a list that is not written out", use.line)
    at = use.value("dim", 0) % len(use.out_shape)
    index = "".join(":, " for _ in range(at)) + str(use.place)
    return use.through(f"up[{index}]", view=True)


_TAKEN = "Every piece is a part of the whole: its gradient goes to where the piece was, zero elsewhere."


def _apart(signature: str, title: str) -> None:
    operation = signature.partition("(")[0]

    @rule(signature, "x", title, _TAKEN, f"dx = joined gradients of the pieces of x.{operation}(...)")
    def term(use: Use) -> Term:
        return piece(use)


def piece(use: Use) -> Term:
    """The gradient of one of several pieces; with those of the others it is joined again."""
    place = use.value("item")
    if not isinstance(place, int):
        raise Refused(f"no rule for {use.operation.name} without the place of the piece", use.line)
    call = use.operation.node.inside()
    assert isinstance(call, ast.Subscript)
    source = use.operation.source
    dim = use.tree("dim") if "dim" in use.operands else ast.Constant(0)
    assert source is not None
    total = len(source.value)
    function = "stack" if use.operation.name == "unbind" else "cat"
    own = Piece(source, place % total, total, call.value, dim, function)
    x = tuple(use.node.value.shape)
    return replace(use.full_up.through("up", x), piece=own)


for _signature in (
    "split(x, size, dim, item)",
    "chunk(x, chunks, dim, item)",
    "tensor_split(x, sections, dim, item)",
    "unbind(x, dim, item)",
):
    _apart(_signature, _signature.partition("(")[0])
