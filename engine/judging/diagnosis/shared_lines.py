"""One edit of a line that several wrong gradients are made from, where it makes all of them right.

One slip is likelier than two that are put right by the same edit, so that line has the blame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...program.statements import Statement
from ...rules.derivation.derive import Derivation
from ...verdict import Verdict
from ..linecheck.lines.dependence import upstreams
from ..linecheck.lines.helper_lines import helper_lines
from ..linecheck.lines.outcome import LineJudgement
from .case import case_of
from .diagnosis import Diagnosis
from .edit import Edit
from .search import explanation
from .trial import Trial, on_trial


@dataclass(frozen=True, eq=False)
class SharedEdit:
    """An edit of one helper line, and the gradients that are right with it."""

    edit: Edit
    line: LineJudgement
    """What is said of the helper line."""
    spoiled: frozenset[str]

    def blaming(self, diagnosis: Diagnosis) -> Diagnosis:
        """A diagnosis of the edit that says whose blame it is."""
        return replace(diagnosis, helper=self.line, spoiled=self.spoiled)


def shared_edits(
    trials: Sequence[Trial], derivation: Derivation, reasons: Mapping[str, Diagnosis]
) -> Iterator[SharedEdit]:
    """Those that two wrong gradients or more ask for, and that leave right what is right.

    What no edit at all explains is not asked again.
    """
    left = {trial.name: trial for trial in trials}
    for first in trials:
        others = [trial for trial in left.values() if trial is not first]
        if first.name not in left or reasons[first.name].kind == "unexplained":
            continue
        found = _shared(first, others, derivation)
        if found is not None:
            yield found
            left = {name: trial for name, trial in left.items() if name not in found.spoiled}


def _shared(first: Trial, others: Sequence[Trial], derivation: Derivation) -> SharedEdit | None:
    lines = _helpers(first) & frozenset[Statement]().union(*map(_helpers, others))
    if not lines:
        return None
    right = [one for one in (on_trial(first.bench, r) for r in first.bench.right) if lines & _helpers(one)]
    sound = [one for one in right if one.stands.right]

    def fits(edit: Edit) -> bool:
        wrong = [one for one in others if edit.line.statement in _helpers(one)]
        beside = [one for one in sound if edit.line.statement in _helpers(one)]
        return any(_holds(one, edit) for one in wrong) and all(_holds(one, edit) for one in beside)

    edit = explanation(case_of(first, derivation.gradients), lines, fits)
    if edit is None:
        return None
    spoiled = frozenset({first.name, *(one.name for one in others if _holds(one, edit))})
    return SharedEdit(edit, _judgement(first, edit.line.statement), spoiled)


def _helpers(trial: Trial) -> frozenset[Statement]:
    """The lines behind a gradient that do not write it."""
    return frozenset(line.statement for line in trial.lines if not line.own)


def _holds(trial: Trial, edit: Edit) -> bool:
    """Whether the same edit makes another gradient right."""
    lines = [one for one in trial.lines if one.statement is edit.line.statement and not one.own]
    return any(trial.holds(Edit(edit.kind, edit.words, one, None, edit.statements)) for one in lines)


def _judgement(trial: Trial, statement: Statement) -> LineJudgement:
    facts, names = trial.bench.attempt.session.facts, frozenset(trial.bench.attempt.reading.names)
    bound = [one for one in helper_lines(facts, names) if one.statement is statement]
    root = bound[0].root if bound else statement.writes[0] if statement.writes else ""
    name = bound[0].text if bound else root or statement.text
    reads = upstreams(facts, names | {root})[root]
    dtype = trial.judgement.dtype
    return LineJudgement(name, Verdict.WRONG_HERE, (statement.line,), reads, dtype=dtype, unpaired=True)
