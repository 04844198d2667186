"""Lines that would be accused, had the program not marked them: `# deliberate: why`."""

from __future__ import annotations

from collections.abc import Mapping

from ...execution.iteration import Iteration
from ...program.analysis import ProgramFacts
from ...program.deliberate import deliberate_lines
from ...verdict import Verdict
from .outcome import LineJudgement


def as_marked(facts: ProgramFacts, judgements: Mapping[str, LineJudgement]) -> dict[str, LineJudgement]:
    """The judgements, where what is wrong on purpose is told so, with the reason that the program gives."""
    reasons = _reasons(facts)
    if not reasons:
        return dict(judgements)
    return {name: _as_marked(one, reasons) for name, one in judgements.items()}


def before_marks(
    facts: ProgramFacts, iteration: Iteration, judgements: Mapping[str, LineJudgement]
) -> dict[str, int]:
    """After how many writes those gradients were complete that a marked line then changes."""
    reasons = _reasons(facts)
    steps = iteration.path.steps if reasons else ()
    counts = dict[str, int]()
    for name, one in judgements.items():
        if one.verdict is Verdict.DELIBERATE and name in iteration.gradients:
            lines = [steps[at][0].line for at in iteration.gradients[name].writes]
            counts[name] = next((at for at, line in enumerate(lines) if line in reasons), 0)
    return {name: count for name, count in counts.items() if count}


def _as_marked(judgement: LineJudgement, reasons: Mapping[int, str]) -> LineJudgement:
    marked = [line for line in judgement.lines if line in reasons]
    if not (marked and judgement.verdict.accuses):
        return judgement
    why = next(filter(None, map(reasons.__getitem__, marked)), "no reason is given")
    return judgement._replace(verdict=Verdict.DELIBERATE, message=f"deliberate: {why}")


def _reasons(facts: ProgramFacts) -> dict[int, str]:
    """By the first line of every statement that builds gradients and has a mark, why."""
    marks = deliberate_lines(facts.program)
    reasons = dict[int, str]()
    for statement in facts.handwritten.statements if marks else ():
        for line in range(statement.line, statement.end_line + 1):
            if line in marks:
                reasons[statement.line] = marks[line]
    return reasons
