"""Another index: whole numbers or a mask under a wrong name, inside brackets or as an argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....rules.trees import name
from ....tensors.inert import is_given_name, is_tensor
from ..case import Case
from ..edit import Edit, Spot

_MOST = 6
"""So many other indices are tried for one."""


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
