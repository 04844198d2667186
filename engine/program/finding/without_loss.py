"""Blocks whose loss stands below the gradients, or nowhere: what is differentiated there."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..names import read_names
from ..naming import NamingScheme
from .losses import is_called_loss, logged_as_loss, losses_in, number_of
from .pieces import Piece


@dataclass(frozen=True, eq=False)
class Ending:
    """How a forward ends that has no loss of its own."""

    turn: int
    """The piece before which it is over."""
    loss: str
    more: tuple[ast.stmt, ...]
    """What is run at its end to have a loss."""
    given: str = ""
    """The gradient that is taken as given, where no loss is computed at all."""


def loss_as_number(pieces: Sequence[Piece], gradients: Sequence[int]) -> Ending | None:
    """A loss of which only the number is kept: `loss = ((y - t) ** 2).sum().item()`."""
    for at in range(gradients[0] - 1, -1, -1) if gradients else ():
        node = pieces[at].node
        tensor = number_of(node.value) if isinstance(node, ast.Assign) else None
        if tensor is not None and any(map(is_called_loss, pieces[at].binds)):
            loss = _free_name(pieces)
            return Ending(at + 1, loss, (_assigned(loss, tensor, node),))
    return None


def _assigned(loss: str, tensor: ast.expr, node: ast.stmt) -> ast.Assign:
    assign = ast.Assign([ast.Name(loss, ast.Store())], copy.deepcopy(tensor))
    for part in (assign, *assign.targets):
        ast.copy_location(part, node)
    return assign


def late_loss(pieces: Sequence[Piece], gradients: Sequence[int], scheme: NamingScheme) -> Ending | None:
    """A loss that is computed below the gradients, from what is there above them."""
    turn = gradients[0]
    below = [Piece(node) for piece in pieces[turn:] for node in piece.simple]
    named = losses_in(below, scheme)
    for loss in named:
        lines = _made_of(loss, below, pieces[:turn])
        if lines:
            return Ending(turn, loss, tuple(copy.deepcopy(node) for node in lines))
    return None


def logged_loss(pieces: Sequence[Piece], gradients: Sequence[int]) -> Ending | None:
    """A loss that has no name, as it is only noted, from what is there above the gradients."""
    turn = gradients[0]
    known = frozenset[str]().union(*(piece.binds for piece in pieces[:turn]))
    changed = frozenset[str]().union(*(piece.writes for piece in pieces[turn:]))
    for node in (one for piece in pieces for one in piece.simple):
        tensor = logged_as_loss(node)
        wanted = read_names(tensor) if tensor is not None else frozenset()
        if tensor is not None and wanted & known and not wanted & changed:
            loss = _free_name(pieces)
            return Ending(turn, loss, (_assigned(loss, tensor, node),))
    return None


def _made_of(loss: str, below: Sequence[Piece], above: Sequence[Piece]) -> list[ast.stmt]:
    """The statements that make a loss and may run above the gradients as well; none where they may not."""
    wanted, lines = {loss}, list[ast.stmt]()
    for at in range(len(below) - 1, -1, -1):
        piece = below[at]
        if not isinstance(piece.node, ast.Assign) or piece.binds.isdisjoint(wanted):
            continue
        lines.insert(0, piece.node)
        wanted = (wanted - piece.binds) | piece.reads
    changed = frozenset[str]().union(*(piece.writes for piece in below if piece.node not in lines))
    known = frozenset[str]().union(*(piece.binds for piece in above))
    return lines if wanted.isdisjoint(changed) and not wanted.isdisjoint(known) else []


def given_gradient(
    pieces: Sequence[Piece], gradients: Sequence[int], scheme: NamingScheme, tensors: frozenset[str]
) -> Ending | None:
    """The first gradient of a tensor of the block's own, from which others are made: taken as given."""
    bound = set[str]()
    for at, piece in enumerate(pieces):
        for name in sorted(piece.bound_for_real(lambda name: scheme.tensor(name) in tensors)):
            tensor = scheme.tensor(name)
            read = any(name in later.values for later in pieces[at + 1 :])
            if at in gradients and tensor in bound and read:
                turn = _complete(pieces, at, name)
                loss = _free_name(pieces)
                return Ending(turn, loss, tuple(_weighted(loss, tensor, name, pieces[turn - 1])), name)
        bound |= piece.binds
    return None


def _complete(pieces: Sequence[Piece], at: int, name: str) -> int:
    """The piece after the last one in a row that writes a gradient."""
    while at < len(pieces) and name in pieces[at].writes:
        at += 1
    return at


def _free_name(pieces: Sequence[Piece]) -> str:
    used = frozenset[str]().union(*(piece.reads | piece.writes for piece in pieces))
    return next(name for name in ("loss", "loss_", "_loss", "loss__") if name not in used)


def _weighted(loss: str, tensor: str, gradient: str, place: Piece) -> Iterator[ast.stmt]:
    """What has the given gradient for its tensor: the sum of their products."""
    for text in (f"{gradient} = {gradient}.detach()", f"{loss} = ({tensor} * {gradient}).sum()"):
        (node,) = ast.parse(text).body
        for part in ast.walk(node):
            if isinstance(part, ast.stmt | ast.expr):
                ast.copy_location(part, place.node)
        yield node
