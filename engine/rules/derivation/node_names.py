"""The names by which the nodes of a forward that has run are spelled."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable
from typing import Any

from ...tensors.inert import is_a, is_any, is_tensor
from ..node import Refused
from ..trees import name as name_tree
from .noting import HIDDEN
from .statement_forms import said_by_text
from .traced_forward import Trace


def name_nodes(trace: Trace) -> None:
    """Give every node the name that stands for it now that the forward has run."""
    for name, node in trace.names.items():
        if name.startswith(HIDDEN) or (name in trace.counters and is_a(node.value, int)):
            continue
        # what a loop's own name stands for has its name already
        node.name = node.name or name
    for name, node in trace.names.items():
        if is_any(node.value, (list, tuple, dict)) and not name.startswith(HIDDEN):
            _hold(trace, name_tree(name), trace.namespace.get(name))


def _hold(trace: Trace, tree: ast.expr, value: Any, depth: int = 0) -> None:
    """Tensors in a list have a place where they have no name."""
    places: Iterable[Any] = value.items() if is_a(value, dict) else enumerate(value)
    for place, held in places:
        part = ast.Subscript(value=tree, slice=ast.Constant(place), ctx=ast.Load())
        if is_tensor(held) and (node := trace.by_value.get(id(held))) and not node.name:
            node.held = part
        elif is_any(held, (list, tuple, dict)) and depth < 2:
            _hold(trace, part, held, depth + 1)


def spelled_names(trace: Trace) -> dict[str, str]:
    """The expressions that have a name now, by their text in names that mean the same as then."""
    names: dict[str, str] = {}
    for name, node in trace.names.items():
        if node.name == name and is_tensor(node.value) and said_by_text(node.written):
            with contextlib.suppress(Refused):
                names[ast.unparse(node.inside())] = name
    return names
