"""The one widget of the main screen: it shows lines and repaints only the columns that changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click as MouseClick
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from .line import Click, Line, at, changes, fill, merged

STYLES = (
    "title", "accent", "active", "brand", "strong", "quiet", "faint", "changed", "good", "warn", "bad",
    "border", "border-focus", "ahead", "bar", "bar-failed",
    "keyword", "number", "string", "comment", "operator", "constant",
)  # fmt: skip


class Canvas(Widget):
    """Lines of styled text. `show` replaces them; what stays the same is not painted again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"canvas--{name}" for name in STYLES}

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

    def __init__(self, *, id: str, focusable: bool = False) -> None:
        super().__init__(id=id, markup=False)
        self.can_focus = focusable
        self._lines: Sequence[Line] = ()
        self._styles: dict[str, Style] = {}
        self._strips: dict[int, Strip] = {}
        self._strips_width = 0

    @property
    def lines(self) -> Sequence[Line]:
        """What is on the canvas now."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Put these lines on the canvas."""
        old, self._lines = self._lines, lines
        regions: list[Region] = []
        for y, (before, after) in enumerate(zip_longest(old, lines, fillvalue=())):
            if before is not after and before != after:
                self._strips.pop(y, None)
                regions += [Region(start, y, end - start, 1) for start, end in changes(before, after)]
        if regions:
            self.refresh(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows as Textual wants them, each made once.

        A canvas has neither border nor padding nor tint; to look all of them up for every row is what a
        repaint would cost most.
        """
        width = self.size.width
        if self._strips_width != width:
            self._strips_width = width
            self._strips.clear()
        missing = [y for y in crop.line_range if y not in self._strips]
        if missing:
            self._make_strips(missing)
        strips = [self._strips[y] for y in crop.line_range]
        if crop.column_span == (0, width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def _make_strips(self, rows: list[int]) -> None:
        background = self.background_colors[1]
        filters = self.get_line_filters()
        for y in rows:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            self._strips[y] = strip

    def render_line(self, y: int) -> Strip:
        """One row as Textual wants it."""
        line = self._lines[y] if y < len(self._lines) else ()
        line = merged(fill(line, self.size.width))
        segments = [Segment(run.text, self._style(run.style)) for run in line]
        return Strip(segments, self.size.width)

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
        """The style of a run: the stylesheet's styles of these names, one over the other."""
        if names not in self._styles:
            classes = [f"canvas--{name}" for name in names.split()]
            style = self.get_visual_style(*classes).rich_style
            for name in classes:  # a visual style has no reverse, which the ansi themes need
                style += self.get_component_styles(name).text_style
            self._styles[names] = style
        return self._styles[names]
