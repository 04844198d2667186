"""The prompt of a search: every letter searches; enter keeps what was found, escape goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...engine.debugger.wire.looks import ShowLine
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, clean, crop, width_of
from ..panes.search import search
from .pane_screen import PaneScreen
from .searching import end, select
from .typing_screen import TypingScreen

HINTS = ("enter keeps it · escape goes back", "")
"""From wide to narrow."""
LEAST = 8
"""Columns for what is typed."""


class SearchPrompt(TypingScreen):
    """A row in the place of the footer; the screen below stays to be seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", show=False, priority=True),
    ]

    def __init__(self, look: Callable[[str], str], leave: Callable[[bool], None]) -> None:
        """`look` searches for a text and says what came of it; `leave` is told whether to keep that."""
        super().__init__()
        self._look = look
        self._leave = leave
        self._words = ""

    def compose(self) -> ComposeResult:
        """One row."""
        yield Canvas(id="prompt")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self._paint()

    def changed(self) -> None:
        """Search for what is typed by now."""
        self._words = self._look(self.typed.text)
        self._paint()

    def action_accept(self) -> None:
        """Keep what was found."""
        self.dismiss()
        self._leave(bool(self.typed.text))

    def action_leave(self) -> None:
        """Back to what was seen before."""
        self.dismiss()
        self._leave(False)

    def _paint(self) -> None:
        for canvas in self.query(Canvas):  # none before it is drawn
            canvas.show([prompt(self.typed.line, self._words, canvas.size.width)])


def prompt_over(main: PaneScreen) -> SearchPrompt:
    """The prompt in which a search is typed."""
    top = _top(main)

    def look(text: str) -> str:
        found = search(main.source.lines, text, top)
        main.look(replace(main.looks, search=found))
        main.send(ShowLine(found.line) if found.line else ShowLine(top, first=True))
        return found.words

    def leave(keeps: bool) -> None:
        if keeps:
            select(main)
        else:
            end(main)
            main.send(ShowLine(top, first=True))

    return SearchPrompt(look, leave)


def prompt(typed: Callable[[int], Line], words: str, width: int) -> Line:
    """` /text▏  2 of 7 · enter keeps it · escape goes back`, as far as there is room."""
    for hint in HINTS:
        more = " · ".join(filter(None, (clean(words), hint)))
        end = (Run(f"   {more} " if more else "", "quiet"),)
        room = width - width_of(end) - 2
        if room >= LEAST:
            return (Run(" /", "accent strong"), *typed(room), *end)
    return crop((Run("/", "accent strong"), *typed(max(width - 1, 1))), width)


def _top(main: PaneScreen) -> int:
    return main.frame.lines[0].number if main.frame.lines else 1
