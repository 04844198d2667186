"""What is said when a program does not go on: what stopped it, and which key helps."""

from __future__ import annotations

from ..execution.failure import Failure
from ..execution.iteration import Iteration
from ..execution.session import Session


def why_stopped(record: Iteration, tries: int) -> tuple[str, ...]:
    """A note on an iteration that ended early, `tries` times by now, or in something infinite or NaN."""
    failure = record.failure
    if failure is None:
        since = record.not_finite_since
        return () if since is None else (f"not finite since iteration {since}",)
    if failure.cancelled:
        return (f"iteration {record.number} was stopped{_place(failure)}; space runs it again",)
    times = f", {tries} times now" if tries > 1 else ""
    what = f"iteration {record.number} stopped{_place(failure)}{times}"
    return (f"{what}; space tries it again, home starts over",)


def why_not_begun(failure: Failure | None) -> tuple[str, ...]:
    """A note on a program whose setup or parameters did not run to their end."""
    if failure is None:
        return ("the program was stopped before its first iteration; home starts over",)
    return (f"there is no iteration: {failure.section} stopped{_place(failure)}; home starts over",)


def why_ended(session: Session) -> str:
    """A note on a program whose loop has had its last pass."""
    lines = [str(level.line) for level in session.program.around if level.loops]
    where = f"the loop in line {lines[-1]}" if len(lines) == 1 else f"the loops in lines {', '.join(lines)}"
    times = f"{session.number} iteration{'s' * (session.number != 1)}"
    return f"{where} ended after {times}; home starts over"


def _place(failure: Failure) -> str:
    return f" on line {failure.line}" if failure.line else ""
