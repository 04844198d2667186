"""How far a program has come: its newest record, or why there is none, and what is said beside it."""

from __future__ import annotations

from dataclasses import dataclass

from ..execution.failure import Failure
from ..execution.iteration import Iteration
from .stop_notes import why_stopped
from .wire.stops import Stop


@dataclass(frozen=True, eq=False)
class Standing:
    """What the newest iteration left, or, before the first one, setup and parameters."""

    record: Iteration | None = None
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    of_end: tuple[str, ...] = ()
    """What is to be said of the record; told where the cursor is at its end."""
    tries: int = 0
    """How often in a row the iteration on the screen has failed."""
    stop: Stop | None = None
    """Where a run has stopped in the record, and why; told as long as the cursor is there."""

    def after(self, record: Iteration) -> Standing:
        """Where the program stands after one more iteration, complete or failed."""
        tries = self.tries + 1 if record.failure is not None else 0
        of_end = record.notes + why_stopped(record, tries)
        return Standing(record, record.failure, of_end=of_end, tries=tries)
