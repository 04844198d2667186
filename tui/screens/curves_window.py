"""The window of the curves: it asks for them, and shows those that come."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ...engine.debugger.wire.commands import Advance, ToggleRun, Unit
from ...engine.debugger.wire.curve import Measure
from ...engine.debugger.wire.frame import Frame
from ...engine.debugger.wire.looks import Select
from ..drawing.box import Room
from ..drawing.canvas import Canvas
from ..panes.curves import CurvesView, paint_curves
from .pane_screen import PaneScreen

FAR = 1 << 40
"""Columns to the end of whatever there is."""


class CurvesWindow(ModalScreen[None]):
    """All of the screen. What was looked at is kept by the main screen."""

    CSS_PATH = "windows.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,k", "close", "close", show=False, priority=True),
        *(
            Binding(key, f"move({by})", "cursor", show=False, priority=True)
            for key, by in (("left", -1), ("right", 1), ("shift+left", -10), ("shift+right", 10))
        ),
        Binding("home", f"move({-FAR})", "to the first", show=False, priority=True),
        Binding("end", f"move({FAR})", "to the newest", show=False, priority=True),
        Binding("plus,equals_sign", "zoom(1)", "closer", show=False, priority=True),
        Binding("minus", "zoom(-1)", "further", show=False, priority=True),
        Binding("up", "select(-1)", "tensor above", show=False, priority=True),
        Binding("down", "select(1)", "tensor below", show=False, priority=True),
        Binding("enter", "keep", "keep the tensor", show=False, priority=True),
        *(
            Binding(str(at + 1), f"show_measure('{measure}')", measure, show=False, priority=True)
            for at, measure in enumerate(Measure)
        ),
        Binding("space", "iterate", "one iteration", show=False, priority=True),
        Binding("r", "run", "run, or pause", show=False, priority=True),
    ]

    def __init__(self, main: PaneScreen) -> None:
        super().__init__()
        self._main = main
        self._curves = main.frame.curves

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield Canvas(id="curves")

    def on_canvas_resized(self) -> None:
        """Ask for as many columns as there are now."""
        self._ask()
        self._paint()

    def follow(self, frame: Frame) -> None:
        """Show what came."""
        if frame.curves is not None:
            self._curves = frame.curves
            self._paint()

    def action_close(self) -> None:
        """Back to the main screen; what was kept is measured on."""
        self._main.send(self._main.curves_view.at_rest())
        self.dismiss()

    def action_move(self, by: int) -> None:
        """The cursor so many columns further."""
        if self._curves is not None:
            self._change(self._main.curves_view.moved(self._curves, by))

    def action_zoom(self, by: int) -> None:
        """Closer, or further away."""
        if self._curves is not None:
            self._change(self._main.curves_view.zoomed(self._curves, by))

    def action_select(self, by: int) -> None:
        """The tensor above or below."""
        self._main.send(Select(by))

    def action_keep(self) -> None:
        """Let the selected tensor stay, or go."""
        if self._curves is not None and self._curves.selected:
            self._change(self._main.curves_view.keeping(self._curves.selected))

    def action_show_measure(self, measure: str) -> None:
        """Show a measure, or put it away."""
        self._change(self._main.curves_view.showing(Measure(measure)))

    def action_iterate(self) -> None:
        """One iteration."""
        self._main.send(Advance(Unit.ITERATION))

    def action_run(self) -> None:
        """Run, or pause."""
        self._main.send(ToggleRun())

    def _change(self, view: CurvesView) -> None:
        """CurvesView elsewhere; where that takes other numbers, ask for them."""
        asked, self._main.curves_view = self._main.curves_view.asking(self.size.width), view
        if view.asking(self.size.width) != asked:
            self._ask()
        self._paint()

    def _ask(self) -> None:
        self._main.send(self._main.curves_view.asking(self.size.width))

    def _paint(self) -> None:
        """On the canvas, once it is there: keys that came in one burst with its own may come before."""
        for canvas in self.query(Canvas):
            room = Room(canvas.size.width, canvas.size.height)
            canvas.show(paint_curves(self._curves, self._main.curves_view, room))
