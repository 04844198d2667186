"""Which entries of a tensor a statement writes, so that it alone can have made them wrong."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from ....program.around import HIDDEN
from ....program.names import called
from ....program.statements import Statement
from ....tensors.aliasing import Namespace

_MASK = f"{HIDDEN}mask__"
_SAFE = {"range", "len", "slice", "arange", "size"}
_By = TypeVar("_By", bound=Hashable)


def written_entries(statement: Statement, name: str, namespace: Namespace, change: Tensor) -> Tensor:
    """True for every entry of the tensor `name` that a statement which has just run wrote.

    `change` is what it added to the tensor: where the statement does not say what it writes, that tells.
    """
    node = statement.node
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        if _is(target, name):
            return torch.ones_like(change, dtype=torch.bool)
        if isinstance(target, ast.Subscript) and _is(target.value, name) and _repeats(target.slice):
            return _at(target, namespace, change)
    return _changed(change)


def _is(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _repeats(index: ast.expr) -> bool:
    """Whether it may be computed once more, with nothing changed by that."""
    return all(called(node) in _SAFE for node in ast.walk(index) if isinstance(node, ast.Call))


def _at(target: ast.Subscript, namespace: Namespace, change: Tensor) -> Tensor:
    mask = namespace[_MASK] = torch.zeros_like(change, dtype=torch.bool)
    try:
        exec(f"{_MASK}[{ast.unparse(target.slice)}] = True", namespace)
    except Exception:  # what the index reads may have changed since
        return _changed(change)
    return mask


def _changed(change: Tensor) -> Tensor:
    changed = change != 0
    return changed if bool(changed.any()) else torch.ones_like(changed)


def able_alone(written: Mapping[_By, Sequence[Tensor]], wrong: Sequence[Tensor]) -> frozenset[_By]:
    """Those that wrote every wrong entry, and as few others as any; none where no single one did.

    `written` has for each, and `wrong` once, a mask for every time that a tensor was built.
    """
    able = {by: masks for by, masks in written.items() if all(map(_covers, masks, wrong))}
    sizes = {by: sum(int(mask.sum()) for mask in masks) for by, masks in able.items()}
    return frozenset(by for by, size in sizes.items() if size == min(sizes.values()))


def _covers(mask: Tensor, wrong: Tensor) -> bool:
    return not bool((wrong & ~mask).any())
