"""The window of what is watched: an expression in each row, and a row for one more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...engine.debugger.wire.commands import Command, SetWatches
from ..drawing.box import FRAME, Room, boxed
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, clean, crop, wrap
from .expressions import problem_of
from .typing_screen import Typed, TypingScreen

EXAMPLE = "dW1.norm()"
HINT = "enter takes them · an empty row goes · escape does not"


class WatchesWindow(TypingScreen):
    """Sends what is to be watched once it is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "to_row(-1)", "row above", show=False, priority=True),
        Binding("down,tab", "to_row(1)", "row below", show=False, priority=True),
    ]

    def __init__(self, texts: Sequence[str], send: Callable[[Command], None]) -> None:
        super().__init__()
        self._send = send
        self.rows = [*texts, ""]
        self.row = len(texts)
        self.problem = ""

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield Canvas(id="watches")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self._paint()

    def action_to_row(self, by: int) -> None:
        """The row above or below; below the last one that is written there is one more."""
        if self.row + by == len(self.rows) and self.rows[-1]:
            self.rows.append("")
        self.row = min(max(self.row + by, 0), len(self.rows) - 1)
        self.typed = Typed.of(self.rows[self.row])
        self._paint()

    def changed(self) -> None:
        """What was typed is in the row of the cursor."""
        self.rows[self.row] = self.typed.text
        self.problem = ""
        self._paint()

    def action_accept(self) -> None:
        """Take them, if each is an expression."""
        texts = [text.strip() for text in self.rows if text.strip()]
        wrong = [f"{text}: {problem}" for text in texts if (problem := problem_of(text))]
        if wrong:
            self.problem = wrong[0]
            self._paint()
            return
        self._send(SetWatches(tuple(texts)))
        self.dismiss()

    def _paint(self) -> None:
        for canvas in self.query(Canvas):  # none before it is drawn
            columns = Room(canvas.size.width, canvas.size.height).columns
            lines = [crop(line, columns) for line in self._lines(columns)]
            height = min(len(lines) + FRAME, self.size.height)
            canvas.styles.height = height
            room = Room(canvas.size.width, height, focused=True)
            top = max(self.row - room.rows + 1, 0)
            canvas.show(boxed(lines[top:], room, (Run("watched", "strong"),), (Run(HINT, "quiet"),)))

    def _lines(self, columns: int) -> list[Line]:
        rows = [self._row(number, columns) for number in range(len(self.rows))]
        return rows + [(Run(row, "bad"),) for row in wrap(self.problem, max(columns, 10)) if self.problem]

    def _row(self, number: int, columns: int) -> Line:
        text, here = self.rows[number], number == self.row
        typed = self.typed.line(max(columns - 2, 2)) if here else (Run(clean(text)),)
        example = (Run(EXAMPLE, "faint"),) * (not text and len(self.rows) == 1)
        return (Run("▸ " if here else "  ", "accent"), *typed, *example)
