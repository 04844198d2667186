"""The names that a line reads, and among them those whose numbers count."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from .edit import called

_SHAPES = frozenset({"shape", "dtype", "device", "ndim"})
_OF_SHAPE = frozenset({"size", "dim", "numel", "len", "new_zeros", "new_ones"})
_LIKE = frozenset({"view_as", "expand_as", "reshape_as", "type_as"})


class Reads(NamedTuple):
    """All names that are read, and those of them that are read for more than a shape."""

    names: frozenset[str]
    values: frozenset[str]


def reads_of(nodes: Iterable[ast.AST]) -> Reads:
    """What statements read: `dH` counts in `2 * dH`, and not in `torch.ones_like(dH)`."""
    names: set[str] = set()
    values: set[str] = set()
    queue = [(node, True) for node in nodes]
    while queue:
        node, counts = queue.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                names.add(node.id)
                if counts:
                    values.add(node.id)
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
            values.add(node.target.id)
        queue += [(child, counts and not shape) for child, shape in _children(node)]
    return Reads(frozenset(names), frozenset(values))


def _children(node: ast.AST) -> list[tuple[ast.AST, bool]]:
    """What is directly inside, and whether only its shape is asked for."""
    shape = isinstance(node, ast.Attribute) and node.attr in _SHAPES
    if isinstance(node, ast.Call):
        name = called(node)
        if name in _LIKE:
            return [(node.func, False), *((one, True) for one in node.args)]
        shape = name.endswith("_like") or name in _OF_SHAPE
    return [(child, shape) for child in ast.iter_child_nodes(node)]
