"""The window in which a gradient is explained, hinted at, and its line offered."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ..engine.commands import Ask, Command
from ..engine.lesson import Asked, Lesson, Told
from .box import Room, boxed
from .canvas import INKS, Canvas
from .line import Line, Run, clean

STYLES = {"head": "strong", "plain": "", "strong": "accent", "quiet": "quiet"}
LEAST = 6
"""Rows that the window has at least, so that it does not jump from one hint to the next."""
HINTS = {
    Asked.EXPLANATION: "h a hint · escape closes",
    Asked.HINT: "h a little more · x explains · escape closes",
    Asked.LINE: "escape closes",
    Asked.WRITTEN: "escape closes",
}


def lesson_lines(lesson: Lesson, width: int) -> list[Line]:
    """The answer, wrapped to the width, with its indents kept."""
    return [line for told in lesson.lines for line in _wrapped(told, width)]


def _wrapped(told: Told, width: int) -> list[Line]:
    text = clean(told.text)
    indent = " " * (len(text) - len(text.lstrip()))
    parts = textwrap.wrap(text, max(width, 10), subsequent_indent=f"{indent}  ", drop_whitespace=False)
    return [(Run(part.rstrip(), STYLES[told.tone]),) for part in parts] or [()]


class LessonScreen(ModalScreen[None]):
    """One answer after the other; scrolls where it is long."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(INKS)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,space", "dismiss", "close", show=False),
        Binding("enter", "accept", "write, or close", show=False),
        Binding("h", "ask('hint')", "a little more", show=False),
        Binding("x", "ask('explanation')", "explain", show=False),
        Binding("W", "ask('line')", "the line", show=False),
        Binding("down", "scroll_by(1)", "down", show=False),
        Binding("up", "scroll_by(-1)", "up", show=False),
        Binding("pagedown", "scroll_by(10)", "page down", show=False),
        Binding("pageup", "scroll_by(-10)", "page up", show=False),
    ]

    def __init__(self, lesson: Lesson, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.lesson = lesson
        self._send = send
        self._top = 0

    def compose(self) -> ComposeResult:
        """One canvas above the footer."""
        yield Canvas(id="lesson")

    def tell(self, lesson: Lesson) -> None:
        """Another answer in place of this one."""
        self.lesson = lesson
        self._top = 0
        self.action_scroll_by(0)

    def action_ask(self, asked: str) -> None:
        """Ask for something else about the same gradient."""
        self._send(Ask(Asked(asked)))

    def action_accept(self) -> None:
        """Write what is shown where that was the question."""
        if self.lesson.writable:
            self._send(Ask(Asked.WRITTEN))
        else:
            self.dismiss()

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self.action_scroll_by(0)

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(event.rows)

    def action_scroll_by(self, rows: int) -> None:
        """Scroll, and paint."""
        canvas = self.query_one("#lesson", Canvas)
        lines = lesson_lines(self.lesson, Room(canvas.size.width, canvas.size.height).columns)
        canvas.styles.height = min(max(len(lines), LEAST) + 2, self.size.height)
        room = Room(canvas.size.width, canvas.size.height, focused=True)
        self._top = max(min(self._top + rows, len(lines) - room.rows), 0)
        more = "↑ ↓ more · " if len(lines) > room.rows else ""
        keys = "enter writes it · escape does not" if self.lesson.writable else HINTS[self.lesson.asked]
        title = (Run(f"d{self.lesson.tensor}", "strong"), Run(f" · {self.lesson.asked.value}", "quiet"))
        canvas.show(boxed(lines[self._top :], room, title, (Run(f"{more}{keys}", "quiet"),)))
