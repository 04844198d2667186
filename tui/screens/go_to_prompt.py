"""The prompt for an iteration to go to: one number and enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.screen import ModalScreen

from ...engine.debugger.wire.commands import Command, GoTo
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, crop, width_of

USUAL = "1000"
"""What enter takes where nothing was typed."""
DIGITS = 9
WORDS = (
    ("go to the end of iteration", "enter goes there · escape goes back"),
    ("go to iteration", "enter goes there · escape goes back"),
    ("go to", "enter goes there · escape goes back"),
    ("go to", "enter goes there"),
    ("go to", ""),
)
"""The question and the hint, from wide to narrow."""


class GoToPrompt(ModalScreen[None]):
    """Sends how many iterations are to be complete, or nothing.

    Its keys have priority, and do their work before the next one is looked at: in a burst of keys those after
    enter are not for the prompt any more, and those before it need not wait until it is drawn.
    """

    CSS_PATH = "windows.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back", show=False, priority=True),
        # before the terminal is raw, its enter key sends the other one
        Binding("enter,ctrl+j", "run", "run", show=False, priority=True),
        Binding("backspace", "erase", "erase", show=False, priority=True),
        *(Binding(digit, f"type({digit})", digit, show=False, priority=True) for digit in "0123456789"),
    ]

    def __init__(self, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.typed = ""
        self._send = send

    def compose(self) -> ComposeResult:
        """A row in the place of the footer."""
        yield Canvas(id="prompt")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self._paint()

    def on_paste(self, event: Paste) -> None:
        """A number from elsewhere."""
        self._change(self.typed + event.text.strip())

    def action_type(self, digit: int) -> None:
        """One more digit."""
        self._change(f"{self.typed}{digit}")

    def action_erase(self) -> None:
        """One digit less."""
        self._change(self.typed[:-1])

    def action_run(self) -> None:
        """Go to where the iteration of that number is complete; they count from 0."""
        self._send(GoTo(int(self.typed or USUAL) + 1))
        self.dismiss()

    def _change(self, typed: str) -> None:
        if len(typed) <= DIGITS and (typed.isdecimal() or not typed):
            self.typed = typed
            self._paint()

    def _paint(self) -> None:
        for canvas in self.query(Canvas):  # none before it is drawn
            canvas.show([prompt(self.typed, canvas.size.width)])


def prompt(typed: str, width: int) -> Line:
    """The row: the question, what was typed, and what enter and escape do, as far as there is room."""
    lines = [_prompt(typed, question, hint) for question, hint in WORDS]
    return next((line for line in lines if width_of(line) <= width), crop(lines[-1], width))


def _prompt(typed: str, question: str, hint: str) -> Line:
    room = " " * (DIGITS - len(typed or USUAL)) if hint else ""
    number = (
        (Run(typed, "strong"), Run("▏", "accent")) if typed else (Run("▏", "accent"), Run(USUAL, "faint"))
    )
    return (Run(f" {question} "), *number, Run(room), Run(f"  {hint}" if hint else "", "quiet"))
