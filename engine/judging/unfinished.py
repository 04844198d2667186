"""The gradients of a backward that a line ended before its time."""

from __future__ import annotations

from collections.abc import Sequence

from ..execution.iteration import Iteration
from ..program.statements import Statement


def unfinished(iteration: Iteration) -> frozenset[str]:
    """The names that the line that raised, or one after it, would have written."""
    failure = iteration.failure
    if failure is None or failure.section != "backward":
        return frozenset()
    lines = [s for s in iteration.recorder.statements if s.section == "backward"]
    if any(s.frame is not None for s in lines):
        return _after_the_last(iteration, lines)
    reached = max((s.top for s in lines if s.line <= (failure.line or 0)), default=0)
    return frozenset(name for s in lines if s.top >= reached for name in s.writes)


def _after_the_last(iteration: Iteration, lines: Sequence[Statement]) -> frozenset[str]:
    """The same where lines do not run in the order of the text: what comes after the last step."""
    ran = [step.statement.top for step in iteration.steps if step.statement.section == "backward"]
    return frozenset(name for s in lines if s.top > max(ran, default=-1) for name in s.writes)
