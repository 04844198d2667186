"""A thin border around a pane's lines, with titles that carry facts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from .line import Line, Run, crop, fill, width_of

FRAME = 2
"""Rows, and columns, that the border itself takes."""
PADDING = 1
"""Blank columns between the border and the text, on either side."""


class Room(Struct, frozen=True):
    """The size of a whole pane, whether it has the focus, and whether shades of one colour differ in it."""

    width: int
    height: int
    focused: bool = False
    shades: bool = True

    @property
    def columns(self) -> int:
        """Columns for text inside border and padding."""
        return max(self.width - FRAME - 2 * PADDING, 0)

    @property
    def rows(self) -> int:
        """Rows for text inside the border."""
        return max(self.height - FRAME, 0)


def boxed(lines: Sequence[Line], room: Room, title: Line, subtitle: Line = ()) -> list[Line]:
    """The lines inside a border of exactly the room's size; what does not fit is cut."""
    edge = "border-focus" if room.focused else "border"
    inside = [*lines[: room.rows], *[()] * (room.rows - len(lines))]
    top = _edge("╭", title, "╮", room.width, edge, at_start=True)
    bottom = _edge("╰", subtitle, "╯", room.width, edge, at_start=False)
    rows = [top, *(_side(line, room, edge) for line in inside), bottom][: room.height]
    return rows if room.width >= FRAME + 2 * PADDING else [fill((), room.width) for _ in rows]


@lru_cache(maxsize=2048)
def _side(line: Line, room: Room, edge: str) -> Line:
    """One row between the sides. The padding takes the style of a bar that spans the row."""
    bar = "bar" if line and all("bar" in run.style for run in line) else ""
    bar = "bar-failed" if bar and "bar-failed" in line[0].style else bar
    body = fill(line, room.columns, bar)
    return (Run("│", edge), Run(" ", bar), *body, Run(" ", bar), Run("│", edge))


@lru_cache(maxsize=64)
def _edge(start: str, words: Line, end: str, width: int, edge: str, *, at_start: bool) -> Line:
    words = crop(words, max(width - 6, 0))
    if not words:
        return (Run(start + "─" * max(width - 2, 0) + end, edge),)
    label = (Run(" "), *words, Run(" "))
    rule = Run("─" * max(width - 3 - width_of(label), 0), edge)
    short = Run("─", edge)
    middle = (short, *label, rule) if at_start else (rule, *label, short)
    return (Run(start, edge), *middle, Run(end, edge))
