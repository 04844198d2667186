"""Narration: markdown without its signs, wrapped like text where the pane is narrower than it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..drawing.line import Line, Run, plain, width_of, wrap

_ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s+")
_ON_ITS_OWN = re.compile(r"\s{4,}|\s*[|>]")
"""Code and tables: their lines are never joined."""


def paragraphs(lines: Sequence[Line], numbers: Iterable[int]) -> frozenset[int]:
    """Among the numbers of lines of narration, those with which a paragraph begins."""
    beginnings: set[int] = set()
    fenced, before = False, 0
    for number in sorted(numbers):
        text = plain(lines[number - 1])
        fence = text.lstrip().startswith("```")
        fenced ^= fence
        joins = number == before + 1 and not fenced and not fence and _joins(lines[number - 1])
        if not joins or not _can_go_on(lines[number - 2]) or plain(lines[number - 2]).startswith("```"):
            beginnings.add(number)
        before = number
    return frozenset(beginnings)


def _joins(line: Line) -> bool:
    """Whether a line can go on with the paragraph of the line before."""
    text = plain(line)
    return _can_go_on(line) and not _ITEM.match(text)


def _can_go_on(line: Line) -> bool:
    text = plain(line)
    return bool(text) and line[0].style != "title" and not _ON_ITS_OWN.match(text)


@lru_cache(maxsize=256)
def narration_rows(texts: tuple[Line, ...], indent: int, columns: int) -> tuple[Line, ...]:
    """A paragraph as it stands where every line of it fits, else its words in rows that do."""
    blank = Run(" " * indent)
    room = max(columns - indent, 10)
    if all(width_of(text) <= room for text in texts):
        return tuple((blank, *text) for text in texts)
    words = " ".join(plain(text).strip() for text in texts)
    item = _ITEM.match(words)
    style = texts[0][0].style if texts[0] else ""
    return tuple((blank, Run(row, style)) for row in wrap(words, room, indent=item.end() if item else 0))
