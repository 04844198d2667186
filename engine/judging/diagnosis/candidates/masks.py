"""A wrong mask or index: another comparison, other entries, a value where a comparison of it belongs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ....rules.trees import copied
from ..case import Case
from ..edit import Edit, Line, Spot, literal, number
from ..wording import swapped, written

_MOST = 12


def masks(case: Case) -> Iterator[Edit]:
    """Every comparison of the lines in the other ways, and as the lines that the rules derive have it.

    One that says which entries a line writes (`dh[h > 0] = 0`) is among them.
    """
    others = [
        node for tree in case.derived_nearby for node in ast.walk(tree) if isinstance(node, ast.Compare)
    ]
    indices = [(line, Spot(target, target.slice)) for line, target in _targets(case)]
    for line, spot in (*indices, *case.spots):
        node = spot.node
        if not isinstance(node, ast.Compare):
            continue
        ways = [ast.Compare(left=node.left, ops=[way], comparators=node.comparators) for way in _ways(node)]
        for other in (*ways, *others[:_MOST]):
            yield Edit("wrong_mask", swapped(node, other), line, spot, other)


def entries(case: Case) -> Iterator[Edit]:
    """Other entries of a line that writes some: a mask inverted, an index that the forward has.

    And where one number is put into them, zero.
    """
    used = [node for s in case.near for node in ast.walk(s.node) if isinstance(node, ast.Subscript)]
    for line, target in _targets(case):
        for index in (*_inverted(target.slice), *(one.slice for one in used[:_MOST])):
            new = ast.Subscript(value=target.value, slice=copied(index), ctx=ast.Store())
            yield Edit("wrong_mask", swapped(target, new), line, Spot(target, target.slice), new.slice)
        value = getattr(line.node, "value", None)
        if value is not None and number(value):
            words = f"{written(value)} where 0 belongs"
            yield Edit("constant_written", words, line, Spot(line.node, value), literal(0))


def _inverted(index: ast.expr) -> list[ast.expr]:
    """A mask that a name stands for, or the name that is inverted."""
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.Invert):
        return [index.operand]
    return [ast.UnaryOp(op=ast.Invert(), operand=index)] if isinstance(index, ast.Name) else []


def _targets(case: Case) -> Iterator[tuple[Line, ast.Subscript]]:
    """What lines write that say which entries."""
    for line in case.trial.lines:
        node = line.node
        for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
            if isinstance(target, ast.Subscript):
                yield line, target


def values_for_masks(case: Case) -> Iterator[Edit]:
    """Every tensor of the lines compared with zero: `dh * h` for `dh * (h > 0)`."""
    for line, spot in case.spots:
        if isinstance(spot.node, ast.Name) and case.shape(spot.node) and not spot.compared:
            mask = ast.Compare(left=spot.node, ops=[ast.Gt()], comparators=[ast.Constant(0)])
            yield Edit("wrong_mask", swapped(spot.node, mask), line, spot, mask)


def _ways(node: ast.Compare) -> list[ast.cmpop]:
    """The other ways to compare, first the one that chooses all other entries."""
    if len(node.ops) > 1:
        return []
    way = type(node.ops[0])
    others = [one for one in _WAYS if one is not way]
    return [one() for one in sorted(others, key=lambda one: one is not _OPPOSITES.get(way))]


def chooses_at_ties(edit: Edit) -> bool:
    """Whether an edit chooses otherwise where both sides of a comparison are equal, or shares there."""
    match edit.spot and edit.spot.node, edit.new:
        case ast.Compare(ops=[old]), ast.Compare(ops=[new]):
            return {type(old), type(new)} in ({ast.Gt, ast.GtE}, {ast.Lt, ast.LtE})
    return edit.kind == "factor_missing" and _ties(edit.statements) > _ties([edit.line.node])


def _ties(trees: Sequence[ast.AST]) -> int:
    return sum(isinstance(node, ast.Eq) for tree in trees for node in ast.walk(tree))


_WAYS: tuple[type[ast.cmpop], ...] = (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)
_PAIRS: tuple[tuple[type[ast.cmpop], type[ast.cmpop]], ...] = (
    (ast.Gt, ast.LtE),
    (ast.Lt, ast.GtE),
    (ast.Eq, ast.NotEq),
)
_OPPOSITES = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
