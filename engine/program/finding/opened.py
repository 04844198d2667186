"""What the calls of a block bind where nobody sees it: `layer.backward(dout)` binds `layer.dW`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..frames.callees import Callees
from ..frames.expansion import Expansion
from ..items.kinds import Kinds
from ..names import is_place, stored_names
from .pieces import binds_besides, inner_blocks


def opened(block: Sequence[ast.stmt], kinds: Kinds) -> list[ast.stmt]:
    """The statements that the calls of methods in a block run; each call is told what these bind."""
    callees = Callees({"setup": [*block]})
    if not callees.has_methods:
        return []
    opening = Expansion(callees, kinds, lambda key: True)
    return [one for node in block for one in _run_by(node, opening, ({},))]


def _run_by(node: ast.stmt, opening: Expansion, passes: Sequence[Mapping[str, str]]) -> Iterator[ast.stmt]:
    inside = inner_blocks(node)
    objects = opening.callees.elements(node.iter) if isinstance(node, ast.For) else ()
    if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and objects:
        passes = [{**one, node.target.id: name} for one in passes for name in objects]
    if inside:
        for block in inside:
            for one in block:
                yield from _run_by(one, opening, passes)
    elif any(isinstance(part, ast.Call) for part in ast.walk(node)):
        run = [one for names in passes for one in opening.block(opening.renamed([node], names))]
        binds_besides(node, _places(run))
        yield from run


def _places(block: Iterable[ast.stmt]) -> frozenset[str]:
    return frozenset(name for node in block for name in stored_names(node) if is_place(name))
