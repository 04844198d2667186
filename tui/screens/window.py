"""A window of text over the main screen: it scrolls where it is low, and closes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ..drawing.box import Room, boxed
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run


class Window(ModalScreen[None]):
    """One canvas. What it shows comes from `text`, `heading` and `keys`."""

    CSS_PATH = "windows.tcss"

    NAME: ClassVar[str]
    """The id of its canvas, by which the stylesheet knows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # with priority, or the next key of a burst would find the window still there
        Binding("escape,q,space", "dismiss", "close", show=False, priority=True),
        Binding("down", "scroll_by(1)", "down", show=False),
        Binding("up", "scroll_by(-1)", "up", show=False),
        Binding("pagedown", "scroll_by(10)", "page down", show=False),
        Binding("pageup", "scroll_by(-10)", "page up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.top = 0

    def text(self, width: int) -> list[Line]:
        """All the lines that there are."""
        raise NotImplementedError

    def heading(self) -> Line:
        """What stands in the upper border."""
        raise NotImplementedError

    def keys(self) -> str:
        """What the lower border says of keys."""
        return "escape closes"

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield Canvas(id=self.NAME)

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self.action_scroll_by(0)

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(event.rows)

    def action_scroll_by(self, rows: int) -> None:
        """Scroll, and paint."""
        canvas = self.query_one(Canvas)
        room = Room(canvas.size.width, canvas.size.height, focused=True)
        lines = self.text(room.columns)
        self.top = max(min(self.top + rows, len(lines) - room.rows), 0)
        more = "↑ ↓ more · " if len(lines) > room.rows else ""
        hint = (Run(f"{more}{self.keys()}", "quiet"),)
        canvas.show(boxed(lines[self.top :], room, self.heading(), hint))
