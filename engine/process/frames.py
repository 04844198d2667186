"""What is shown of an engine that says nothing itself: it does not stop, or it is gone."""

from __future__ import annotations

from msgspec.structs import replace

from ..debugger.wire.frame import Frame, LineState
from ..execution.failure import Failure


def does_not_stop(frame: Frame, iterations: int) -> Frame:
    """The picture of something that was to stop and did not."""
    status = frame.status
    where = status.busy.rpartition(", ")[2] or "it"
    again = f"runs {iterations} iteration{'s' * (iterations > 1)} again" if iterations else "begins again"
    lasted = f"has run for {status.busy_seconds} s and " if status.busy_seconds else ""
    note = f"{where} {lasted}does not stop; escape ends its process and {again}"
    return replace(frame, notes=(note,))


def without_process(frame: Frame, handled: int, failure: Failure) -> Frame:
    """The last picture of a program whose process is gone."""
    status = replace(
        frame.status,
        loading=False,
        running=False,
        busy="",
        target=None,
        line_check_due=False,
        watches_due=False,
    )
    if status.iteration is None:
        status = replace(status, stopped=failure.section)
    lines = tuple(
        replace(line, state=LineState.FAILED) if line.number == failure.line else line for line in frame.lines
    )
    notes = ("home starts the program again",)
    return replace(frame, handled=handled, status=status, lines=lines, failure=failure, notes=notes)
