"""What is a number among the values of a program, and what an edit names of them."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import TypeGuard

from ...tensors.inert import is_a, is_tensor
from .wording import written


def number_of(value: object) -> float | None:
    """What a value is, if it is one finite number."""
    if is_tensor(value):
        value = float(value) if value.numel() == 1 and value.dim() == 0 and not value.is_complex() else None
    if is_a(value, bool) or not (is_a(value, int) or is_a(value, float)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def counts_of(tensor: str, shape: Sequence[int]) -> dict[str, float]:
    """The sizes of a tensor, as a program writes them."""
    texts = {f"{tensor}.shape[{dim}]": float(size) for dim, size in enumerate(shape)}
    return {**texts, f"{tensor}.numel()": float(math.prod(shape))}


def texts_in(nodes: Sequence[ast.AST]) -> frozenset[str]:
    """Every name in some statements, and every size of a tensor."""
    inside = [node for tree in nodes for node in ast.walk(tree) if isinstance(node, ast.expr)]
    return frozenset(written(node) for node in inside if isinstance(node, ast.Name) or is_size(node))


def is_size(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether an expression is a size of a tensor."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
        case ast.Call(func=ast.Attribute(attr="numel" | "size")):
            return True
    return False
