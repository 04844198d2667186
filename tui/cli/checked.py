"""What became of one program that was to be checked."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.judging.report import Report
from .targets import Target

CANNOT_RUN = 2


@dataclass(frozen=True)
class Checked:
    """A target with its report; without one it could not be read, or was left out."""

    target: Target
    report: Report | None = None

    @property
    def exit_code(self) -> int:
        """0: it passes, or is left out; 1: some gradient does not pass; 2: it cannot be read, or not run."""
        if self.report is not None:
            return self.report.exit_code
        return CANNOT_RUN if self.target.error is not None else 0

    @property
    def path(self) -> str:
        """As it was given."""
        return self.target.name
