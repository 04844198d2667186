"""A wrong mask: another comparison, or a value where what it is compared with belongs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..case import Case
from ..edit import Edit, Line, Spot
from ..wording import swapped

_MOST = 12


def masks(case: Case) -> Iterator[Edit]:
    """Every comparison of the lines in the other ways, and as the lines that the rules derive have it.

    One that says which entries a line writes (`dh[h > 0] = 0`) is among them.
    """
    others = [
        node for tree in case.derived_nearby for node in ast.walk(tree) if isinstance(node, ast.Compare)
    ]
    for line, spot in (*_indices(case), *case.spots):
        node = spot.node
        if not isinstance(node, ast.Compare):
            continue
        ways = [ast.Compare(left=node.left, ops=[way], comparators=node.comparators) for way in _ways(node)]
        for other in (*ways, *others[:_MOST]):
            yield Edit("wrong_mask", swapped(node, other), line, spot, other)


def _indices(case: Case) -> Iterator[tuple[Line, Spot]]:
    """The comparisons that say which entries a line writes."""
    for line in case.trial.lines:
        targets = (
            line.node.targets if isinstance(line.node, ast.Assign) else [getattr(line.node, "target", None)]
        )
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Compare):
                yield line, Spot(target, target.slice)


def values_for_masks(case: Case) -> Iterator[Edit]:
    """Every tensor of the lines compared with zero: `dh * h` for `dh * (h > 0)`."""
    for line, spot in case.spots:
        if isinstance(spot.node, ast.Name) and case.shape(spot.node) and not spot.compared:
            mask = ast.Compare(left=spot.node, ops=[ast.Gt()], comparators=[ast.Constant(0)])
            yield Edit("wrong_mask", swapped(spot.node, mask), line, spot, mask)


def _ways(node: ast.Compare) -> list[ast.cmpop]:
    if len(node.ops) > 1:
        return []
    ways = (ast.Gt(), ast.GtE(), ast.Lt(), ast.LtE(), ast.Eq(), ast.NotEq())
    return [way for way in ways if type(way) is not type(node.ops[0])]
