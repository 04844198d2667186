"""Another index: whole numbers or a mask under a wrong name, inside brackets or as an argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import torch

from ....program.names import called
from ....rules.trees import name
from ....tensors.inert import is_given_name, is_tensor
from ..case import Case
from ..edit import Edit, Spot, receiver
from ..wording import method, written

_MOST = 6
"""So many other indices are tried for one."""


def orders(case: Case) -> Iterator[Edit]:
    """Every line with a permutation undone where it is done once more, or the reverse."""
    for line in case.trial.lines:
        for node in ast.walk(line.node):
            order = node.slice if isinstance(node, ast.Subscript) else None
            undone = _unsorted(order)
            if order is None:
                continue
            if isinstance(order, ast.Name) and _is_permutation(case.values.get(order.id)):
                new: ast.expr = method(order, "argsort")
                words = f"puts in the order of {order.id} once more where it is to be undone: {written(new)}"
            elif undone is not None and isinstance(undone, ast.Name):
                new, words = undone, f"undoes the order of {undone.id} where it is to be followed"
            else:
                continue
            yield Edit("wrong_index", words, line, Spot(node, order), new)


def _unsorted(node: ast.AST | None) -> ast.expr | None:
    """What an expression gives the inverse of."""
    if isinstance(node, ast.Call) and called(node) == "argsort":
        return receiver(node) or (node.args[0] if node.args else None)
    return None


def _is_permutation(value: object) -> bool:
    if not is_tensor(value) or value.dim() != 1 or value.dtype != torch.int64:
        return False
    return torch.equal(value.sort().values, torch.arange(len(value), device=value.device))


def indices(case: Case) -> Iterator[Edit]:
    """Every line with the name of an index exchanged for that of another of its kind."""
    known = {text: kind for text in case.values if (kind := _kind(case, text)) is not None}
    if len(known) < 2:
        return
    for line in case.trial.lines:
        for parent in ast.walk(line.node):
            for node in ast.iter_child_nodes(parent):
                if not isinstance(node, ast.Name) or node.id not in known:
                    continue
                alike = [text for text, kind in known.items() if kind == known[node.id] and text != node.id]
                for other in alike[:_MOST]:
                    words = f"reads {node.id} where {other} belongs"
                    yield Edit("wrong_index", words, line, Spot(parent, node), name(other))


def _kind(case: Case, text: str) -> tuple[object, ...] | None:
    """What an index has to have in common with another; None for what is none."""
    value = case.values[text]
    if not is_given_name(text) or not is_tensor(value) or value.is_floating_point() or value.is_complex():
        return None
    return value.dtype, value.dim()
