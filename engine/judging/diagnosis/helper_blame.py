"""A helper line that may be wrong has the blame where an edit of it explains the gradients made from it."""

from __future__ import annotations

from collections.abc import Mapping

from ...verdict import Verdict
from ..linecheck.outcome import LineCheck, LineJudgement
from .diagnosis import Diagnosis

Lines = Mapping[str, LineJudgement]
Reasons = Mapping[str, Diagnosis]


def settled_by(reasons: Reasons, line_check: LineCheck, lines: Lines) -> tuple[Lines, Reasons]:
    """The judgements of the lines, and their diagnoses, with the blame on the helper where it belongs."""
    helper, of_helper = line_check.helper, line_check.of_helper
    if helper is None or of_helper is None or helper.certain:
        return lines, reasons
    accused = [name for name in sorted(helper.spoiled) if name in lines and lines[name].verdict.accuses]
    edits = [reasons[name] for name in accused if name in reasons]
    if not edits or any(one.edited_line not in helper.lines for one in edits) or len(edits) < len(accused):
        return lines, reasons
    right = {name: _made_from(helper.name, lines[name]) for name in accused}
    others = {name: one for name, one in reasons.items() if name not in accused}
    return {**lines, **right, helper.name: of_helper}, {**others, helper.name: edits[0]}


def _made_from(helper: str, line: LineJudgement) -> LineJudgement:
    upstreams = (helper, *line.upstreams)
    return line._replace(verdict=Verdict.RIGHT, upstreams=upstreams, message="", zeros=False)
