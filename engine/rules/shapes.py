"""Rules of views and of picking parts: entries go back to where they came from."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .node import Node
from .operation import Operand, value_of
from .table import Use, rule
from .term import Term

_BACK = "The same numbers in another shape: the gradient gets the shape from before."


@rule("view(x, *shape)", "x", "view", _BACK, "dx += dout.view(x.shape)")
def view(use: Use) -> Term:
    return use.up.full(use.out).through("up.view(x.shape)", use.shape("x"), view=True, x=use.tree("x"))


@rule("reshape(x, *shape)", "x", "reshape", _BACK, "dx += dout.reshape(x.shape)")
def reshape(use: Use) -> Term:
    return use.up.full(use.out).through("up.reshape(x.shape)", use.shape("x"), view=True, x=use.tree("x"))


@rule(
    "index(x, index)",
    "x",
    "indexing",
    "The entries that were read get the gradient, all others zero; what was read twice gets both.",
    "dx[index] += dout",
)
def index(use: Use) -> Term:
    indices = use.operands["index"]
    up = use.up if use.up.number else use.up.full(use.out)
    read = use.operation.node.inside()
    assert isinstance(read, ast.Subscript)
    return put_back(use, up, read.slice, accumulates=not _unique(use, indices))


def put_back(use: Use, up: Term, into: ast.expr, *, accumulates: bool) -> Term:
    """The gradient of a part, to go where the part was read."""
    return replace(up, shape=tuple(use.node.value.shape), into=into, accumulates=accumulates)


def _unique(use: Use, indices: Operand) -> bool:
    """Whether no entry was read twice: slices and numbers never do, index tensors may."""
    parts = indices if isinstance(indices, tuple) else (indices,)
    tensors = [value for one in parts if isinstance(value := value_of(one), Tensor) and value.dim()]
    if not tensors or all(one.dtype == torch.bool for one in tensors):
        return True
    places = torch.arange(use.value("x").numel()).reshape(use.shape("x"))
    read = places[_index_value(use.operation.node, indices)].flatten()
    return len(set(read.tolist())) == read.numel()


def _index_value(node: Node, indices: Operand) -> Any:
    if isinstance(indices, tuple):
        return tuple(_index_value(node, one) for one in indices)
    assert isinstance(indices, Node)
    written = indices.written
    if isinstance(written, ast.Slice):
        ends = (written.lower, written.upper, written.step)
        return slice(*(node.parts[id(one)].value if one is not None else None for one in ends))
    return indices.value
