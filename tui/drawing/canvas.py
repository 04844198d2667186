"""The one widget of the main screen: it shows lines and repaints only the columns that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.events import Click as MouseClick
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from .inks import ink
from .line import Click, Line, at, changed_until, fill, merged
from .shades import shade_style


class Canvas(Widget):
    """Lines of styled text. `show` replaces them; what stays the same is not painted again."""

    class Clicked(Message):
        """A run that does something was clicked."""

        def __init__(self, click: Click) -> None:
            super().__init__()
            self.click = click

    class Resized(Message):
        """The canvas has another size now, or is seen for the first time."""

    class Scrolled(Message):
        """The mouse wheel turned over the canvas; `rows` is +1 or -1."""

        def __init__(self, canvas: Canvas, rows: int) -> None:
            super().__init__()
            self.canvas = canvas
            self.rows = rows

    def __init__(self, *, id: str, focusable: bool = False, fit: Callable[[], None] | None = None) -> None:
        """`fit` shows lines for the size that the canvas is about to be drawn at for the first time."""
        super().__init__(id=id, markup=False)
        self.can_focus = focusable
        self.fit = fit
        self._drawn = Size(0, 0)
        self._lines: Sequence[Line] = ()
        self._styles: dict[str, Style] = {}
        self._strips: dict[int, Strip] = {}

    @property
    def lines(self) -> Sequence[Line]:
        """What is on the canvas now."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Put these lines on the canvas."""
        old, self._lines = self._lines, lines
        if self._drawn != self.size:  # at another size all of it is drawn anyway
            return
        regions: list[Region] = []
        for y, (before, after) in enumerate(zip_longest(old, lines, fillvalue=())):
            end = changed_until(before, after) if before is not after else 0
            if end:
                self._strips.pop(y, None)
                regions.append(Region(0, y, end, 1))
        if regions:
            self.refresh(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows as Textual wants them, each made once.

        A canvas has neither border nor padding nor tint; to look all of them up for every row is what a
        repaint would cost most.
        """
        size = self.size
        if self._drawn != size:
            self._strips.clear()
            if self.fit is not None:
                self.fit()
            self._drawn = size
        for y in crop.line_range:
            if y not in self._strips:
                self._strips[y] = self.render_line(y)
        strips = [self._strips[y] for y in crop.line_range]
        if crop.column_span == (0, size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One row as Textual wants it."""
        line = self._lines[y] if y < len(self._lines) else ()
        width = self._drawn.width
        styles = self._styles
        pieces = merged(fill(line, width))
        return Strip(
            [Segment(text, styles.get(style) or self._style(style)) for text, style in pieces], width
        )

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        self._styles.clear()
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Let the screen paint for the new size."""
        self.post_message(self.Resized())

    def on_click(self, event: MouseClick) -> None:
        """Tell what was clicked, if it does something."""
        run = at(self._lines[event.y], event.x) if event.y < len(self._lines) else None
        if run is not None and run.click is not None:
            self.post_message(self.Clicked(run.click))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel towards the reader."""
        self.post_message(self.Scrolled(self, 1))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel away from the reader."""
        self.post_message(self.Scrolled(self, -1))

    def _style(self, names: str) -> Style:
        """The style of a run: those of these names, one over the other."""
        if names not in self._styles:
            style, shades = self.get_visual_style(), []
            for name in names.split():
                shade = shade_style(name, self.app.theme_variables)
                if shade is None:
                    style += ink(name, self.app)
                else:
                    shades.append(shade)
            self._styles[names] = self._filtered(Style.combine([style.rich_style, *shades]))
        return self._styles[names]

    def _filtered(self, style: Style) -> Style:
        """As the app's filters (no colour, the terminal's own colours) want it: once, not in every row."""
        segments = [Segment(" ", style)]
        for line_filter in self.get_line_filters():
            segments = line_filter.apply(segments, self.background_colors[1])
        return segments[0].style or style
