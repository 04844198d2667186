"""What goes down to the child beside commands, and comes up beside frames. Frozen and plain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..program.program_text import ProgramText


@dataclass(frozen=True)
class Open:
    """Step a program: from now on commands go down and frames come up."""

    text: ProgramText
    seed: int
    handled: int = 0
    """What frames count commands from."""


@dataclass(frozen=True)
class Cancel:
    """Stop what runs, between two statements."""

    run: bool = False
    """A run was on the screen: where it has ended meanwhile, the check of its lines goes on."""


@dataclass(frozen=True)
class Stop:
    """End in order."""


@dataclass(frozen=True)
class Passed:
    """So many iterations are complete; more is asked for already, and no frame is made."""

    iterations: int


@runtime_checkable
class Task(Protocol):
    """Something to be done apart with a program, once; what it gives goes up."""

    @property
    def text(self) -> ProgramText: ...

    def done(self) -> object:
        """Do it."""
