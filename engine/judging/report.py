"""What `check` knows at its end: one record per gradient, plain data for tables and JSON."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ..execution.failure import Failure
from ..program.program import Program
from ..verdict import Verdict
from .diagnosis.diagnosis import Diagnosis

Silence = Callable[[], AbstractContextManager[object]]
"""What is entered while a program runs once more: it wrote whatever it writes before."""


@dataclass(frozen=True)
class GradientReport:
    """One handwritten gradient of the last iteration. `line` is that of its last write."""

    name: str
    """The gradient's name, `dW1`."""
    tensor: str
    """The tensor's name, `W1`."""
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
    wrong_type: bool = False
    ran: bool = True
    """Whether its line did, so that there is something to compare."""
    """Of a wrong shape: it is no floating tensor at all."""
    hidden: bool = False
    inherited_from: tuple[str, ...] = ()
    line_maxdiff: float | None = None
    line_dtype: str | None = None
    message: str = ""
    """The verdict in words: `wrong here; hidden: the true gradient is about zero`."""
    diagnosis: Diagnosis | None = None
    """What is wrong with its line, where that was judged wrong."""


@dataclass(frozen=True)
class Unpaired:
    """A name that looks like a gradient and pairs with no tensor."""

    name: str
    line: int
    suggestion: str | None
    message: str


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

    @property
    def exit_code(self) -> int:
        """0: all gradients pass; 1: some gradient is wrong; 2: the program cannot run."""
        if self.failure is not None:
            return 2
        return 0 if all(gradient.verdict.passes for gradient in self.gradients) else 1


def check(
    program: Program,
    *,
    iterations: int = 1,
    seed: int = 0,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    silence: Silence = nullcontext,
) -> Report:
    """Train `iterations` iterations with the manual gradients and judge the last one.

    What the program prints goes where the process prints; `silence` is entered before its lines are run
    again to be judged. `rtol` and `atol` are those of the column `approximate`.
    """
    from .check import run_check

    return run_check(program, iterations=iterations, seed=seed, rtol=rtol, atol=atol, silence=silence)
