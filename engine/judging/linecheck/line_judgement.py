"""What is said of one gradient's lines, once it is known how they agree with their VJP."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch

from ...execution.raised import in_short
from ...execution.recording.shape_misfit import misfit_of
from ...execution.recording.steps import MISSING
from ...tensors.comparison import name_of
from ...verdict import Verdict
from .lines.clipping import clipped_after
from .lines.dependence import upstreams
from .lines.gradient_lines import COPIED, written_lines
from .lines.helper_places import WrongHelper
from .lines.name_versions import own_writes
from .lines.outcome import LineJudgement
from .lines.reused_names import bound_again, many
from .passes.attempt import Attempt
from .passes.blame import Results
from .passes.quick_pass import QuickPass


def unknown(attempt: Attempt, name: str) -> LineJudgement:
    """For a gradient whose name stands for several."""
    program = attempt.session.program
    lines = written_lines(attempt.iteration, name)
    reads = upstreams(attempt.session.facts, frozenset({*attempt.reading.names, name}))[name]
    message = many(attempt.iteration, program, name)
    return LineJudgement(name, Verdict.NOT_CHECKED, lines, reads, message=message, reused=True)


def judgement_of(quick: QuickPass, results: Results, name: str) -> LineJudgement:
    """For any other."""
    attempt, outcome = quick.attempt, quick.outcome
    result, reads = results.agreements.get(name), results.upstreams[name]
    lines = written_lines(attempt.iteration, name, attempt.complete.get(name))
    if result is not None and result.verdict is Verdict.RIGHT and not (result.message or attempt.complete):
        return LineJudgement(name, result.verdict, lines, reads, result.maxdiff, result.dtype)
    said = partial(LineJudgement, name, lines=lines, upstreams=reads, reused=name in attempt.complete)
    if name in outcome.raised:
        line, error = outcome.raised[name]
        misfit = misfit_of(error, attempt.session.program)
        words = f"line {line} raises {in_short(error)}"
        if misfit:
            words = misfit if line in lines else f"line {line}: {misfit}"
        return said(Verdict.NOT_CHECKED, message=words, raised=True)
    if name in attempt.reading.copied:
        return said(Verdict.NOT_CHECKED, message=COPIED)
    value = outcome.values.get(name, MISSING)
    if value is MISSING or value is Ellipsis:
        return said(Verdict.NOT_WRITTEN, message="not written yet")
    if result is None:
        reasons = attempt.iteration.references.reasons
        reason = reasons.get(attempt.reading.tensor_of[name], "no parameter reaches the tensor")
        return said(Verdict.NOT_CHECKED, message=reason)
    message = result.message or _reuse(attempt, name)
    early = None if message else _too_early(attempt, name, result.verdict)
    return said(
        result.verdict,
        maxdiff=result.maxdiff,
        dtype=result.dtype,
        message=message if early is None else early.words,
        kink=result.kink,
        no_choice=result.no_choice,
        slight=result.slight,
        zeros=result.zeros,
        factor=result.factor,
        completed_in=None if early is None else early.completed_in,
    )


def judgement_of_helper(attempt: Attempt, helper: WrongHelper) -> LineJudgement:
    """For a helper line that is wrong."""
    line = helper.line
    reads = upstreams(attempt.session.facts, frozenset({*attempt.reading.names, line.root}))[line.root]
    return LineJudgement(
        helper.name,
        helper.verdict,
        helper.building,
        reads,
        helper.maxdiff,
        name_of(attempt.dtype or torch.get_default_dtype()),
        accused_lines=helper.accused_lines,
        of=helper.of,
        factor=helper.place.spot.times if helper.place.spot.times != 1.0 else None,
        unpaired=True,
    )


class _TooEarly(NamedTuple):
    """A gradient that is read before its last write, and the line of that."""

    read: str
    completed_in: int

    @property
    def words(self) -> str:
        """What is said of it."""
        return f"reads {self.read} before line {self.completed_in} completes it"


def _reuse(attempt: Attempt, name: str) -> str:
    """Which line goes on to use a gradient's name for something else."""
    if name not in attempt.complete:
        return ""
    iteration, count = attempt.iteration, attempt.complete[name]
    line = iteration.statement_at(iteration.gradients[name].writes[count]).line
    if clipped_after(iteration, name, count):
        return f"clipped in line {line}, after it is complete"
    return f"from line {line} on, {name} is no longer the gradient of {attempt.reading.tensor_of[name]}"


def _too_early(attempt: Attempt, name: str, verdict: Verdict) -> _TooEarly | None:
    """For a wrong line that reads a gradient before its last write: which line completes it."""
    if verdict is not Verdict.WRONG_HERE:
        return None
    section = attempt.session.program.section("backward")
    statements = section.statements if section else ()
    names, static = set(attempt.reading.names) - _several(attempt), attempt.reading.static
    for position, statement in enumerate(statements):
        if name not in statement.writes:
            continue
        for later in statements[position + 1 :]:
            for read in sorted(statement.reads & names & set(later.writes)):
                if read != name and read in attempt.plan.writes and name not in static[read]:
                    return _TooEarly(read, later.line)
    return None


def _several(attempt: Attempt) -> set[str]:
    """The gradients whose names stand for something else as well, as those of their tensors do."""
    again, iteration = bound_again(attempt.session.program), attempt.iteration
    written = {name: iteration.writes.get(name, ()) for name in again}
    afresh = {name for name, all in written.items() if len(own_writes(iteration, name)) < len(all)}
    return afresh | attempt.complete.keys()
