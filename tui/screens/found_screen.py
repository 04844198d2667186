"""The screen that asks, before a file without titles runs, whether what was found in it is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ...engine.program.found import Found
from ...engine.program.program import Program, ProgramError
from ...engine.program.program_text import text_of
from ..drawing.box import FRAME, Room
from ..drawing.canvas import Canvas
from ..keys import ASKING, BY_ID
from ..panes.found import FoundText, paint_asking, paint_heading, paint_source, paint_words

CANVASES = ("found-heading", "found-source", "found-words", "found-keys")


class FoundScreen(Screen[None]):
    """The source with a margin, and the words. Enter accepts."""

    BLANK = True  # the canvases cover it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.words, show=False, priority=True) for key in ASKING
    ]

    def __init__(self, program: Program, found: Found, accept: Callable[[Program], None]) -> None:
        super().__init__()
        self.program = program
        self.text = FoundText(program, found, coloured=False)
        self._accept = accept
        self.top = 0
        """How many lines of the source are above the view."""
        self._tried = found.choice
        self._refusal = ""
        """Why the place that was tried last cannot be taken."""

    def compose(self) -> ComposeResult:
        """The canvases, from top to bottom."""
        for name in CANVASES:
            yield Canvas(id=name, fit=self.paint)

    def on_mount(self) -> None:
        """Colours come once the text is on the screen."""
        self._make_room()
        self.call_after_refresh(self._colour)

    def _colour(self) -> None:
        self.text = FoundText(self.program, self.text.found, coloured=True)
        self.paint()

    def paint(self) -> None:
        """Bring every canvas up to what was found."""
        text, canvases = self.text, {name: self.query_one(f"#{name}", Canvas) for name in CANVASES}
        heading, source, words, keys = canvases.values()
        heading.show(paint_heading(text, heading.size.width))
        room = Room(*source.size, focused=True)
        self.top = max(min(self.top, len(text.source.lines) - room.rows), 0)
        source.show(paint_source(text, room, self.top))
        words.show(paint_words(text.found, self._refusal, *words.size))
        keys.show(paint_asking(text.found, keys.size.width))

    def _make_room(self) -> None:
        """The words take the rows that they need, and at most half of the screen."""
        size = self.app.size
        most = max((size.height - 2) // 2, 1)
        rows = paint_words(self.text.found, self._refusal, size.width, most)
        self.query_one("#found-words", Canvas).styles.height = len(rows)
        self.top = self.text.top(size.height - 2 - FRAME - len(rows))

    def on_resize(self) -> None:
        """The words are wrapped anew."""
        self._make_room()

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self.paint()

    async def on_canvas_clicked(self, event: Canvas.Clicked) -> None:
        """A click on a key does what the key does."""
        if isinstance(event.click, str):
            await self.run_action(BY_ID[event.click].action)

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(event.rows)

    def action_scroll_by(self, rows: int) -> None:
        """Scroll the source."""
        self.top += rows
        self.paint()

    def action_accept(self) -> None:
        """Step what is shown."""
        self._accept(self.program)

    def action_another(self) -> None:
        """Show the next place that the iteration could be at; of one that cannot be stepped, why."""
        found = self.text.found
        number = (self._tried + 1) % len(found.choices)
        if number == self._tried:
            return
        self._tried = number
        try:
            program = replace(text_of(self.program), choice=number).program()
        except ProgramError as error:
            self._refusal = f"place {number + 1}, {found.choices[number]}: {error.message}"
        else:
            assert program.found is not None
            self.program, self._refusal = program, ""
            self.text = FoundText(program, program.found, coloured=True)
        self._make_room()
        self.paint()
