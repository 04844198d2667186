"""Hostile and malformed programs, made from a seed: the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .bases import spoilt
from .written import bytes_of_it, every_type, too_large, truncated

FOLDER = Path(__file__).parent / "lines"
"""Each file is a kind: pieces of code with an empty line between them."""
WHOLE = {"truncated": truncated, "every_type": every_type, "bytes": bytes_of_it, "too_large": too_large}
_HOW_MANY = {"truncated": 60, "every_type": 90, "bytes": 102, "too_large": 56}


@dataclass(frozen=True)
class Hostile:
    """A program that is up to no good."""

    kind: str
    number: int
    data: bytes

    @property
    def name(self) -> str:
        """As a test names it."""
        return f"{self.kind}-{self.number}"


def programs(seed: int, times: int = 1) -> list[Hostile]:
    """All of them, every piece of code `times` times; those of a kind beside each other, none twice."""
    made: list[Hostile] = []
    for kind in (*WHOLE, *sorted(path.stem for path in FOLDER.glob("*.txt"))):
        chance = random.Random(f"{seed} {kind}")
        texts = WHOLE[kind](chance) if kind in WHOLE else _with_code(kind, chance, times)
        distinct = dict.fromkeys(islice(texts, _HOW_MANY.get(kind)))
        made += [Hostile(kind, number, text) for number, text in enumerate(distinct)]
    return made


def some_of_all_kinds(every: list[Hostile], count: int) -> list[Hostile]:
    """So many, spread over the kinds."""
    kinds: dict[str, list[Hostile]] = {}
    for program in every:
        kinds.setdefault(program.kind, []).append(program)
    chance = random.Random(count)
    for of_a_kind in kinds.values():
        chance.shuffle(of_a_kind)
    in_turn = [row[at] for at in range(count) for row in kinds.values() if at < len(row)]
    return in_turn[:count]


def _with_code(kind: str, chance: random.Random, times: int) -> Iterator[bytes]:
    pieces = (FOLDER / f"{kind}.txt").read_text(encoding="utf-8").split("\n\n")
    for piece in pieces:
        for _ in range(times):
            yield spoilt(piece.strip("\n"), chance).encode()
