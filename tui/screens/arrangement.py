"""How the panes share the screen: what is in front, how wide, how many rows what is around them takes."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from ...engine.debugger.wire.frame import Frame
from ...engine.debugger.wire.looks import Pane
from ...engine.verdict import Verdict
from ..drawing.canvas import Canvas
from ..drawing.line import Line
from ..panes.attention import paint_attention
from ..panes.footer import paint_notes
from ..panes.source import Source, columns_of_code

WIDE, ROOMY = 112, 150
"""From so many columns on the program has panes beside it; and these may have half of all."""
WHOLE = 67
"""With so many columns the table of tensors loses nothing."""
USUAL = 69


def columns_beside(source: Source, columns: int) -> int:
    """The columns of the panes beside the program, which has what its code needs before they get more."""
    most = columns // 2 if columns >= ROOMY else USUAL
    return max(min(most, columns - columns_of_code(source)), WHOLE)


def width_beside(source: Source, columns: int, *, zoomed: bool) -> int | str:
    """How wide the panes beside the program are; all of it where they are below, or in its place."""
    return columns_beside(source, columns) if columns >= WIDE and not zoomed else "1fr"


def share(screen: Screen[None], source: Source, *, zoomed: bool) -> None:
    """Share the columns that there are by now between the program and what is beside it."""
    if screen.is_attached:
        beside = width_beside(source, screen.app.size.width, zoomed=zoomed)
        screen.query_one("#side").styles.width = beside


def bring_forward(screen: Screen[None], name: str | None, *, zoomed: bool) -> None:
    """Show a pane where it shares its place with others."""
    stands = {"-at-program": name == Pane.PROGRAM}
    if name in tuple(Pane):
        stands |= {f"-zoom-{pane}": zoomed and name == pane for pane in Pane}
    if name in (Pane.TENSORS, Pane.INSPECTOR):
        stands["-inspecting"] = name == Pane.INSPECTOR
    others = screen.classes.difference(stands)
    classes = others.union(one for one, true in stands.items() if true)
    if classes != screen.classes:  # all at once: for each of them every widget would be styled anew
        screen.set_classes(classes)


def attend(screen: Screen[None], frame: Frame) -> bool:
    """Where tensors and inspector share a place, show what is wrong while the panes stand at a failure.

    Whether another of the two is in front now.
    """
    one = frame.attention
    wrong = one is not None and one.gone_to and one.verdict not in (None, Verdict.NOT_WRITTEN)
    if screen.has_class("-inspecting") == wrong:
        return False
    screen.set_class(wrong, "-inspecting")
    return True


def make_room(frame: Frame, columns: int, canvas: Callable[[str], Canvas]) -> bool:
    """Give what is above the panes, and the notes, the rows that they need; whether these are others now."""
    attention = paint_attention if frame.attention is not None else None
    notes = paint_notes if frame.notes or frame.failure else None
    changed = [
        _give_rows(canvas(name), painted(frame, columns) if painted is not None else [])
        for name, painted in (("attention", attention), ("notes", notes))
    ]
    if changed[-1]:  # what the program printed lies over the panes, and over nothing that is below them
        canvas("output").styles.margin = (0, 0, 1 + _rows_of(canvas("notes")), 0)
    return any(changed)


def _give_rows(canvas: Canvas, lines: list[Line]) -> bool:
    """Whether a canvas takes another number of rows now."""
    if len(lines) == _rows_of(canvas):
        return False
    canvas.styles.height = len(lines)
    canvas.display = bool(lines)
    return True


def _rows_of(canvas: Canvas) -> int:
    """How many rows a canvas was given."""
    return int(canvas.styles.height.value) if canvas.styles.height and canvas.display else 0
