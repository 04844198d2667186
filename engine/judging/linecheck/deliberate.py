"""Lines that would be accused, had the program not marked them: `# deliberate: why`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from ...execution.iteration import Iteration
from ...program.analysis import ProgramFacts
from ...program.deliberate import deliberate_lines
from ...verdict import Verdict
from .lines.outcome import LineCheck, LineJudgement


def as_marked(facts: ProgramFacts, judgements: Mapping[str, LineJudgement]) -> dict[str, LineJudgement]:
    """The judgements, where what is wrong on purpose is told so, with the reason that the program gives."""
    reasons = _reasons(facts)
    if not reasons:
        return dict(judgements)
    return {name: _as_marked(one, reasons) for name, one in judgements.items()}


Judge = Callable[..., LineCheck]


def around_marks(
    facts: ProgramFacts, iteration: Iteration, judge: Judge, first: LineCheck, complete: Mapping[str, int]
) -> tuple[LineCheck, Mapping[str, int]]:
    """No mark excuses other lines than its own: not those above it, nor those below that add more."""
    if not _reasons(facts):
        return first, complete
    first, complete = _above(facts, iteration, judge, first, complete)
    return _below(facts, judge, first, complete), complete


def _above(
    facts: ProgramFacts, iteration: Iteration, judge: Judge, first: LineCheck, complete: Mapping[str, int]
) -> tuple[LineCheck, Mapping[str, int]]:
    """What a marked line changes has to be right before."""
    early = _before_marks(facts, iteration, first.judgements)
    if not early:
        return first, complete
    above = judge({**complete, **early}, in_worlds=True).judgements
    wrong = {name: count for name, count in early.items() if above[name].verdict.accuses}
    judgements = {**first.judgements, **{name: above[name] for name in wrong}}
    return replace(first, judgements=judgements), {**complete, **wrong}


def _below(facts: ProgramFacts, judge: Judge, first: LineCheck, complete: Mapping[str, int]) -> LineCheck:
    """What lines add below a marked one has to be right where nothing comes through that."""
    judgements, silent = dict(first.judgements), dict[str, frozenset[str]]()
    for name, rest in _after_marks(facts, first.judgements).items():
        found = judge(complete, silent=rest.silent, in_worlds=True).judgements[name]
        if found.verdict is Verdict.WRONG_HERE and not found.zeros:
            accused = tuple(line for line in found.accused_lines if line in rest.lines) or rest.lines
            judgements[name] = found._replace(accused_lines=accused)
            silent[name] = rest.silent
    return replace(first, judgements=judgements, silent=silent)


class _Rest(NamedTuple):
    """The lines of a gradient below the marked ones, and the gradients that these alone read."""

    lines: tuple[int, ...]
    silent: frozenset[str]


def _after_marks(facts: ProgramFacts, judgements: Mapping[str, LineJudgement]) -> dict[str, _Rest]:
    reasons, found = _reasons(facts), dict[str, _Rest]()
    for name, one in judgements.items():
        own = [statement for statement in facts.handwritten.statements if name in statement.writes]
        marked = [statement for statement in own if statement.line in reasons]
        if one.verdict is Verdict.DELIBERATE and marked:
            below = [statement for statement in own if statement.number > marked[-1].number]
            read, more = (
                frozenset[str]().union(*(statement.reads for statement in some)) for some in (marked, below)
            )
            silent = (read - more - {name}).intersection(judgements)
            if below and silent:
                found[name] = _Rest(tuple(statement.line for statement in below), silent)
    return found


def _before_marks(
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
