"""The help screen: every key and every sign, from their declarations."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from .box import Room, boxed
from .canvas import INKS, Canvas
from .keys import LEARNING, PANES, REST, TENSORS, TIME, groups
from .line import Line, Run, fill, right
from .signs import HIDDEN, PARTIAL, SIGNS

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


class HelpScreen(ModalScreen[None]):
    """All keys and all signs; scrolls where the terminal is low."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(INKS)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,space", "dismiss", "close", show=False),
        Binding("down", "scroll_by(1)", "down", show=False),
        Binding("up", "scroll_by(-1)", "up", show=False),
        Binding("pagedown", "scroll_by(10)", "page down", show=False),
        Binding("pageup", "scroll_by(-10)", "page up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._top = 0

    def compose(self) -> ComposeResult:
        """One canvas in the middle."""
        yield Canvas(id="help")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self.action_scroll_by(0)

    def action_scroll_by(self, rows: int) -> None:
        """Scroll, and paint."""
        canvas = self.query_one("#help", Canvas)
        room = Room(canvas.size.width, canvas.size.height, focused=True)
        lines = help_lines(room.columns)
        self._top = max(min(self._top + rows, len(lines) - room.rows), 0)
        more = "↑ ↓ more · " if len(lines) > room.rows else ""
        hint = (Run(f"{more}escape closes", "quiet"),)
        canvas.show(boxed(lines[self._top :], room, (Run("keys and signs", "strong"),), hint))

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(event.rows)
