"""The canvases of the main screen: where they stand, and how a frame gets onto them."""

from __future__ import annotations

import gc

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus
from textual.message import Message
from textual.screen import Screen

from ...engine.debugger.wire.commands import Command
from ...engine.debugger.wire.frame import Frame, opening_frame
from ...engine.debugger.wire.looks import Layout, Pane
from ...engine.program.program import Program
from ..drawing.box import Room
from ..drawing.canvas import Canvas
from ..drawing.shades import has_shades
from ..link import MakeLink
from ..panes.all_panes import layout_for, paint
from ..panes.curves import CurvesView
from ..panes.looks import Looks
from ..panes.source import folds_of, source_of
from ..person.preferences import Preferences
from .arrangement import attend, bring_forward, make_room, share, width_beside
from .foresight import Foresight
from .run_pictures import RunPictures


class FrameReady(Message):
    """The engine has a frame to take; the only message that comes from its thread."""


class Blank(Container):
    """A container of which nothing is seen: no row of it has to be rendered."""

    BLANK = True


class PaneScreen(Screen[None]):
    """Panes of text. All that is drawn comes from one frame."""

    AUTO_FOCUS = "#program"
    BLANK = True  # the canvases cover it

    def __init__(self, program: Program, make_link: MakeLink) -> None:
        super().__init__(classes="-at-program")  # what has the focus first
        self.link = make_link(self._tell)
        self._foresight = Foresight(opening_frame(program))
        self.frame = self._foresight.frame
        self.program = program
        self.source = source_of(program, coloured=False)
        self._layout_sent = Layout()
        self.looks = Looks()
        self.curves_view = CurvesView()
        """Which curves are looked at."""
        self._run_pictures = RunPictures()
        self._held: Frame | None = None
        """A picture of a run whose turn has not come."""
        self._rooms: dict[str, Room] | None = None
        self._canvases: dict[str, Canvas] = {}
        self._arranged = False
        """Whether somebody chose between tensors and inspector: then nothing else does."""

    def compose(self) -> ComposeResult:
        """The canvases, from top to bottom."""
        yield self._new("status")
        yield self._new("attention")
        with Blank(id="body"):
            yield self._new(Pane.PROGRAM, focusable=True)
            with Blank(id="side") as side:
                side.styles.width = width_beside(self.source, self.app.size.width, zoomed=self.looks.zoomed)
                yield self._new(Pane.TENSORS, focusable=True)
                yield self._new(Pane.INSPECTOR, focusable=True)
        yield self._new("loss")
        yield self._new("notes")
        yield self._new("footer")
        yield self._new("output", focusable=True)

    def _new(self, name: str, *, focusable: bool = False) -> Canvas:
        self._canvases[name] = Canvas(id=name, focusable=focusable, fit=self._fit)
        return self._canvases[name]

    def canvas(self, name: str) -> Canvas:
        """The canvas of this name."""
        return self._canvases[name]

    def on_mount(self) -> None:
        """Colours and the engine come once the program's text is on the screen."""
        self.call_after_refresh(self._begin)
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.on_canvas_resized())

    def _begin(self) -> None:
        self.source = source_of(self.program)
        self.paint()
        if not gc.isenabled():  # see `main`; of what is there by now hardly anything goes before the end
            gc.freeze()
            gc.enable()
        self.link.start()

    def on_frame_ready(self) -> None:
        """Paint the newest frame, one of a run when its turn has come."""
        frame = self.link.take()
        if frame is None:
            return
        wait = self._run_pictures.wait_seconds(frame, self.link.sent)
        if wait > 0:
            if self._held is None:
                self.set_timer(wait, self._turn)
            self._held = frame
        else:
            self._take(frame)

    def _turn(self) -> None:
        """Paint the picture that was held, unless a newer one was painted."""
        if self._held is not None:
            self._take(self._held)

    def _take(self, frame: Frame) -> None:
        self._held = None
        self._run_pictures.painted(frame)
        if frame.file.program not in (None, self.program):
            self.program = frame.file.program
            self.source = source_of(self.program)
            self.looks = self.looks.over(self.source.lines)
            share(self, self.source, zoomed=self.looks.zoomed)
        self._foresight = self._foresight.after(frame)
        self.frame = self._foresight.frame
        moved = make_room(self.frame, self.size.width, self.canvas)
        if moved | (not self._arranged and attend(self, self.frame)):
            self._rooms = None
        self.paint()
        self.show_answer()

    def send(self, command: Command) -> None:
        """Send the engine a command; while it is at work, what only moves the view is shown at once."""
        waits = self.link.sent > self.frame.handled
        self.link.send(command)
        if waits:
            self._foresight = self._foresight.asked(command, self.link.sent, self._layout_sent)
            self.frame = self._foresight.frame
            self.paint()

    def rooms(self) -> dict[str, Room]:
        """The sizes of the canvases that are on the screen; measured anew after something moved."""
        if self._rooms is None:
            shades = has_shades(self.app)
            self._rooms = {
                name: Room(canvas.size.width, canvas.size.height, canvas.has_focus, shades)
                for name, canvas in self._canvases.items()
                if canvas.is_on_screen and canvas.size
            }
        return self._rooms

    def paint(self) -> None:
        """Bring every canvas up to the frame."""
        for name, lines in paint(self.source, self.frame, self.rooms(), self.looks).items():
            self.canvas(name).show(lines)

    def look(self, looks: Looks) -> None:
        """Look at the panes in another way."""
        self.looks = looks
        self.paint()

    def show_answer(self) -> None:
        """Show what was asked for, once it is there."""

    def go_on_with(self, program: Program) -> None:
        """Show and step another text of the program, from where this one is."""
        if program is not self.program:
            self.link.go_on_with(program)

    def see(self, name: str) -> None:
        """Focus a pane; one that shares its place with another comes to the front."""
        self._bring_forward(name)
        self.canvas(name).focus(scroll_visible=False)

    def on_resize(self) -> None:
        """Share the new columns."""
        share(self, self.source, zoomed=self.looks.zoomed)

    def on_canvas_resized(self) -> None:
        """Tell the engine how much is in view at the new sizes."""
        self._fit()
        folds = folds_of(self.source) if self.looks.folded else ()
        layout = layout_for(self.rooms(), self._layout_sent, folds)
        if layout != self._layout_sent:
            self._layout_sent = layout
            self.send(layout)

    def _fit(self) -> None:
        """Paint at the new sizes, if they are new: every canvas tells of the same layout."""
        before, self._rooms = self._rooms, None
        if self.rooms() != before:
            self.paint()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The border shows the focus; where panes share a place, the focused one is seen."""
        self._bring_forward(event.widget.id)
        self._rooms = None
        self.paint()

    def _bring_forward(self, name: str | None) -> None:
        """Show a pane, as somebody wants it."""
        self._arranged |= name in (Pane.TENSORS, Pane.INSPECTOR)
        bring_forward(self, name, zoomed=self.looks.zoomed)

    def prefer(self, preferences: Preferences) -> None:
        """Arrange the panes as somebody likes them."""
        folded = preferences.folded != self.looks.folded
        self.looks = replace(self.looks, zoomed=preferences.zoomed, folded=preferences.folded)
        focused = self.focused.id if self.focused is not None else Pane.PROGRAM
        bring_forward(self, focused, zoomed=preferences.zoomed)
        share(self, self.source, zoomed=self.looks.zoomed)
        self._rooms = None
        if folded and self.is_attached:
            self.on_canvas_resized()
        if self.is_attached:
            self.paint()  # what is said of it changes where no pane has another size, too

    def _tell(self) -> None:
        """Called on the engine's thread."""
        self.post_message(FrameReady())
