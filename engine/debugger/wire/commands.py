"""What the screen asks of the engine. Frozen and plain; handled in order, none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...program.program_text import ProgramText
from ...tutor.answer import Asked
from ..folds import Folds, line_of, row_of
from .inspected import Tab
from .stops import Stops


class Unit(StrEnum):
    """How far one press goes."""

    ITERATION = "iteration"
    PHASE = "phase"
    STATEMENT = "statement"


class Pane(StrEnum):
    """What can be scrolled."""

    PROGRAM = "program"
    TENSORS = "tensors"
    INSPECTOR = "inspector"


@dataclass(frozen=True)
class Advance:
    """Move by one unit; `by` is +1 or -1. Back from the start of an iteration is the one before."""

    unit: Unit
    by: int = 1


@dataclass(frozen=True)
class ToggleRun:
    """Run freely, or pause."""


@dataclass(frozen=True)
class ChangeSpeed:
    """One step faster (+1) or slower (-1)."""

    by: int


@dataclass(frozen=True)
class GoTo:
    """Be where `iteration` iterations are complete, before this moment or after it."""

    iteration: int


@dataclass(frozen=True)
class Restart:
    """Back to before iteration 0, with the same seed."""


@dataclass(frozen=True)
class Select:
    """Move the selected tensor down (+1) or up (-1)."""

    by: int


@dataclass(frozen=True)
class SelectName:
    """Select a tensor by its name; where nobody did so by hand, what wants attention may still be gone to."""

    name: str
    by_hand: bool = True


@dataclass(frozen=True)
class SelectAt:
    """Select the tensor that a line makes, or whose gradient it writes."""

    line: int


@dataclass(frozen=True)
class Attend:
    """Go to the next (+1) or previous (-1) gradient that wants attention."""

    by: int


@dataclass(frozen=True)
class ShowTab:
    """Choose the inspector's tab."""

    tab: Tab


@dataclass(frozen=True)
class Scroll:
    """Scroll a pane by rows and columns; the engine keeps it inside."""

    pane: Pane
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True)
class ShowLine:
    """Scroll the program until a line is in view, or, with `first`, the first in view."""

    line: int
    first: bool = False


@dataclass(frozen=True)
class ChangeSlice:
    """The next (+1) or previous (-1) matrix of a tensor with three or more dimensions."""

    by: int


FAR = 1 << 60
"""A move to the end."""


@dataclass(frozen=True)
class OpenCells:
    """Open the cell cursor in the inspector, or close it."""

    opened: bool = True


@dataclass(frozen=True)
class MoveCell:
    """Move the cell cursor by lines, columns and pages of lines, as far as there are cells."""

    lines: int = 0
    columns: int = 0
    pages: int = 0


@dataclass(frozen=True)
class GoToWorst:
    """The cell cursor to the worst entry, or from there to the next worst."""


@dataclass(frozen=True)
class ToggleHeatmap:
    """The selected tensor as a heatmap, or in numbers."""


@dataclass(frozen=True)
class CheckLines:
    """Judge every handwritten line of the iteration on the screen on its own."""


@dataclass(frozen=True)
class Ask:
    """Explain, hint at, or write the selected tensor's gradient."""

    asked: Asked


@dataclass(frozen=True)
class ToggleBreakpoint:
    """Let runs stop before a line, or not any more; without one, before that of the cursor."""

    line: int | None = None


@dataclass(frozen=True)
class GoToChange:
    """Back to the statement that last changed the selected tensor, or its gradient where that is shown."""


@dataclass(frozen=True)
class SetStops:
    """Let runs stop just there."""

    stops: Stops


@dataclass(frozen=True)
class SetWatches:
    """Watch just these expressions."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Evaluate:
    """Evaluate an expression or a statement once, at the place of the cursor; nothing of it stays."""

    text: str


@dataclass(frozen=True)
class DoByHand:
    """Do a statement behind the iteration on the screen, or before it, if the cursor is at its beginning."""

    text: str
    first: int | None = None
    """The iteration before which it is to be done, while none has run; None is as the screen shows it."""


@dataclass(frozen=True)
class Reload:
    """The file has another text: run the iteration on the screen again with it."""

    text: ProgramText
    number: int
    """What the text is called from now on."""
    since: int | None = None
    """The first iteration that is to run with it, before any has run; None is the one on the screen."""


@dataclass(frozen=True)
class Resume:
    """Go on where somebody was in the program before; where that was kept, whoever kept it does it."""


@dataclass(frozen=True)
class ModuleChanged:
    """A module that the program imports from its folder has another text."""

    name: str


@dataclass(frozen=True)
class SetNumber:
    """Set a name of setup to another number, and run the iteration on the screen again with it."""

    name: str
    number: bool | int | float | complex


@dataclass(frozen=True)
class TakeBack:
    """Take the line that was written last out of the file again."""


@dataclass(frozen=True)
class Layout:
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


@dataclass(frozen=True)
class ShowCurves:
    """Have curves in the frames, at most so many columns of them; without columns none.

    They are of the iterations from `start` to before `stop`, or to the newest; of the loss, of the selected
    tensor and of `tensors`, which are measured in every iteration from then on.
    """

    columns: int = 0
    start: int = 0
    stop: int | None = None
    tensors: tuple[str, ...] = ()


Command = (
    Advance
    | ToggleRun
    | ChangeSpeed
    | GoTo
    | Restart
    | Select
    | SelectName
    | SelectAt
    | Attend
    | ShowTab
    | Scroll
    | ShowLine
    | ChangeSlice
    | OpenCells
    | MoveCell
    | GoToWorst
    | ToggleHeatmap
    | CheckLines
    | Ask
    | ToggleBreakpoint
    | SetStops
    | GoToChange
    | SetWatches
    | Evaluate
    | DoByHand
    | SetNumber
    | Reload
    | Resume
    | ModuleChanged
    | TakeBack
    | Layout
    | ShowCurves
)


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
