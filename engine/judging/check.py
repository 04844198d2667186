"""The check: train, then say of every gradient of the last iteration what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from ..execution.failure import Failure
from ..execution.gradients.gradient import Gradient
from ..execution.gradients.unwritten_gradients import absent_gradients
from ..execution.iteration import Iteration
from ..execution.recording.steps import MISSING
from ..execution.session import Session
from ..execution.silence import silenced
from ..program.program import Program
from ..verdict import Verdict
from .calls import accused_lines_of, told_once
from .convention import ByConvention, convention
from .diagnosis.diagnose import diagnose
from .diagnosis.diagnosis import Diagnosis
from .judgement import Judgement, judgements
from .linecheck.line_check import check_lines
from .linecheck.lines.helper_places import WrongHelper
from .linecheck.lines.outcome import LineCheck, WrongFunction
from .own_words import in_own_words
from .report import GradientReport, Report


def check(
    program: Program,
    *,
    iterations: int = 1,
    seed: int = 0,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    strict: bool = False,
) -> Report:
    """Train `iterations` iterations with the manual gradients and judge the last one.

    What the program prints goes where the process prints; what its lines write when they are run again to be
    judged goes nowhere. `rtol` and `atol` are those of `approximate`. Where the check is `strict`, what is
    right only as the program, or a convention of it, has it does not pass.
    """
    session = Session(program, seed)
    failure = session.begin()
    record: Iteration | None = None
    while failure is None and session.number < iterations and not session.ended:
        record = session.iterate()
        failure = record.failure
        if record.failure is None and _stands_still(record):
            break
    with silenced():
        report = _report(session, record, failure, rtol, atol)
    return replace(report, strict=strict)


def _stands_still(record: Iteration) -> bool:
    """Whether another iteration would say the same, or hide what is wrong in this one.

    An update that did not run changes nothing; one that broadcast a wrong gradient into a parameter gives
    it the gradient's shape. A shape that changed although every gradient passes is the next one's fault.
    """
    right = all(gradient.verdict.passes for gradient in record.gradients.values())
    return bool(record.notes) and not (record.reshaped and right)


def _report(
    session: Session, record: Iteration | None, failure: Failure | None, rtol: float, atol: float
) -> Report:
    interrupted = failure is not None and failure.type == "KeyboardInterrupt"
    reports = [] if record is None or interrupted else gradient_reports(session, record, rtol, atol)
    found = session.program.found
    losses = tuple(session.losses) if session.program.computes_loss else ()
    return Report(
        program=session.program.name,
        iterations=session.number,
        seed=session.seed,
        loss=losses[-1] if losses else None,
        losses=losses,
        gradients=tuple(reports),
        unpaired=() if record is None else session.unpaired(record),
        notes=(*session.notes, *(_notes(session, record, reports) if record is not None else ())),
        failure=failure,
        found=found.words if found is not None else "",
    )


def _notes(session: Session, record: Iteration, reports: list[GradientReport]) -> tuple[str, ...]:
    """What there is to say beside the gradients."""
    found = session.program.found
    if found is not None and not found.again and not record.failure:
        names = {report.name for report in reports}
        silent = [name for name in without_lines(session, record) if name not in names]
        if silent:
            words = f"no line binds {' or '.join(silent)}: what stands for it is not judged"
            return (words, *_notes_of(record, reports))
    return _notes_of(record, reports)


def _notes_of(record: Iteration, reports: list[GradientReport]) -> tuple[str, ...]:
    return (*record.notes, *_not_finite(record, reports), *_asides(reports))


def _not_finite(record: Iteration, reports: list[GradientReport]) -> list[str]:
    """Since when something is infinite or NaN, and what is."""
    loss = record.loss is not None and not math.isfinite(record.loss)
    names = ["the loss"] * loss
    names += [report.name for report in reports if report.verdict is Verdict.NOT_FINITE]
    if not names:
        return []
    since = record.number if record.not_finite_since is None else record.not_finite_since
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"not finite since iteration {since}: {', '.join(names[:_NAMED])}{more}"]


_NAMED = 8
_PASSED = (Verdict.EXACT, Verdict.CLOSE, Verdict.RIGHT)


def _asides(reports: list[GradientReport]) -> list[str]:
    """What there is to say of gradients that pass: another dtype, another subgradient, a convention."""
    told = [
        f"line {report.line}, {report.name}: {report.message}"
        for report in reports
        if report.message and report.verdict in _PASSED and report.line is not None
    ]
    kept_to = convention(
        ByConvention(one.name, one.tensor, one.verdict, one.factor) for one in reports if one.tensor
    )
    return [*told, *filter(None, [kept_to])]


def gradient_reports(session: Session, record: Iteration, rtol: float, atol: float) -> list[GradientReport]:
    """Every written gradient in the order of its line, then the parameters without one."""
    written = sorted(record.gradients.values(), key=lambda gradient: gradient.pair.lines[-1])
    lines = check_lines(session, record)
    judgement_of = judgements(record, lines, diagnoses_of(session, record, lines))
    judgement_of = in_own_words(record, judgement_of)
    reports = [_of_function(one) for one in lines.functions]
    reports += [_written(gradient, judgement_of[gradient.name], rtol, atol) for gradient in written]
    helpers = [name for name in judgement_of if name not in record.gradients]
    if helpers:
        reports += [_of_helper(name, judgement_of[name], lines.helper) for name in helpers]
        reports.sort(key=_place)
    naming = session.program.naming
    found = session.program.found
    if found is not None and found.again:
        return told_once(reports, session.program)
    missing = without_lines(session, record)
    if found is not None and not found.function:
        read = frozenset[str]().union(*(statement.reads for statement in session.program.statements))
        missing = [name for name in missing if name in read]
    missing += absent_gradients(session.facts, record.references)
    reports += [_missing(record, name, naming.tensor(name)) for name in dict.fromkeys(missing)]
    return told_once(reports, session.program)


def without_lines(session: Session, record: Iteration) -> list[str]:
    """The gradients of parameters that no line writes."""
    asked_for = [name for name in session.parameters if name not in record.references.unreached]
    names = map(session.program.naming.gradient, asked_for)
    return [name for name in names if name not in record.gradients]


def diagnoses_of(session: Session, record: Iteration, lines: LineCheck) -> Mapping[str, Diagnosis]:
    """What is wrong with every accused line, by gradient.

    A verdict stands without its reason, so that a search which fails leaves it out.
    """
    if lines.problem:
        return {}
    try:
        return diagnose(session, record, lines)
    except Exception:
        return {}


def _written(gradient: Gradient, judgement: Judgement, rtol: float, atol: float) -> GradientReport:
    comparison = gradient.compared(rtol=rtol, atol=atol)
    line = judgement.line
    return GradientReport(
        name=gradient.name,
        tensor=gradient.tensor,
        line=gradient.pair.lines[-1],
        lines=line.lines if line is not None else gradient.pair.lines,
        accused_lines=accused_lines_of(judgement),
        verdict=judgement.verdict,
        exact=comparison.exact,
        approximate=comparison.approximate,
        maxdiff=comparison.maxdiff,
        relative_error=comparison.relative_error,
        shape=comparison.shape,
        expected_shape=comparison.expected_shape,
        worst_index=comparison.worst_index,
        line_verdict=line.verdict if line is not None else None,
        ran=gradient.value is not MISSING,
        factor=line.factor if line is not None and judgement.verdict is Verdict.SCALED else None,
        hidden=judgement.hidden,
        inherited_from=judgement.inherited_from,
        line_maxdiff=line.maxdiff if line is not None else None,
        line_dtype=line.dtype or None if line is not None else None,
        message=_unreached(gradient, judgement) or judgement.message,
        diagnosis=judgement.diagnosis,
    )


def _place(report: GradientReport) -> int:
    return report.line or 0


def _of_helper(name: str, judgement: Judgement, found: WrongHelper | None) -> GradientReport:
    """For a helper line that is wrong; the one that was `found` by value has numbers and a place."""
    helper = found if found is not None and found.name == name else None
    lines = judgement.line.lines if judgement.line is not None else ()
    return GradientReport(
        name=name if helper is None else helper.line.text,
        tensor=None,
        line=lines[-1],
        lines=lines,
        accused_lines=accused_lines_of(judgement) or lines,
        verdict=judgement.verdict,
        exact=False,
        approximate=False,
        maxdiff=None if helper is None else helper.maxdiff,
        relative_error=None,
        shape=None if helper is None else helper.shape,
        expected_shape=None if helper is None else helper.expected_shape,
        worst_index=None,
        line_verdict=judgement.verdict,
        line_maxdiff=None if helper is None else helper.maxdiff,
        line_dtype=judgement.line.dtype if judgement.line is not None else None,
        message=judgement.message,
        diagnosis=judgement.diagnosis,
        of=None if helper is None else helper.of,
    )


def _unreached(gradient: Gradient, judgement: Judgement) -> str:
    unreached = gradient.value is MISSING and judgement.verdict is Verdict.NOT_WRITTEN
    return "its line did not run" if unreached else ""


def _of_function(function: WrongFunction) -> GradientReport:
    """For a Function whose backward is wrong: it is no gradient of one tensor."""
    message = f"the backward of {function.name} is wrong: {function.message}"
    return GradientReport(
        name=f"{function.name}.backward",
        tensor=None,
        line=function.line,
        lines=function.lines,
        accused_lines=(function.line,),
        verdict=Verdict.WRONG_HERE,
        exact=False,
        approximate=False,
        maxdiff=None,
        relative_error=None,
        shape=None,
        expected_shape=None,
        worst_index=None,
        line_verdict=Verdict.WRONG_HERE,
        message=message,
        diagnosis=Diagnosis("wrong_function", message, function.message),
    )


def _missing(record: Iteration, name: str, tensor: str) -> GradientReport:
    reference = record.references.gradients.get(tensor)
    return GradientReport(
        name=name,
        tensor=tensor,
        line=None,
        lines=(),
        verdict=Verdict.NOT_WRITTEN,
        exact=False,
        approximate=False,
        maxdiff=None,
        relative_error=None,
        shape=None,
        expected_shape=None if reference is None else tuple(reference.shape),
        worst_index=None,
        message="not written yet",
    )
