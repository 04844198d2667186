"""What a screen asks that only moves the view: what is selected, scrolled, shown. Nothing runs for it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from ..folds import Folds, line_of, row_of
from .inspected import Tab


class Pane(StrEnum):
    """What can be scrolled."""

    PROGRAM = "program"
    TENSORS = "tensors"
    INSPECTOR = "inspector"


class Select(Struct, frozen=True):
    """Move the selected tensor down (+1) or up (-1)."""

    by: int


class SelectName(Struct, frozen=True):
    """Select a tensor by its name; where nobody did so by hand, what wants attention may still be gone to."""

    name: str
    by_hand: bool = True


class SelectAt(Struct, frozen=True):
    """Select the tensor that a line makes, or whose gradient it writes."""

    line: int


class Attend(Struct, frozen=True):
    """Go to the next (+1) or previous (-1) gradient that wants attention."""

    by: int


class ShowTab(Struct, frozen=True):
    """Choose the inspector's tab."""

    tab: Tab


class Scroll(Struct, frozen=True):
    """Scroll a pane by rows and columns; the engine keeps it inside."""

    pane: Pane
    rows: int = 0
    columns: int = 0


class ShowLine(Struct, frozen=True):
    """Scroll the program until a line is in view, or, with `first`, the first in view."""

    line: int
    first: bool = False


class ChangeSlice(Struct, frozen=True):
    """The next (+1) or previous (-1) matrix of a tensor with three or more dimensions."""

    by: int


FAR = 1 << 60
"""A move to the end."""


class OpenCells(Struct, frozen=True):
    """Open the cell cursor in the inspector, or close it."""

    opened: bool = True


class MoveCell(Struct, frozen=True):
    """Move the cell cursor by lines, columns and pages of lines, as far as there are cells."""

    lines: int = 0
    columns: int = 0
    pages: int = 0


class GoToWorst(Struct, frozen=True):
    """The cell cursor to the worst entry, or from there to the next worst."""


class ToggleHeatmap(Struct, frozen=True):
    """The selected tensor as a heatmap, or in numbers."""


class Layout(Struct, frozen=True):
    """How much room the panes have: rows and columns of text, points for the losses."""

    program_rows: int = 20
    tensor_rows: int = 10
    grid_rows: int = 8
    grid_columns: int = 60
    loss_columns: int = 100
    halves: bool = True
    """Whether a row of text shows two of a heatmap."""
    folds: Folds = ()
    """Which lines of the program take no row."""


class ShowCurves(Struct, frozen=True):
    """Have curves in the frames, at most so many columns of them; without columns none.

    They are of the iterations from `start` to before `stop`, or to the newest; of the loss, of the selected
    tensor and of `tensors`, which are measured in every iteration from then on.
    """

    columns: int = 0
    start: int = 0
    stop: int | None = None
    tensors: tuple[str, ...] = ()


def top_showing(command: ShowLine, top: int, rows: int, folds: Folds) -> int:
    """The first line in view, of so many, once a line is shown; `top` was the first before."""
    row, first = row_of(folds, command.line), row_of(folds, top)
    if command.first:
        return line_of(folds, row)
    return top if first <= row < first + rows else line_of(folds, row - rows // 3)


def tensor_rows_in(layout: Layout, watches: int) -> int:
    """How many rows of tensors there is room for above so many watches, which get half of it at most."""
    return layout.tensor_rows - watch_rows_in(layout.tensor_rows, watches)


def watch_rows_in(rows: int, watches: int) -> int:
    """How many of so many rows watches take, with their heading."""
    return min(watches + 1, rows // 2) if watches and rows >= 4 else 0
