"""The blocks of a file that hold a whole iteration: a forward, a loss, and gradients below it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..naming import NamingScheme
from .losses import losses_in, reduced_last
from .pieces import Piece, inner_blocks, pieces_of
from .without_loss import given_gradient, late_loss, logged_loss, loss_as_number


@dataclass(frozen=True, eq=False)
class Inside:
    """A step on the way from the file into a block: which statement of which block, and the block inside."""

    node: ast.stmt
    siblings: tuple[ast.stmt, ...]
    """The block that the statement stands in."""
    block: list[ast.stmt]
    """The block inside it that the way leads into."""


@dataclass(frozen=True, eq=False)
class Region:
    """A block that holds an iteration. `turn` is the piece before which the forward is over."""

    path: tuple[Inside, ...]
    pieces: tuple[Piece, ...]
    scheme: NamingScheme
    tensors: frozenset[str]
    """The names whose gradients could be written."""
    loss: str
    turn: int
    more: tuple[ast.stmt, ...] = ()
    """What is run at the end of the forward beside its pieces."""
    given: str = ""
    """The gradient that is taken as given, where there is no loss."""
    borders: Mapping[str, int] = field(default_factory=dict)
    """The lines of titles, where sections begin whatever else there is."""
    update: int | None = None
    """The piece that a comment has the update begin with."""
    again: bool = False
    """Whether it writes once more some of what an earlier one has written."""

    @property
    def forward(self) -> tuple[Piece, ...]:
        """The pieces up to the loss."""
        return self.pieces[: self.turn]

    @property
    def rest(self) -> tuple[Piece, ...]:
        """The pieces below the loss."""
        return self.pieces[self.turn :]

    @property
    def loop(self) -> ast.For | ast.While | None:
        """The innermost loop around it."""
        loops = [one.node for one in self.path if isinstance(one.node, ast.For | ast.While)]
        return loops[-1] if loops else None

    def is_gradient(self, name: str) -> bool:
        """Whether a name is that of the gradient of a tensor at hand."""
        return self.scheme.tensor(name) in self.tensors

    def begins_with(self, kind: str) -> int | None:
        """The first piece below the title of a section; None where no title stands among the pieces."""
        line = self.borders.get(kind)
        if line is None or not self.pieces or not self.pieces[0].lines.start - 1 <= line:
            return None
        below = (at for at, piece in enumerate(self.pieces) if piece.lines.start > line)
        return next(below, None)

    @cached_property
    def written(self) -> frozenset[str]:
        """The gradients that are written below the loss."""
        return frozenset[str]().union(*(piece.bound_for_real(self.is_gradient) for piece in self.rest))

    @cached_property
    def last_gradient(self) -> int:
        """The last piece that writes a gradient, above the update."""
        pieces = self.pieces[: self.update]
        return max(at for at, piece in enumerate(pieces) if piece.bound_for_real(self.is_gradient))


def regions_in(
    block: Sequence[ast.stmt],
    scheme: NamingScheme,
    tensors: frozenset[str],
    path: tuple[Inside, ...] = (),
    *,
    with_loss: bool = True,
) -> list[Region]:
    """Every block, at any depth, that holds an iteration, in the order of the text.

    Not `with_loss`, those whose loss stands below the gradients or nowhere.
    """
    regions: list[Region] = []
    own: list[ast.stmt] = []
    for node in block:
        inside = [
            region
            for inner in inner_blocks(node)
            for region in regions_in(
                inner, scheme, tensors, (*path, Inside(node, tuple(block), inner)), with_loss=with_loss
            )
        ]
        regions += inside
        own.append(ast.copy_location(ast.Pass(), node) if inside else node)
    look = _region if with_loss else _region_without_loss
    # one statement alone, as an `elif` is to the `if` above it, has nothing above it and nothing below
    region = look(own, scheme, tensors, path) if len(own) > 1 else None
    return [*regions, region] if region is not None else regions


def _region(
    own: Iterable[ast.stmt],
    scheme: NamingScheme,
    tensors: frozenset[str],
    path: tuple[Inside, ...],
) -> Region | None:
    """The block itself as one; statements that hold one of their own count for nothing."""
    pieces = pieces_of(own)
    gradients = _gradients(pieces, scheme, tensors)
    for loss in _candidates(pieces, gradients, scheme, tensors):
        turn = _turn(pieces, gradients, loss)
        if turn:
            return Region(path, pieces, scheme, tensors, loss, turn)
    ending = loss_as_number(pieces, gradients)
    if ending is None:
        return None
    return Region(path, pieces, scheme, tensors, ending.loss, ending.turn, ending.more)


def _region_without_loss(
    own: Iterable[ast.stmt],
    scheme: NamingScheme,
    tensors: frozenset[str],
    path: tuple[Inside, ...],
) -> Region | None:
    pieces = pieces_of(own)
    gradients = _gradients(pieces, scheme, tensors)
    if not gradients:
        return None
    ending = (
        late_loss(pieces, gradients, scheme)
        or logged_loss(pieces, gradients)
        or given_gradient(pieces, gradients, scheme, tensors)
    )
    if ending is None:
        return None
    turn, more, given = ending.turn, ending.more, ending.given
    return Region(path, pieces, scheme, tensors, ending.loss, turn, more, given)


def _gradients(pieces: Sequence[Piece], scheme: NamingScheme, tensors: frozenset[str]) -> list[int]:
    """Which pieces write gradients."""
    return [
        at
        for at, piece in enumerate(pieces)
        if piece.bound_for_real(lambda name: scheme.tensor(name) in tensors)
    ]


def _candidates(
    pieces: Sequence[Piece], gradients: Sequence[int], scheme: NamingScheme, tensors: frozenset[str]
) -> list[str]:
    """What may be the loss; by its form alone only what a tensor with a written gradient leads to."""
    named = losses_in(pieces, scheme)
    last = reduced_last(pieces[: gradients[0]]) if gradients else ""
    written = [pieces[at].bound_for_real(lambda name: scheme.tensor(name) in tensors) for at in gradients]
    paired = {scheme.tensor(name) for names in written for name in names}
    form = [last] if last and last not in named and _leads(pieces, paired, last) else []
    return [*named, *form]


def _leads(pieces: Sequence[Piece], names: Collection[str], to: str) -> bool:
    """Whether a value that is bound is made from one of the names, by what each piece reads."""
    reached = set(names)
    for piece in pieces:
        if not piece.values.isdisjoint(reached):
            reached |= piece.writes
    return to in reached - set(names)


def _turn(pieces: Sequence[Piece], gradients: Sequence[int], loss: str) -> int:
    """The piece after the one that binds the loss last before the first gradient below it; 0 for none."""
    bound = [at for at, piece in enumerate(pieces) if loss in piece.binds]
    below = [at for at in gradients if bound and at > bound[0]]
    return max((at + 1 for at in bound if below and at < below[0]), default=0)
