"""What was found in a file without titles, in lines and words."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from ..around import Block
from ..cells import ASIDE
from ..found import Found, listed, spans_of
from ..items.places import held_in
from ..names import is_place, parts_of, word_of
from ..naming import NamingScheme
from .again import Marks, cell_of
from .layout import Layout
from .parameters import changed_by
from .pieces import Piece, pieces_of
from .regions import Region


def words_of(
    region: Region,
    layout: Layout,
    parameters: tuple[str, ...],
    lists: Mapping[str, frozenset[str]],
    lines: Sequence[str],
    marks: Marks,
) -> Found:
    """What was found, without the places that were not chosen."""
    return Found(
        where=_where(region, layout, lines, marks),
        loops=tuple(level.line for level in layout.levels if level.loops),
        parameters=_with_items(parameters, layout),
        loss="" if region.given else region.loss,
        loss_line=_loss_line(region, layout),
        forward=spans_of(numbers_of(layout.forward), lines),
        backward=spans_of(_from_first(layout.backward, region.written) or numbers_of(layout.backward), lines),
        update=spans_of(_from_first(layout.update, parameters, lists), lines),
        gradient=region.scheme.pattern,
        named_otherwise=_named_otherwise(region),
        again=region.again,
        titled=bool(region.borders),
        given=(region.given,) if region.given else (),
    )


def _with_items(parameters: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """The parameters; of a dictionary what the forward reads of it."""
    held = held_in(layout.forward)
    read = [place for place in held.loaded if place not in held.stored]
    items = {name: [place for place in read if parts_of(place)[0] == name] for name in parameters}
    return tuple(
        one for name in dict.fromkeys(parameters) if not is_place(name) for one in items[name] or [name]
    )


def _named_otherwise(region: Region) -> tuple[str, ...]:
    """The gradients that are, those of one dictionary in a word."""
    names = [
        name
        for tensor, name in region.scheme.exceptions
        if name in region.written and name not in _by_pattern(region.scheme.pattern, tensor)
    ]
    return tuple(dict.fromkeys(map(_in_short, names)))


def _in_short(name: str) -> str:
    return f"{parts_of(name)[0]}[…]" if name.endswith("]") else name


def _by_pattern(pattern: str, tensor: str) -> tuple[str, ...]:
    """What the gradient of something that is held may be called by the pattern alone."""
    if not is_place(tensor):
        return ()
    return pattern.format(word_of(parts_of(tensor)[1][-1])), NamingScheme(pattern).gradient(tensor)


def numbers_of(nodes: Sequence[ast.stmt]) -> list[int]:
    """The lines of statements."""
    return [number for node in nodes for number in Piece(node).lines]


def _loss_line(region: Region, layout: Layout) -> int | None:
    lines = [node.lineno for node in layout.forward if region.loss in Piece(node).binds]
    return None if region.given or not lines else lines[-1]


def asides(region: Region, lines: Sequence[str]) -> tuple[str, ...]:
    """What else there is to say of a place."""
    notes: list[str] = []
    if region.given:
        line = region.pieces[region.turn - 1].node.lineno
        given = f"{region.given} (line {line}) is taken as given"
        notes.append(f"no loss is computed: {given}, and what is made from it is judged")
    magics = [number for number, line in enumerate(lines, 1) if line.startswith(ASIDE)]
    if magics:
        plural, verb = ("s", "are") if len(magics) > 1 else ("", "is")
        spans = listed(spans_of(magics, ("x",) * len(lines)))
        notes.append(f"line{plural} {spans} {verb} no Python and {verb} left out")
    return tuple(notes)


def _from_first(
    block: Block, names: Collection[str], lists: Mapping[str, frozenset[str]] | None = None
) -> list[int]:
    """The lines from the first to the last statement that writes one of the names."""
    pieces = pieces_of(block)
    writing = [at for at, piece in enumerate(pieces) if not changed_by(piece, lists or {}).isdisjoint(names)]
    nodes = [piece.node for piece in pieces[writing[0] : writing[-1] + 1]] if writing else []
    return numbers_of(nodes)


def _where(region: Region, layout: Layout, lines: Sequence[str], marks: Marks) -> str:
    if region.loop is not None or region.again:
        return name_of(region, marks)
    parts = (layout.forward, layout.backward, layout.update)
    spans = spans_of([number for part in parts for number in numbers_of(part)], lines)
    return f"lines {listed(spans)}"


def name_of(region: Region, marks: Marks) -> str:
    """A place for the iteration in words: `the loop in line 40`, `cell 5: dlogits once more`."""
    if region.loop is not None:
        return f"the loop in line {region.loop.lineno}"
    writing = [piece for piece in region.rest if piece.bound_for_real(region.is_gradient)]
    first = writing[0]
    if not marks:
        return f"the lines from {first.node.lineno} on"
    names = sorted(region.written, key=lambda name: min(_lines_of(writing, name)))
    cells = sorted({cell_of(piece, marks) for piece in writing})
    where = f"cell {cells[0]}" if len(cells) == 1 else f"cells {cells[0]}–{cells[-1]}"
    return f"{where}: {', '.join(names[:3])}{' once more' if region.again else ''}"


def _lines_of(pieces: Sequence[Piece], name: str) -> list[int]:
    return [piece.node.lineno for piece in pieces if name in piece.writes]
