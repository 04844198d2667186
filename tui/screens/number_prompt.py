"""The prompt for a number of setup: its name, what it is to be, and enter."""

from __future__ import annotations

import ast
from collections.abc import Callable

from textual.app import ComposeResult

from ...engine.debugger.wire.commands import Command, SetNumber
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, crop, width_of
from .typing_screen import TypingScreen

QUESTION = "set a number of setup"
EXAMPLE = "lr = 0.01"
HINT = "enter runs the iteration again with it · escape goes back"


class NumberPrompt(TypingScreen):
    """Sends a name and a number, or nothing."""

    def __init__(self, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._send = send
        self.problem = ""

    def compose(self) -> ComposeResult:
        """A row in the place of the footer."""
        yield Canvas(id="prompt")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self._paint()

    def changed(self) -> None:
        """What was typed is another text now."""
        self.problem = ""
        self._paint()

    def action_accept(self) -> None:
        """Set it, if it is a name and a number."""
        try:
            command = number_in(self.typed.text)
        except ValueError as problem:
            self.problem = str(problem)
            self._paint()
            return
        self._send(command)
        self.dismiss()

    def _paint(self) -> None:
        for canvas in self.query(Canvas):  # none before it is drawn
            canvas.show([self._row(canvas.size.width)])

    def _row(self, width: int) -> Line:
        room = max(width - len(QUESTION) - 4, 4)
        typed = self.typed.line(room)
        example = (Run(EXAMPLE, "faint"),) * (not self.typed.text)
        head: Line = (Run(f" {QUESTION} "), *typed, *example)
        hint = (Run(f"  {self.problem}", "bad"),) if self.problem else (Run(f"  {HINT}", "quiet"),)
        whole: Line = (*head, *hint)
        return crop(whole if self.problem or width_of(whole) <= width else head, width)


def number_in(text: str) -> SetNumber:
    """What `lr = 0.01`, or `lr 0.01`, asks for.

    Raises:
        ValueError: it is no name and a number; the words say so.
    """
    name, _, value = text.replace("=", " ", 1).strip().partition(" ")
    if not name.isidentifier():
        raise ValueError(f"`{name}` is no name" if name else "a name and a number, as in lr = 0.01")
    try:
        number = ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        number = None
    if not isinstance(number, bool | int | float | complex):
        raise ValueError(f"`{value.strip()}` is no number")
    return SetNumber(name, number)
