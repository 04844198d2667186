"""The most likely reason why a line is wrong: the first edit of it that makes it right."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from ...execution.iteration import Iteration
from ...execution.session import Session
from ...execution.steps import MISSING
from ...rules.derivation.derive import Derivation, Derived, derive
from ...verdict import Verdict
from ..linecheck.attempt import attempt_of
from ..linecheck.outcome import LineCheck, LineJudgement
from .candidates.factors import (
    any_upstream,
    extra_factors,
    measured_factors,
    missing_factors,
    missing_upstream,
)
from .candidates.grafts import (
    constants_written,
    grafts,
    missing_parts,
    other_gradients,
    zeros_and_ones,
)
from .candidates.names import near_upstreams, other_upstreams, tensors
from .candidates.nonfinite import number_for_nan
from .candidates.order import Reorder, reorders, run_whole
from .candidates.powers import any_power, exponents
from .candidates.products import products
from .candidates.scalars import mean_factors, measured_constants, other_sizes, scalings, unnamed_constants
from .candidates.signs import measured_signs, signs
from .candidates.sums import means, sums
from .candidates.terms import extra_terms, missing_gradients, missing_terms, no_path, only_path, paths
from .candidates.writes import assignments, changes, no_effect, repeated_indices
from .case import Case, written
from .diagnosis import Diagnosis, Place, applied
from .edit import Edit
from .trial import Bench, Trial

_LONGEST = 1.0
"""Seconds after which no further edit of one gradient's lines is tried."""


def diagnose(
    session: Session,
    iteration: Iteration,
    line_check: LineCheck,
    names: Sequence[str] | None = None,
    derivation: Derivation | None = None,
) -> dict[str, Diagnosis]:
    """A diagnosis for every accused gradient, or for those among `names`.

    The session is afterwards as it was. `derivation` is that of the same iteration, where it is known.
    """
    wanted = [
        one
        for one in line_check.judgements.values()
        if one.verdict.accuses
        and not one.reused
        and (names is None or one.name in names)
        and not _cut_short(session, iteration, one.name)
    ]
    if not wanted:
        return {}
    if derivation is None:
        derivation = derive(session, iteration)
    dtype = torch.float64 if line_check.dtype == "float64" else None
    reused = {one.name: one.lines for one in line_check.judgements.values() if one.reused}
    bench = Bench(attempt_of(session, iteration, dtype, {}), reused)
    with bench.open() as world:
        bench.prepare(world)
        return {one.name: _diagnosis(bench, one, derivation.gradients.get(one.name[1:])) for one in wanted}


def _cut_short(session: Session, iteration: Iteration, name: str) -> bool:
    """Whether a loop that builds the gradient raised: there is nothing to explain but that."""
    failure, section = iteration.failure, session.program.section("backward")
    if failure is None or failure.section != "backward" or section is None:
        return False
    raised = {one.top for one in section.statements if failure.line in range(one.line, one.end_line + 1)}
    return any(one.top in raised and name in one.writes for one in section.statements)


def _diagnosis(bench: Bench, judgement: LineJudgement, derived: Derived | None) -> Diagnosis:
    suggestion = "\n".join(derived.lines) if derived is not None else ""
    trial = Trial(bench, judgement)
    if judgement.verdict is Verdict.WRONG_HERE and trial.tensor in bench.unused:
        return Diagnosis("no_path", no_path(bench.session.program, trial.tensor), "", suggestion)
    if said := number_for_nan(trial):
        return Diagnosis("not_finite", said, "", suggestion)
    for one in reorders(trial):
        if trial.agrees(run_whole(trial, one.tops, [])):
            return _of_order(one, suggestion)
    case = Case(trial, derived)
    edit = _found(case)
    if edit is None:
        message = f"no simple explanation found ({_range(trial)})"
        return Diagnosis("unexplained", message, "", suggestion)
    message = edit.say()
    with edit.made() as statements:
        text = "\n".join(map(written, statements))
    return Diagnosis(edit.kind, message, _evidence(edit, text), suggestion, text, _place(edit))


def _of_order(one: Reorder, suggestion: str) -> Diagnosis:
    start, end = one.first.node, one.last.node
    assert end.end_lineno is not None
    assert end.end_col_offset is not None
    place = Place(start.lineno, start.col_offset, end.end_lineno, end.end_col_offset)
    evidence = "in another order, or with a copy, the line is right as it stands"
    return Diagnosis(one.kind, one.message, evidence, suggestion, one.text, place)


def _evidence(edit: Edit, text: str) -> str:
    return f"line {edit.line.statement.line} as {text!r} is right, whatever comes from upstream"


def _place(edit: Edit) -> Place:
    node = edit.line.statement.node
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Place(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


Candidates = Callable[[Case], Iterator[Edit]]

_TRIED: tuple[Candidates, ...] = (
    measured_signs,
    means,
    mean_factors,
    measured_constants,
    zeros_and_ones,
    exponents,
    products,
    assignments,
    repeated_indices,
    extra_factors,
    extra_terms,
    scalings,
    paths,
    near_upstreams,
    missing_upstream,
    constants_written,
    sums,
    measured_factors,
    tensors,
    missing_terms,
    only_path,
    other_upstreams,
    missing_gradients,
    any_upstream,
    missing_factors,
    any_power,
    signs,
    other_sizes,
    other_gradients,
    grafts,
    missing_parts,
    unnamed_constants,
)
"""From the specific to the general."""


def _found(case: Case) -> Edit | None:
    if case.trial.agrees(case.trial.value):
        return None  # right by itself: any edit that changes nothing would seem to help
    end = time.monotonic() + _LONGEST
    for edit in _candidates(case):
        if case.trial.holds(edit) and case.trial.holds_elsewhere(edit):
            return edit
        if time.monotonic() > end:
            return None
    return None


def _candidates(case: Case) -> Iterator[Edit]:
    misshapen = case.trial.judgement.verdict.misfits
    yield from no_effect(case)
    yield from changes(case)
    if misshapen:
        yield from sums(case)
    if not case.trial.reads:
        yield from missing_upstream(case)
    for candidates in _TRIED:
        if not misshapen or candidates is not sums:
            yield from candidates(case)


def _range(trial: Trial) -> str:
    value, expected = trial.value, trial.expected
    if trial.agrees(value):
        return "at random upstream gradients the line is right"
    if value is MISSING or not isinstance(value, Tensor):
        return "the line gives no tensor"
    if value.shape != expected.shape:
        return f"the line's shape is {list(value.shape)}, it should be {list(expected.shape)}"
    ratio = (value / expected).flatten()
    ratio = ratio[ratio.isfinite()]
    if not ratio.numel():
        return "the line's value has no finite ratio to what it should be"
    least, most = _short(ratio.min()), _short(ratio.max())
    times = f"about {least}" if least == most else f"{least} to {most}"
    return f"the line's value is {times} times what it should be"


def _short(number: Tensor) -> str:
    return f"{float(number):.2g}"


__all__ = ["Diagnosis", "Place", "applied", "diagnose"]
