"""What `check` says of the text on the screen, beside what the screen says."""

from __future__ import annotations

from functools import cache

from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.execution.silence import silenced
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.verdict import Verdict


def comparable(frame: Frame) -> bool:
    """Whether the iteration on the screen is complete and judged, and nothing was done to it by hand."""
    status = frame.status
    judged = status.iteration is not None and frame.failure is None and not status.line_check_due
    return judged and not frame.by_hand


def misjudged(program: Program, frame: Frame) -> str:
    """The rows whose verdicts are others than those of `check`.

    Where other lines ran before, rounding may be another.
    """
    assert frame.status.iteration is not None
    expected = _verdicts(program.text, frame.status.iteration + 1)
    rows = {row.name: _rounded(row.verdict) for row in frame.tensors if row.verdict is not None}
    others = {name: verdict for name, verdict in rows.items() if verdict is not expected.get(name)}
    return f"{others} instead of {expected}" if others else ""


def _rounded(verdict: Verdict) -> Verdict:
    return Verdict.CLOSE if verdict is Verdict.EXACT else verdict


@cache
def _verdicts(text: str, iterations: int) -> dict[str, Verdict]:
    with silenced():
        report = check(parse(text, "program"), iterations=iterations)
    return {one.tensor: _rounded(one.verdict) for one in report.gradients}
