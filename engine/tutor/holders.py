"""Dictionaries that written gradients are put into: they have to be there first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..program.names import is_place, parts_of, word_of
from ..program.program import Program
from ..program.section import Section
from .order import Block, blocks_of


def dictionaries_of(gradients: Iterable[str]) -> frozenset[str]:
    """The dictionaries that hold gradients of these names."""
    return frozenset(parts_of(name)[0] for name in gradients if is_place(name))


def lines_of_holders(program: Program, gradients: Collection[str]) -> list[str]:
    """The lines that make the dictionaries for these gradients which no line of the program makes."""
    kept = [one for one in program.statements if one.section != "backward" or not {*one.binds} & {*gradients}]
    bound = {name for statement in kept for name in statement.binds}
    made: dict[str, dict[str, object]] = {}
    longest: dict[str, int] = {}
    for name in filter(is_place, gradients):
        root, steps = parts_of(name)
        if root not in bound and word_of(steps[0]):
            inner = made.setdefault(root, {})
            for step in steps[:-1]:
                inner = _inside(inner, word_of(step))
        elif root not in bound:
            longest[root] = max(longest.get(root, 0), int(steps[0][1:-1]) + 1)
    lists = [f"{root} = [None] * {count}" for root, count in longest.items()]
    return [*(f"{root} = {_text(inside)}" for root, inside in made.items()), *lists]


def _inside(outer: dict[str, object], key: str) -> dict[str, object]:
    found = outer.setdefault(key, {})
    assert isinstance(found, dict)
    return found


def _text(inside: dict[str, object]) -> str:
    parts = [f'"{key}": {_text(one)}' for key, one in inside.items() if isinstance(one, dict)]
    return f"{{{', '.join(parts)}}}"


def blocks_of_holders(section: Section, gradients: Collection[str]) -> Sequence[Block]:
    """The blocks of a section that make the dictionaries for gradients, and none of these."""
    holders = dictionaries_of(gradients)
    return [one for one in blocks_of(section) if one.writes & holders and one.writes.isdisjoint(gradients)]
