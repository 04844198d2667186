"""What `check` knows at its end: one record per gradient, plain data for tables and JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..execution.failure import Failure
from ..program.pairing import Unpaired
from ..program.program import Program
from ..verdict import Verdict
from .diagnosis.diagnosis import Diagnosis


@dataclass(frozen=True)
class GradientReport:
    """One handwritten gradient of the last iteration. `line` is that of its last write."""

    name: str
    """The gradient's name, `dW1`."""
    tensor: str | None
    """The tensor's name, `W1`; None of what is no gradient of one tensor."""
    line: int | None
    lines: tuple[int, ...]
    """Every line that builds it."""
    verdict: Verdict
    """End to end and by its line, in one word."""
    exact: bool
    approximate: bool
    maxdiff: float | None
    relative_error: float | None
    shape: tuple[int, ...] | None
    expected_shape: tuple[int, ...] | None
    worst_index: tuple[int, ...] | None
    line_verdict: Verdict | None = None
    ran: bool = True
    """Whether its line did, so that there is something to compare."""
    factor: float | None = None
    """How many times the gradient its lines give, by convention."""
    hidden: bool = False
    inherited_from: tuple[str, ...] = ()
    line_maxdiff: float | None = None
    line_dtype: str | None = None
    message: str = ""
    """The verdict in words: `wrong here; hidden: the true gradient is about zero`."""
    accused_lines: tuple[int, ...] = ()
    """Those of its lines that are wrong, where not all are; or the line of a helper variable that is."""
    diagnosis: Diagnosis | None = None
    """What is wrong with its line, where that was judged wrong."""
    of: str | None = None
    """Of a helper variable that is wrong: what it ought to be the gradient of, in the forward's words."""


@dataclass(frozen=True)
class Report:
    """The whole of a check."""

    program: str
    iterations: int
    """How many iterations were completed."""
    seed: int
    loss: float | None
    losses: tuple[float, ...]
    gradients: tuple[GradientReport, ...]
    unpaired: tuple[Unpaired, ...]
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    found: str = ""
    """Where a file without titles has its iteration, and what stands for what in it, in words."""
    strict: bool = False
    """Whether what leans on the program, or on a convention, fails."""

    @property
    def exit_code(self) -> int:
        """0: all gradients pass; 1: some does not, or the loss is not finite; 2: the program cannot run."""
        if self.failure is not None:
            return 2
        return 1 if self.failing or self.is_lost else 0

    @property
    def is_lost(self) -> bool:
        """Whether the loss is infinite or NaN: nothing is learnt any more."""
        return self.loss is not None and not math.isfinite(self.loss)

    @property
    def failing(self) -> tuple[GradientReport, ...]:
        """The gradients that do not pass."""
        return tuple(gradient for gradient in self.gradients if not self._passes(gradient.verdict))

    def _passes(self, verdict: Verdict) -> bool:
        return verdict.passes_strictly if self.strict else verdict.passes


def unfinished(program: Program, seed: int, failure: Failure, *, strict: bool) -> Report:
    """The report of a program that ended before anything could be said of it."""
    return Report(program.name, 0, seed, None, (), (), (), failure=failure, strict=strict)
