"""Where among handwritten lines a gradient's own can stand: below what they read, above what reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ..program.names import read_names
from ..program.section import Section
from ..rules.derivation.derive import Derived


@dataclass(frozen=True)
class Block:
    """A statement at the top level of the backward section, with all that stands inside it."""

    first: int
    last: int
    """Its lines, counted from 1."""
    reads: frozenset[str]
    writes: frozenset[str]
    shares: bool
    """Whether other statements stand in a line of it."""
    goes: bool = False
    """Whether new lines stand in its place."""


def blocks_of(section: Section) -> list[Block]:
    """The statements at the top level of a section, in order."""
    nodes = section.tree.body
    spans = [(node.lineno, node.end_lineno or node.lineno) for node in nodes]
    return [
        Block(
            *span,
            reads=read_names(node),
            writes=frozenset(name for s in section.statements if s.top == top for name in s.writes),
            shares=any(one[0] <= span[1] and span[0] <= one[1] for one in spans[:top] + spans[top + 1 :]),
        )
        for top, (node, span) in enumerate(zip(nodes, spans, strict=True))
    ]


def without(block: Block) -> Block:
    """The block where new lines take its place: nothing of it is read or written any more."""
    return replace(block, reads=frozenset(), writes=frozenset(), goes=True)


@dataclass(frozen=True)
class Order:
    """Before which block each gradient's lines go, by its name, and why some have no place."""

    positions: Mapping[str, int]
    refused: Mapping[str, str]


def ordered(
    blocks: Sequence[Block],
    gradients: Sequence[Derived],
    wanted: Mapping[str, int],
    early: Collection[str] = (),
) -> Order:
    """A position for the lines of every gradient, given in the order in which they can be computed.

    As `wanted` where that is possible, else right above what reads them, or at the end; of those in `early`
    right below what they read.
    """
    refused: dict[str, str] = {}
    while True:
        needs = {one.name: _needs(one) if one.name not in refused else set() for one in gradients}
        earliest = _earliest(blocks, needs)
        positions: dict[str, int] = {}
        conflicts: dict[str, str] = {}
        for name in reversed(needs):
            latest = _latest(blocks, needs, positions, name)
            room = [at for at in _gaps(blocks) if earliest[name] <= at <= latest]
            if not room:
                conflicts[name] = _conflict(blocks, name, earliest[name], latest)
                room = [at for at in _gaps(blocks) if at <= latest]
            usual = min(room) if name in early else max(room)
            positions[name] = wanted[name] if wanted.get(name) in room else usual
        first = next((name for name in needs if name in conflicts and name not in refused), None)
        if first is None:
            return Order(positions, refused)
        refused[first] = conflicts[first]


def _needs(derived: Derived) -> set[str]:
    """The gradients that its lines read, and what else has to stand above them."""
    upstreams = {use.upstream for use in derived.contributions} - {""}
    return upstreams.union(derived.others) if derived.lines else set()


def _earliest(blocks: Sequence[Block], needs: Mapping[str, set[str]]) -> dict[str, int]:
    """By gradient, the first position below all that its lines read, and what else writes it."""
    earliest: dict[str, int] = {}
    for name, read in needs.items():
        written = [at + 1 for at, block in enumerate(blocks) if block.writes & {name, *read}]
        earliest[name] = max([*written, *(earliest[one] for one in read & earliest.keys())], default=0)
    return earliest


def _latest(
    blocks: Sequence[Block], needs: Mapping[str, set[str]], positions: Mapping[str, int], name: str
) -> int:
    """The last position above all that reads a gradient; `positions` are those of the ones after it."""
    old = [at for at, block in enumerate(blocks) if name in block.reads]
    new = [at for other, at in positions.items() if name in needs[other]]
    return min([*old, *new], default=len(blocks))


def _gaps(blocks: Sequence[Block]) -> list[int]:
    """The positions that are not in the middle of a line."""
    inner = range(1, len(blocks))
    return [0, *(at for at in inner if blocks[at - 1].last < blocks[at].first), len(blocks)]


def _conflict(blocks: Sequence[Block], name: str, earliest: int, latest: int) -> str:
    """Why there is no position from `earliest` to `latest`."""
    if earliest <= latest:
        return "its place is in a line of several statements"
    writes, reads = blocks[earliest - 1], blocks[latest]
    if writes is reads:
        return f"line {reads.first} reads {name}, and has to come before it"
    return (
        f"line {writes.first} has to come before it, and stands below line {reads.first}, which reads {name}"
    )
