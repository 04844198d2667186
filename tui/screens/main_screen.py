"""The main screen: what its keys and clicks ask for."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from ...engine.debugger.wire.commands import Ask, Command
from ...engine.debugger.wire.looks import Pane, Scroll
from ..drawing.canvas import Canvas
from ..keys import KEYS
from ..panes.output import clamp
from ..panes.program import line_of_cursor
from . import searching
from .cell_screen import CellScreen
from .following import Following

PANES = (*Pane, "output")


class MainScreen(CellScreen):
    """What keys and clicks do: all of it goes to the engine, or to another pane."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding for key in KEYS]
    _answers_shown = 0
    _awaits_answer = False

    def send(self, command: Command) -> None:
        """Send the engine a command; what is asked opens a window unless it is called off before."""
        self._awaits_answer |= isinstance(command, Ask)
        super().send(command)

    async def on_canvas_clicked(self, event: Canvas.Clicked) -> None:
        """A click does what a key does, or sends the command that it carries."""
        if isinstance(event.click, str):
            await self.action_perform(event.click)
        elif event.click is not None:
            self.send(event.click)

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        """The wheel scrolls the pane under it."""
        self._scroll(str(event.canvas.id), event.rows, 0)

    async def action_perform(self, key_id: str) -> None:
        """Do what a declared key does."""
        if searching.takes(self, key_id):
            return
        key = self.meaning(key_id)
        if key is not None and key.command is not None:
            self.send(key.command)
        elif key is not None:
            await self.run_action(key.action)

    def action_window(self, name: str) -> None:
        """Open a window."""
        from .windows import window

        self.app.push_screen(window(name, self))

    def action_cancel(self) -> None:
        """Stop what runs, and want no answer; close the output."""
        self.link.cancel()
        self._call_off()
        if self.has_class("-output"):
            self.action_output()

    def action_move_focus(self, by: int) -> None:
        """The next pane, or the one before, whether it is in view or not."""
        panes = [name for name in PANES if name != "output" or self.has_class("-output")]
        current = self.focused.id if self.focused and self.focused.id in panes else panes[0]
        self.see(panes[(panes.index(str(current)) + by) % len(panes)])

    def action_edit(self) -> None:
        """Open the program in an editor at the line of the cursor, and go on with what it is afterwards."""
        from .editing import in_editor

        edited = in_editor(self.app, self.program, line_of_cursor(self.frame))
        self.go_on_with(edited.program)
        for words in edited.told:
            self.app.notify(words, markup=False, timeout=30)

    def action_output(self) -> None:
        """Show what the program printed, or put it away."""
        self.looks = replace(self.looks, up=0)
        self.toggle_class("-output")
        self.see("output" if self.has_class("-output") else Pane.PROGRAM)

    def action_scroll_pane(self, rows: int, columns: int, page: bool = False) -> None:
        """Scroll the pane that has the focus."""
        name = self.focused.id if self.focused and self.focused.id else Pane.PROGRAM
        height = self.query_one(f"#{name}", Canvas).size.height
        self._scroll(name, rows * max(height - 4, 1) if page else rows, columns)

    def show_answer(self) -> None:
        """Show a new answer: in the window that is open, or in a new one."""
        screen = self.app.screen
        if isinstance(screen, Following) and screen.is_mounted:
            screen.follow(self.frame)
        answer = self.frame.answer
        if answer is None or answer.number == self._answers_shown:
            return
        self._answers_shown = answer.number
        from .answer_window import AnswerWindow

        if isinstance(self.app.screen, AnswerWindow):
            self.app.screen.tell(answer)
        elif self.app.screen is self and self._awaits_answer:
            self.app.push_screen(AnswerWindow(answer, self.send), self._call_off)

    def _call_off(self, _: None = None) -> None:
        """Nobody waits for an answer any more."""
        self._awaits_answer = False

    def _scroll(self, name: str, rows: int, columns: int) -> None:
        if name in tuple(Pane):
            self.send(Scroll(Pane(name), rows, columns))
        elif name in self.rooms():  # a terminal may be too small for the output
            up = clamp(self.looks.up - rows, len(self.frame.output), self.rooms()[name])
            self.look(replace(self.looks, up=up))
