"""Straight code in cells, where a later cell writes once more what an earlier one has written."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from ..names import stored_names
from .pieces import Piece
from .regions import Region

Marks = Sequence[int]
"""The lines at which cells begin."""


def parted(region: Region, marks: Marks) -> list[Region]:
    """Straight code as one region for each time that its gradients are written; others as they are."""
    if region.path or not marks or region.more:
        return [region]
    begins = _begins(region, marks)
    if not begins:
        return [region]
    ends = [*begins[1:], len(region.pieces)]
    first = replace(region, pieces=region.pieces[: begins[0]])
    return [first, *(_once_more(region, begin, end) for begin, end in zip(begins, ends, strict=True))]


def cell_of(piece: Piece, marks: Marks) -> int:
    """The number of the cell that a piece stands in."""
    return bisect_right(marks, piece.node.lineno)


def _begins(region: Region, marks: Marks) -> list[int]:
    """The first pieces of the cells in which a gradient is bound that was bound in an earlier cell."""
    begins: list[int] = []
    written: set[str] = set()
    group: set[str] = set()
    last = -1
    for at in range(region.turn, len(region.pieces)):
        piece = region.pieces[at]
        names = piece.bound_for_real(region.is_gradient)
        if not names:
            continue
        cell = cell_of(piece, marks)
        goes_on = bool(begins) and not group.isdisjoint(_read_in(region, cell, marks))
        if cell != last and not goes_on and _binds_anew(piece, names & written):
            begins.append(_first_of(region, cell, marks))
            group.clear()
        written |= names
        group |= names
        last = cell
    return begins


def _binds_anew(piece: Piece, names: frozenset[str]) -> bool:
    return isinstance(piece.node, ast.Assign) and not names.isdisjoint(stored_names(piece.node))


def _read_in(region: Region, cell: int, marks: Marks) -> frozenset[str]:
    pieces = [piece for piece in region.pieces if cell_of(piece, marks) == cell]
    bound = frozenset[str]().union(*(piece.binds for piece in pieces))
    return frozenset[str]().union(*(piece.reads for piece in pieces)) - bound


def _first_of(region: Region, cell: int, marks: Marks) -> int:
    return next(at for at, piece in enumerate(region.pieces) if cell_of(piece, marks) == cell)


def _once_more(region: Region, begin: int, end: int) -> Region:
    """The same forward, and the gradients of some cells alone; with a loss of their own, theirs."""
    group = region.pieces[begin:end]
    gradients = [at for at, piece in enumerate(group) if piece.bound_for_real(region.is_gradient)]
    own = [at for at, piece in enumerate(group) if region.loss in piece.binds and at < gradients[0]]
    if own:
        return replace(region, pieces=region.pieces[:end], turn=begin + own[-1] + 1)
    between = _needed(region, region.pieces[region.turn : begin], group)
    return replace(region, pieces=(*region.forward, *between, *group), again=True)


def _needed(region: Region, between: Sequence[Piece], group: Sequence[Piece]) -> list[Piece]:
    """What of the pieces between binds names, of no gradients, that the group reads."""
    wanted = {name for piece in group for name in piece.reads}
    needed: list[Piece] = []
    for piece in reversed(between):
        names = [name for name in piece.binds if not region.is_gradient(name)]
        if not wanted.isdisjoint(names):
            needed.insert(0, piece)
            wanted |= piece.reads
    return needed
