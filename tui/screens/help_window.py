"""The help screen: every key and every sign, from their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...engine.debugger.wire.frame import Relation
from ..drawing.line import Line, Run, fill, right, width_of
from ..drawing.verdict_signs import BREAKPOINT, HIDDEN, PARTIAL, SIGNS
from ..keys import CELL_KEYS, Key, footer_entries, groups, label_of
from ..panes.code_rows import RELATIONS
from ..panes.search import FOUND, has, marked
from .search_prompt import SearchPrompt
from .window import Window

LABEL = 9
"""Columns for a key."""
ASIDE = 3
"""Columns for the mark of a sign."""
GAP = 2
_PAGES = ("cell_page_up", "cell_page_down")
"""They do there what they do in every pane."""
OTHER_SIGNS = (
    ("▸", "accent", "current line, selected tensor"),
    ("!", "bad", "failed here"),
    (BREAKPOINT, "accent", "runs stop before it"),
    (RELATIONS[Relation.MAKES], "quiet", "makes the selected tensor"),
    (RELATIONS[Relation.USES], "quiet", "uses it"),
    (RELATIONS[Relation.WRITES], "quiet", "writes its gradient"),
)


def help_lines(width: int, text: str = "") -> list[Line]:
    """Keys and signs in as many columns as fit; of a text that is searched for those that have it."""
    lines = [line for group, keys in groups() for line in _block(group, _keys(keys, text))]
    lines += _block("In the cells of the inspector", _told(_cells(), text)) + _block("Signs", _signs(text))
    if text:
        return lines
    lines = lines[:-1]
    layouts = (_flowing(lines, columns) for columns in (3, 2, 1))
    return next((flowing for flowing in layouts if _widest(flowing) <= width), lines)


def _block(title: str, lines: list[Line]) -> list[Line]:
    """Lines below their title; without any, nothing."""
    return [(Run(title, "title"),), *lines, ()] if lines else []


def _flowing(lines: list[Line], columns: int) -> list[Line]:
    """The lines in so many columns, one after the other."""
    rows = -(-len(lines) // columns)
    flowing: list[Line] = [()] * rows
    for start in range(0, len(lines), max(rows, 1)):
        left = _widest(flowing) + GAP if start else 0
        pieces = zip_longest(flowing, lines[start : start + rows], fillvalue=())
        flowing = [fill(before, left) + piece for before, piece in pieces]
    return flowing


def _widest(lines: list[Line]) -> int:
    return max(map(width_of, lines), default=0)


def _keys(keys: Iterable[Key], text: str) -> list[Line]:
    return _told([(label_of(key), key.words) for key in keys], text)


def _cells() -> list[tuple[str, str]]:
    """The keys of the cell cursor; those that share their words in one row."""
    alone = [(label_of(key), key.words) for key in CELL_KEYS if not key.footer and key.id not in _PAGES]
    return [*((labels, words) for labels, words, _ in footer_entries(CELL_KEYS)), *alone]


def _told(told: Iterable[tuple[str, str]], text: str) -> list[Line]:
    return [
        (Run(right(label, LABEL), "accent strong"), *_words(words, text))
        for label, words in told
        if not text or text in label.split() or label == text or has(words, text)
    ]


def _words(words: str, text: str) -> Line:
    return (Run("  "), *marked((Run(words, "quiet"),), text, FOUND))


def _signs(text: str) -> list[Line]:
    """Every sign once; what else it says stands below."""
    told = [(sign.mark, sign.style, sign.words) for sign in (*SIGNS.values(), HIDDEN, PARTIAL)]
    told = [one for one in (*told, *OTHER_SIGNS) if not text or one[0] == text or has(one[2], text)]
    marks = [mark for mark, _, _ in told]
    told.sort(key=lambda one: marks.index(one[0]))
    lines: list[Line] = []
    for at, (mark, style, words) in enumerate(told):
        again = at > 0 and told[at - 1][0] == mark
        lines.append((Run(right("" if again else mark, ASIDE), style), *_words(words, text)))
    return lines


class HelpWindow(Window):
    """All keys and all signs."""

    NAME = "help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,enter", "dismiss", "close", show=False, priority=True),
        Binding("slash", "search", "search", show=False, priority=True),
    ]
    searched = ""
    """Only what has this text is shown."""

    def text(self, width: int) -> list[Line]:
        """Keys, then signs."""
        return help_lines(width, self.searched)

    def heading(self) -> Line:
        """What it is."""
        what = f" · /{self.searched}" if self.searched else ""
        return (Run("keys and signs", "strong"), Run(what, "quiet"))

    def keys(self) -> str:
        """What the lower border says of keys."""
        return f"/ searches · {super().keys()}"

    def action_search(self) -> None:
        """Show only what has the text that is typed."""
        self.app.push_screen(SearchPrompt(self._search, self._found))

    def _search(self, text: str) -> str:
        self.searched = text
        self.action_scroll_by(-self.top)
        return "" if self.text(1) else "no such key or sign"

    def _found(self, keeps: bool) -> None:
        if not keeps:
            self._search("")
