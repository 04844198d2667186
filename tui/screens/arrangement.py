"""How the panes share the screen: what is in front, how wide, how many rows what is around them takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...engine.debugger.commands import Pane
from ...engine.debugger.frame import Frame
from ..drawing.line import Line
from ..panes.attention import paint_attention
from ..panes.footer import paint_notes
from ..panes.program import Source, columns_of_code

if TYPE_CHECKING:
    from .pane_screen import PaneScreen

WIDE, ROOMY = 112, 150
"""From so many columns on the program has panes beside it; and these may have half of all."""
WHOLE = 67
"""With so many columns the table of tensors loses nothing."""
USUAL = 69


def columns_beside(source: Source, columns: int) -> int:
    """The columns of the panes beside the program, which has what its code needs before they get more."""
    most = columns // 2 if columns >= ROOMY else USUAL
    return max(min(most, columns - columns_of_code(source)), WHOLE)


def width_beside(screen: PaneScreen, columns: int) -> int | str:
    """How wide the panes beside the program are; all of it where they are below, or in its place."""
    apart = columns >= WIDE and not screen.looks.zoomed
    return columns_beside(screen.source, columns) if apart else "1fr"


def share(screen: PaneScreen) -> None:
    """Share the columns that there are by now between the program and what is beside it."""
    if screen.is_attached:
        screen.query_one("#side").styles.width = width_beside(screen, screen.app.size.width)


def bring_forward(screen: PaneScreen, name: str | None) -> None:
    """Show a pane where it shares its place with others."""
    if name in tuple(Pane):
        for pane in Pane:
            screen.set_class(screen.looks.zoomed and name == pane, f"-zoom-{pane}")
    screen.set_class(name == Pane.PROGRAM, "-at-program")
    if name in (Pane.TENSORS, Pane.INSPECTOR):
        screen.set_class(name == Pane.INSPECTOR, "-inspecting")


def make_room(screen: PaneScreen) -> bool:
    """Give what is above the panes, and the notes, the rows that they need; whether these are others now."""
    frame = screen.frame
    attention = paint_attention if frame.attention is not None else None
    notes = paint_notes if frame.notes or frame.failure else None
    changed = [_give_rows(screen, "attention", attention), _give_rows(screen, "notes", notes)]
    return any(changed)


def _give_rows(screen: PaneScreen, name: str, painted: Callable[[Frame, int], list[Line]] | None) -> bool:
    canvas = screen.canvas(name)
    rows = len(painted(screen.frame, screen.size.width)) if painted is not None else 0
    if rows == (canvas.styles.height.value if canvas.styles.height and canvas.display else 0):
        return False
    canvas.styles.height = rows
    canvas.display = rows > 0
    return True
