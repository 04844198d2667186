"""A program whose gradients are to be written again: `dX = ...` where their lines were."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .names import loop_names, read_names
from .program import Program
from .section import Section
from .statements import Statement


@dataclass(frozen=True)
class _Piece:
    """A statement at the top level of the backward section, with all that stands inside it."""

    node: ast.stmt
    first: int
    last: int
    statements: tuple[Statement, ...]
    names: tuple[str, ...]
    """The gradients that it writes and that are blanked, in order."""

    @property
    def others(self) -> frozenset[str]:
        """What else it writes."""
        return frozenset(name for s in self.statements for name in s.writes) - {*self.names}

    @property
    def makes_only(self) -> bool:
        """Whether it does nothing but write names: it prints nothing, and asserts nothing."""
        return bool(self.statements) and all(s.writes for s in self.statements)


def blankable(program: Program, names: Collection[str]) -> tuple[str, ...]:
    """Those of the gradients whose lines can go: they write nothing else that is read elsewhere.

    Nor are they the call of a function that was taken apart, whose lines are another section's, too.
    """
    section = program.section("backward")
    if section is None:
        return ()
    calls = [piece for piece in _pieces(section, names) if _is_shared(program, section, piece)]
    left = {*names}.difference(*(piece.names for piece in calls))
    while True:
        pieces = _pieces(section, left)
        read = _read_elsewhere(program, section, pieces)
        tied = {name for piece in pieces if piece.others & read for name in piece.names}
        if not tied:
            return tuple(dict.fromkeys(name for piece in pieces for name in piece.names))
        left -= tied


def blanked(program: Program, names: Collection[str], kept: Collection[str] = ()) -> str:
    """The text with `dX = ...` in the place of all lines that write these gradients.

    Helper variables that nothing reads any more go with them; every other line stays as it was, those of the
    gradients in `kept` among them.
    """
    section = program.section("backward")
    assert section is not None
    pieces = _pieces(section, names)
    gone = {id(piece) for piece in _without_readers(program, section, pieces, kept)}
    lines, written = list(program.lines), set[str]()
    replaced: list[tuple[int, int, list[str]]] = []
    for together in _sharing_lines(pieces):
        stays = all(not piece.names and id(piece) not in gone for piece in together)
        new: list[str] = []
        for piece in together:
            holes = [name for name in piece.names if name not in written]
            written.update(holes)
            new += [f"{name} = ..." for name in holes]
            if not piece.names and id(piece) not in gone:
                new += [ast.get_source_segment("\n".join(program.lines), piece.node) or ""]
        if not stays:
            replaced.append((together[0].first, together[-1].last, new))
    for first, last, new in reversed(replaced):
        line = lines[first - 1]
        indent = line[: len(line) - len(line.lstrip())]
        lines[first - 1 : last] = [indent + text for text in new]
    return "\n".join(lines)


def _is_shared(program: Program, section: Section, piece: _Piece) -> bool:
    """Whether a statement of another section stands in its lines."""
    others = [node for other in program.sections if other is not section for node in other.tree.body]
    return any(piece.first <= node.lineno <= (node.end_lineno or 0) <= piece.last for node in others)


def _pieces(section: Section, names: Collection[str]) -> list[_Piece]:
    pieces = []
    for top, node in enumerate(section.tree.body):
        inside = tuple(s for s in section.statements if s.top == top)
        written = dict.fromkeys(name for s in inside for name in s.writes if name in names)
        pieces.append(_Piece(node, node.lineno, node.end_lineno or node.lineno, inside, tuple(written)))
    return pieces


def _sharing_lines(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces in order, those together that stand in one line."""
    together: list[_Piece] = []
    for piece in pieces:
        if together and piece.first > together[-1].last:
            yield together
            together = []
        together.append(piece)
    if together:
        yield together


def _read_elsewhere(program: Program, section: Section, pieces: Sequence[_Piece]) -> frozenset[str]:
    """What other sections read, and the pieces that write no gradient."""
    kept = [_reads(piece.node) for piece in pieces if not piece.names]
    return frozenset[str]().union(_read_outside(program, section), *kept)


def _read_outside(program: Program, section: Section) -> frozenset[str]:
    """What other sections read; a function that was taken apart stands in them, and is read as its parts."""
    lines = {node.lineno for node in section.tree.body}
    others = [node for other in program.sections if other is not section for node in other.tree.body]
    apart = [node for node in others if lines.isdisjoint(range(node.lineno, (node.end_lineno or 0) + 1))]
    return frozenset[str]().union(*map(_reads, apart))


def _reads(node: ast.stmt) -> frozenset[str]:
    """What a statement reads and has not counted through itself."""
    return read_names(node) - loop_names(node)


def _without_readers(
    program: Program, section: Section, pieces: Sequence[_Piece], kept: Collection[str]
) -> list[_Piece]:
    """The helper lines that only what goes has read, and those that only they have."""
    outside = _read_outside(program, section).union(kept)
    gone = [piece for piece in pieces if piece.names]
    helpers: list[_Piece] = []
    while True:
        staying = [piece for piece in pieces if piece not in gone and piece not in helpers]
        before = frozenset[str]().union(*(_reads(piece.node) for piece in (*gone, *helpers)))
        more = [
            piece
            for piece in staying
            if piece.makes_only
            and not _is_shared(program, section, piece)
            and piece.others & before
            and not piece.others & outside
            and not any(piece.others & _reads(other.node) for other in staying if other is not piece)
        ]
        if not more:
            return helpers
        helpers += more
