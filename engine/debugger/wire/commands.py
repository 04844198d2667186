"""What the screen asks of the engine. Frozen and plain; handled in order, none is lost."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ...tutor.answer import Asked
from .looks import (
    Attend,
    ChangeSlice,
    GoToWorst,
    Layout,
    MoveCell,
    OpenCells,
    Scroll,
    Select,
    SelectAt,
    SelectName,
    ShowCurves,
    ShowLine,
    ShowTab,
    ToggleHeatmap,
)
from .stops import Stops

if TYPE_CHECKING:
    from ...program.program_text import ProgramText


class Unit(StrEnum):
    """How far one press goes."""

    ITERATION = "iteration"
    PHASE = "phase"
    STATEMENT = "statement"
    CALL = "call"
    """A statement, the lines of a function that it calls among it."""


class Advance(Struct, frozen=True):
    """Move by one unit; `by` is +1 or -1. Back from the start of an iteration is the one before."""

    unit: Unit
    by: int = 1


class ToggleRun(Struct, frozen=True):
    """Run freely, or pause."""


class ChangeSpeed(Struct, frozen=True):
    """One step faster (+1) or slower (-1)."""

    by: int


class GoTo(Struct, frozen=True):
    """Be where `iteration` iterations are complete, before this moment or after it."""

    iteration: int
    again: bool = False
    """It was there before, in another process: nothing stops it on its way."""


class Restart(Struct, frozen=True):
    """Back to before iteration 0, with the same seed."""


class CheckLines(Struct, frozen=True):
    """Judge every handwritten line of the iteration on the screen on its own."""


class Ask(Struct, frozen=True):
    """Explain, hint at, or write the selected tensor's gradient."""

    asked: Asked


class ToggleBreakpoint(Struct, frozen=True):
    """Let runs stop before a line, or not any more; without one, before that of the cursor."""

    line: int | None = None


class GoToChange(Struct, frozen=True):
    """Back to the statement that last changed the selected tensor, or its gradient where that is shown."""


class SetStops(Struct, frozen=True):
    """Let runs stop just there."""

    stops: Stops


class SetWatches(Struct, frozen=True):
    """Watch just these expressions."""

    texts: tuple[str, ...]


class Evaluate(Struct, frozen=True):
    """Evaluate an expression or a statement once, at the place of the cursor; nothing of it stays."""

    text: str


class DoByHand(Struct, frozen=True):
    """Do a statement behind the iteration on the screen, or before it, if the cursor is at its beginning."""

    text: str
    first: int | None = None
    """The iteration before which it is to be done, while none has run; None is as the screen shows it."""


class Reload(Struct, frozen=True):
    """The file has another text: run the iteration on the screen again with it."""

    text: ProgramText
    number: int
    """What the text is called from now on."""
    since: int | None = None
    """The first iteration that is to run with it, before any has run; None is the one on the screen."""


class Resume(Struct, frozen=True):
    """Go on where somebody was in the program before; where that was kept, whoever kept it does it."""


class ModuleChanged(Struct, frozen=True):
    """A module that the program imports from its folder has another text."""

    name: str


class SetNumber(Struct, frozen=True):
    """Set a name of setup to another number, and run the iteration on the screen again with it."""

    name: str
    number: bool | int | float | complex


class TakeBack(Struct, frozen=True):
    """Take the line that was written last out of the file again."""


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
