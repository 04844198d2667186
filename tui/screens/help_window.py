"""The help screen: every key and every sign, from their declarations."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...engine.debugger.frame import Relation
from ..drawing.line import Line, Run, fill, right, width_of
from ..drawing.verdict_signs import BREAKPOINT, HIDDEN, PARTIAL, SIGNS
from ..keys import LEARNING, PANES, REST, TENSORS, TIME, groups
from ..panes.program import RELATIONS
from .window import Window

LABEL = 9
"""Columns for a key, and for the mark of a sign in a column below keys."""
ASIDE = 3
"""Columns for the mark of a sign in a column of their own."""
GAP = 2
OTHER_SIGNS = (
    ("▸", "accent", "current line, selected tensor"),
    ("!", "bad", "failed here"),
    (BREAKPOINT, "accent", "runs stop before it"),
    (RELATIONS[Relation.MAKES], "quiet", "makes the selected tensor"),
    (RELATIONS[Relation.USES], "quiet", "uses it"),
    (RELATIONS[Relation.WRITES], "quiet", "writes its gradient"),
)


def help_lines(width: int) -> list[Line]:
    """Keys in two columns where they fit, and the signs beside them, or below in two."""
    first, second = _keys(TIME) + _keys(LEARNING) + _keys(REST), _keys(TENSORS) + _keys(PANES)
    keys, title = _beside(first, second), (Run("Signs", "title"),)
    signs = _signs(LABEL)
    half = (len(signs) + 1) // 2
    layouts = (
        _beside(keys, [title, *_signs(ASIDE)]),
        [*keys, title, *_beside(signs[:half], signs[half:])],
        [*first, *second, title, *signs],
    )
    return next((lines for lines in layouts if _widest(lines) <= width), layouts[-1])


def _beside(first: list[Line], second: list[Line]) -> list[Line]:
    column = _widest(first) + GAP
    return [fill(a or (), column) + (b or ()) for a, b in zip_longest(first, second)]


def _widest(lines: list[Line]) -> int:
    return max(map(width_of, lines))


def _keys(group: str) -> list[Line]:
    keys = dict(groups())[group]
    lines: list[Line] = [(Run(f"{group}", "title"),)]
    lines += [(Run(right(key.label, LABEL), "accent strong"), Run(f"  {key.words}", "quiet")) for key in keys]
    return [*lines, ()]


def _signs(column: int) -> list[Line]:
    """Every sign once; what else it says stands below."""
    told = [(sign.mark, sign.style, sign.words) for sign in (*SIGNS.values(), HIDDEN, PARTIAL)]
    told += OTHER_SIGNS
    marks = [mark for mark, _, _ in told]
    told.sort(key=lambda one: marks.index(one[0]))
    lines: list[Line] = []
    for at, (mark, style, words) in enumerate(told):
        again = at > 0 and told[at - 1][0] == mark
        lines.append((Run(right("" if again else mark, column), style), Run(f"  {words}", "quiet")))
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
