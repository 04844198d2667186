"""What is shown of an engine that says nothing itself: it does not stop, it is gone, it begins again."""

from __future__ import annotations

from dataclasses import replace

from ..debugger.frame import Frame, LineState, opening_frame
from ..debugger.jobs import AT_EXPRESSION
from ..debugger.stops import Stops
from ..execution.failure import Failure
from ..program.program import Program
from .ended import EXPRESSION


def does_not_stop(frame: Frame, iterations: int) -> Frame:
    """The picture of something that was to stop and did not."""
    status = frame.status
    where = status.busy.rpartition(", ")[2] or "it"
    again = f"runs {iterations} iteration{'s' * (iterations > 1)} again" if iterations else "begins again"
    note = (
        f"{where} has run for {status.busy_seconds} s and does not stop; escape ends its process and {again}"
    )
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
        line._replace(state=LineState.FAILED) if line.number == failure.line else line for line in frame.lines
    )
    notes = ("home starts the program again",)
    return replace(frame, handled=handled, status=status, lines=lines, failure=failure, notes=notes)


def begins_again(program: Program, frame: Frame, handled: int, iterations: int) -> Frame:
    """The picture until a fresh process sends its first; what is shown of the program stays where it is."""
    fresh = opening_frame(program)
    shown = slice(frame.lines[0].number - 1, frame.lines[-1].number) if frame.lines else slice(0)
    status = replace(fresh.status, target=iterations or None)
    stops, _ = kept_beside(frame)
    return replace(fresh, handled=handled, status=status, lines=fresh.lines[shown], stops=stops)


def kept_beside(frame: Frame) -> tuple[Stops, tuple[str, ...]]:
    """Where runs stop and what is watched from a new beginning on; no expression, if one held up the last."""
    ended = frame.failure is not None and frame.failure.section == EXPRESSION
    if ended or frame.status.busy == AT_EXPRESSION:
        return replace(frame.stops, expression=""), ()
    return frame.stops, tuple(watched.text for watched in frame.watches)
