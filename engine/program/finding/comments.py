"""What comments say of where the backward and the update begin, where the statements leave it open."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from ..around import is_leaving
from .pieces import Piece
from .regions import Region

_BACKWARD = re.compile(r"\W*(manual |the |now )*(backward|back-?prop)", re.IGNORECASE)
_UPDATE = re.compile(
    r"\W*(now |then |the |perform |do |parameter |weight |gradient |sgd |descent )*"
    r"(updat|step\b|gradient descent|descent step)",
    re.IGNORECASE,
)


def as_commented(region: Region, lines: Sequence[str]) -> Region:
    """The region with the borders that comments draw in it, those that the statements allow.

    The backward may begin later than right below the loss: what is bound before it like a gradient, and is
    none (`dloss = loss - before`), is read by no gradient. The update may begin before the first change of a
    parameter: what is done to a gradient there (`dw += decay * w`) is done to one that is complete.
    """
    turn = _backward(region, lines)
    region = replace(region, turn=turn) if turn is not None else region
    update = _update(region, lines)
    return replace(region, update=update) if update is not None else region


def _backward(region: Region, lines: Sequence[str]) -> int | None:
    for at in range(region.turn, len(region.pieces)):
        if _says(region.pieces[at], lines, _BACKWARD):
            before, below = region.pieces[region.turn : at], region.pieces[at:]
            used = frozenset[str]().union(*(piece.reads | piece.writes for piece in below))
            bound = _gradients(region, before)
            apart = bound.isdisjoint(used) and not any(map(_jumps, before))
            return at if bound and apart and _gradients(region, below) else None
    return None


def _jumps(piece: Piece) -> bool:
    return any(isinstance(node, ast.Break | ast.Continue) for node in piece.simple) or any(
        map(is_leaving, piece.simple)
    )


def _update(region: Region, lines: Sequence[str]) -> int | None:
    for at in range(region.turn + 1, len(region.pieces)):
        if _says(region.pieces[at], lines, _UPDATE):
            above, below = region.pieces[region.turn : at], region.pieces[at:]
            written = _gradients(region, above)
            return at if written and _gradients(region, below) <= written else None
    return None


def _gradients(region: Region, pieces: Sequence[Piece]) -> frozenset[str]:
    return frozenset[str]().union(*(piece.bound_for_real(region.is_gradient) for piece in pieces))


def _says(piece: Piece, lines: Sequence[str], words: re.Pattern[str]) -> bool:
    """Whether a comment right above a statement begins with such words."""
    line = piece.node.lineno - 1
    while line and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
        if words.match(lines[line - 1].lstrip()):
            return True
        line -= 1
    return False
