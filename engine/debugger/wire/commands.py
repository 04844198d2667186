"""What the screen asks of the engine. Frozen and plain; handled in order, none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...program.program_text import ProgramText
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


class Unit(StrEnum):
    """How far one press goes."""

    ITERATION = "iteration"
    PHASE = "phase"
    STATEMENT = "statement"


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
