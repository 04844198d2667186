"""The prompt for an iteration to run to: one number and enter."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class GoToScreen(ModalScreen[int | None]):
    """Gives a number of iterations back, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", show=False)]

    def compose(self) -> ComposeResult:
        """A row above the footer."""
        with Horizontal(id="prompt"):
            yield Label("run until this many iterations are complete", markup=False)
            yield Input(placeholder="1000", type="integer", max_length=9, compact=True)
            yield Label("enter runs · escape goes back", id="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the number; the placeholder's where none was typed."""
        text = event.value or event.input.placeholder
        number = int(text) if text.isdecimal() else -1
        if number < 0:
            self.query_one("#hint", Label).update("a whole number from 0, please")
        else:
            self.dismiss(number)
