"""Rules of views and of picking parts: entries go back to where they came from."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..node import Node
from ..operation import Operand, value_of
from ..style import style
from ..table import Use, rule
from ..term import Shape, Term
from ..trees import name

_BACK = "The same numbers in another shape: the gradient gets the shape from before."


@rule("view(x, *shape)", "x", "view", _BACK, "dx += dout.view(x.shape)")
def view(use: Use) -> Term:
    return _shaped(use, "view")


@rule("reshape(x, *shape)", "x", "reshape", _BACK, "dx += dout.reshape(x.shape)")
def reshape(use: Use) -> Term:
    return _shaped(use, "reshape")


def _shaped(use: Use, word: str) -> Term:
    """The shape from before; of what has no name only the dimensions that were split, flattened."""
    split = None if use.node.name else _split(use.shape("x"), use.out_shape)
    if split is not None:
        return use.through(f"up.flatten({split[0]}, {split[1]})", view=True)
    joined = None if use.node.name else _split(use.out_shape, use.shape("x"))
    if joined is not None and joined[1] == joined[0] + 1:
        first = style().sizes.get(use.shape("x")[joined[0]])
        if first is not None:
            return use.through(f"up.unflatten({joined[0]}, (first, -1))", view=True, first=name(first))
    return use.through(f"up.{word}(x.shape)", view=True)


def _split(before: Shape, after: Shape) -> tuple[int, int] | None:
    """Which dimensions one was split into, if that is all that happened."""
    more = len(after) - len(before)
    for at, size in enumerate(before if more > 0 else ()):
        if after[:at] == before[:at] and after[at + more + 1 :] == before[at + 1 :]:
            return (at, at + more) if math.prod(after[at : at + more + 1]) == size else None
        if after[at] != size:
            return None
    return None


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
    node = use.operation.node
    assert isinstance(node.written, ast.Subscript)
    adds = None if _unique(use, indices) else _adds(indices)
    return put_back(use, up, node.say(node.written.slice), accumulates=not _unique(use, indices), adds=adds)


def put_back(
    use: Use, up: Term, into: ast.expr, *, accumulates: bool, adds: tuple[int, int] | None = None
) -> Term:
    """The gradient of a part, to go where the part was read."""
    return replace(up, shape=tuple(use.node.value.shape), into=into, accumulates=accumulates, adds=adds)


def _adds(indices: Operand) -> tuple[int, int] | None:
    """The one dimension that is indexed by a tensor, after whole ones, and the dimensions of the index."""
    parts = indices if isinstance(indices, tuple) and not _is_list(indices) else (indices,)
    *before, last = parts
    value = torch.as_tensor(value_of(last))
    if all(_is_whole(part) for part in before) and value.dim():
        return len(before), value.dim()
    return None


def _is_list(indices: Operand) -> bool:
    """Whether numbers stand in a list: one index, where those of a tuple are several."""
    return isinstance(indices, tuple) and all(isinstance(value_of(part), int) for part in indices)


def _is_whole(index: Operand) -> bool:
    """Whether an index is `:`."""
    return (
        isinstance(index, Node) and isinstance(index.written, ast.Slice) and ast.unparse(index.written) == ":"
    )


def _unique(use: Use, indices: Operand) -> bool:
    """Whether no entry was read twice: slices and numbers never do, index tensors may."""
    if _is_list(indices) and isinstance(use.operation.node.value, Tensor):
        return not _reads_by_list(use) or len({*value_of(indices)}) == len(value_of(indices))
    parts = indices if isinstance(indices, tuple) else (indices,)
    tensors = [value for part in parts if isinstance(value := value_of(part), Tensor) and value.dim()]
    if not tensors or all(tensor.dtype == torch.bool for tensor in tensors):
        return True
    places = torch.arange(use.value("x").numel()).reshape(use.shape("x"))
    read = places[_index_value(use.operation.node, indices)].flatten()
    return len(set(read.tolist())) == read.numel()


def _index_value(node: Node, indices: Operand) -> Any:
    if isinstance(indices, tuple):
        return tuple(_index_value(node, part) for part in indices)
    assert isinstance(indices, Node)
    written = indices.written
    if isinstance(written, ast.Slice):
        ends = (written.lower, written.upper, written.step)
        return slice(*(node.parts[id(end)].value if end is not None else None for end in ends))
    return indices.value


def _reads_by_list(use: Use) -> bool:
    read = use.operation.node.written
    return isinstance(read, ast.Subscript) and isinstance(read.slice, ast.List)
