"""The help screen: every key and every sign, from their declarations."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.binding import Binding, BindingType

from ..drawing.line import Line, Run, fill, right
from ..drawing.verdict_signs import HIDDEN, PARTIAL, SIGNS
from ..keys import LEARNING, PANES, REST, TENSORS, TIME, groups
from .window import Window

COLUMN = 36
"""Columns of one column of keys."""
OTHER_SIGNS = (
    ("▸", "accent", "current line, selected tensor"),
    ("!", "bad", "failed here"),
)


def help_lines(width: int) -> list[Line]:
    """Keys in two columns where they fit, then the signs."""
    first, second = _keys(TIME) + _keys(TENSORS), _keys(LEARNING) + _keys(PANES) + _keys(REST)
    signs = _signs()
    if width < 2 * COLUMN:
        return [*first, *second, (Run("Signs", "title"),), *signs]
    half = (len(signs) + 1) // 2
    rows = _beside(first, second)
    return [*rows, (Run("Signs", "title"),), *_beside(signs[:half], signs[half:])]


def _beside(first: list[Line], second: list[Line]) -> list[Line]:
    return [fill(a or (), COLUMN) + (b or ()) for a, b in zip_longest(first, second)]


def _keys(group: str) -> list[Line]:
    keys = dict(groups())[group]
    lines: list[Line] = [(Run(f"{group}", "title"),)]
    lines += [(Run(right(key.label, 9), "accent strong"), Run(f"  {key.words}", "quiet")) for key in keys]
    return [*lines, ()]


def _signs() -> list[Line]:
    lines: list[Line] = []
    for sign in (*SIGNS.values(), HIDDEN, PARTIAL):
        lines.append((Run(right(sign.mark, 9), sign.style), Run(f"  {sign.words}", "quiet")))
    for mark, style, words in OTHER_SIGNS:
        lines.append((Run(right(mark, 9), style), Run(f"  {words}", "quiet")))
    return lines


class HelpWindow(Window):
    """All keys and all signs."""

    NAME = "help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,enter", "dismiss", "close", show=False, priority=True)
    ]

    def text(self, width: int) -> list[Line]:
        """Keys, then signs."""
        return help_lines(width)

    def heading(self) -> Line:
        """What it is."""
        return (Run("keys and signs", "strong"),)
