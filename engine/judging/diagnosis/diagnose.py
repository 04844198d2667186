"""What is wrong with accused lines, and the edit of them that is right."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch

from ...execution.gradients.gradient import Gradient
from ...execution.iteration import Iteration
from ...execution.session import Session
from ...rules.derivation.derive import Derivation, derive
from ...tensors.inert import is_tensor
from ...tensors.kinds import unreadable
from ...verdict import Verdict
from ..linecheck.lines.helper_places import WrongHelper
from ..linecheck.lines.outcome import LineCheck, LineJudgement
from ..linecheck.passes.arriving_zeros import arriving_somewhere
from ..linecheck.passes.attempt import Attempt, attempt_of
from .bench import prepared
from .candidates.masks import chooses_at_ties
from .candidates.nonfinite import number_for_nan
from .candidates.order import Reorder, reorders
from .candidates.swapped import swapped
from .candidates.terms import no_path
from .case import Case, case_of
from .diagnosis import Diagnosis, place_of
from .distance import how_far_off
from .edit import Edit
from .helper_blame import moved_to
from .helper_trial import helper_on_trial
from .lost_uses import lost_use, lost_use_of
from .named_numbers import is_steady, times_off, too_large
from .on_purpose import ascent, on_purpose
from .search import MOST_ENTRIES, explanation
from .shared_lines import shared_edits
from .suggestion import derived_suggestion, with_suggestion
from .trial import Trial, on_trial
from .whole_section import run_whole
from .wording import written


def diagnose(
    session: Session, iteration: Iteration, line_check: LineCheck, derivation: Derivation | None = None
) -> dict[str, Diagnosis]:
    """A diagnosis for every accused gradient, by its name.

    The session is afterwards as it was. `derivation` is that of the same iteration, where it is known.
    """
    judgements = line_check.judgements
    accused = [
        judgement
        for judgement in judgements.values()
        if judgement.verdict.accuses and not _cut_short(session, iteration, judgement.name)
    ]
    if not accused or any(map(_has_no_numbers, iteration.gradients.values())):
        return {}
    dtype = torch.float64 if line_check.dtype == "float64" else None
    mended = tuple(session.namespace[function.name] for function in line_check.functions)
    apart = line_check.apart | line_check.misnamed
    attempt = attempt_of(session, iteration, dtype, {}, mended, apart, scales=line_check.scales)
    several = line_check.several
    helper, named = line_check.helper, [judgement for judgement in accused if not judgement.of]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lines that are tried may do anything
        derived = derivation or derive(session, iteration)
        right = [one for one in judgements.values() if one.verdict is Verdict.RIGHT]
        found = dict[str, Diagnosis]()
        for silent, some in _by_silence(line_check, named):
            quiet = replace(attempt, silent=silent)
            found |= _of_gradients(quiet, some, right, several, derived)
            found |= _where_zeros_arrive(quiet, some, right, several, derived, found)
        if helper is not None and helper.certain:
            found[helper.name] = _of_helper(attempt, judgements[helper.name], helper, several, derived)
        elif helper is not None:
            found |= moved_to(helper, found, session.program)
    roots = frozenset(name for name, one in judgements.items() if not one.upstreams)
    found |= ascent(session.program, found, roots, session.parameters)
    told = {**judgements, **{name: one.helper for name, one in found.items() if one.helper is not None}}
    return {name: with_suggestion(session.program, told[name], one) for name, one in found.items()}


def _has_no_numbers(gradient: Gradient) -> bool:
    """Whether a gradient is a tensor that cannot be read; one that was freed ends whoever tries."""
    return is_tensor(gradient.value) and unreadable(gradient.value) is not None


def _by_silence(
    line_check: LineCheck, accused: Sequence[LineJudgement]
) -> Iterator[tuple[frozenset[str], Sequence[LineJudgement]]]:
    """The accused gradients, those together for which the same ones are zero."""
    silence = {one.name: line_check.silent.get(one.name, frozenset()) for one in accused}
    for silent in dict.fromkeys(silence.values()):
        yield silent, [one for one in accused if silence[one.name] == silent]


_Lines = Mapping[str, tuple[int, ...]]


def _of_gradients(
    attempt: Attempt,
    accused: Sequence[LineJudgement],
    right: Sequence[LineJudgement],
    several: _Lines,
    derived: Derivation,
) -> dict[str, Diagnosis]:
    with attempt.open() as world:
        bench = replace(prepared(attempt, several, world), right=right)
        trials = [on_trial(bench, judgement) for judgement in accused]
        exchanged = {name: _of_edit(edit) for name, edit in swapped(trials)}
        found = {trial.name: _diagnosis(trial, derived, exchanged.get(trial.name)) for trial in trials}
        shared = [*shared_edits([one for one in trials if one.name not in exchanged], derived, found)]
    for one in shared:
        found = {name: reason for name, reason in found.items() if name not in one.spoiled}
        found[one.line.name] = one.blaming(_of_edit(one.edit, _WHEREVER))
    return found


def _where_zeros_arrive(
    attempt: Attempt,
    accused: Sequence[LineJudgement],
    right: Sequence[LineJudgement],
    several: _Lines,
    derived: Derivation,
    found: Mapping[str, Diagnosis],
) -> dict[str, Diagnosis]:
    """What explains the others that lean on zeros in what they read, as well, as behind a mask."""
    left = [one for one in accused if one.name in found and found[one.name].kind == "unexplained"]
    some = {attempt.reading.gradient_of(name) for name in arriving_somewhere(attempt)} if left else set()
    left = [one for one in left if some.intersection(one.upstreams)]
    if not left:
        return {}
    more = _of_gradients(replace(attempt, sparse=True), left, right, several, derived)
    return {name: one for name, one in more.items() if one.kind != "unexplained"}


def _of_helper(
    attempt: Attempt, judgement: LineJudgement, helper: WrongHelper, several: _Lines, derived: Derivation
) -> Diagnosis:
    tops = attempt.session.facts.handwritten.tops
    if not any(helper.line.statement in top.inside for top in tops):
        return _by_number(helper)
    with attempt.open() as world:
        trial = helper_on_trial(judgement, helper, several, attempt, world)
        lost = lost_use(attempt, trial, helper)
        made = sorted(map(attempt.reading.tensor_of.__getitem__, helper.spoiled))
        case = case_of(trial, derived.gradients, made)
        edit = explanation(case)
        if edit is not None:
            return _as_a_factor(case, _of_edit(edit, _WHEREVER))
    return lost or _by_ratio(case) or Diagnosis("unexplained", _UNEXPLAINED)


def _by_number(helper: WrongHelper) -> Diagnosis:
    """Where the line stands among those of the loss, and is not run without them."""
    if helper.ratio is None:
        return Diagnosis("unexplained", _UNEXPLAINED)
    kind = "sign_flipped" if math.isclose(helper.ratio, -1) else "constant_factor"
    return Diagnosis(kind, "sign flipped" if kind == "sign_flipped" else times_off(helper.ratio))


def _cut_short(session: Session, iteration: Iteration, name: str) -> bool:
    """Whether a loop that builds the gradient raised: there is nothing to explain but that."""
    failure, section = iteration.failure, session.program.section("backward")
    if failure is None or failure.section != "backward" or section is None:
        return False
    raised = {s.top for s in section.statements if failure.line in range(s.line, s.end_line + 1)}
    return any(s.top in raised and name in s.writes for s in section.statements)


def _diagnosis(trial: Trial, derivation: Derivation, known: Diagnosis | None) -> Diagnosis:
    if trial.stands.most > MOST_ENTRIES:
        return Diagnosis("unexplained", _UNEXPLAINED)
    case = case_of(trial, derivation.gradients)
    diagnosis = known or on_purpose(case) or _beyond_edits(trial) or _reordered(trial) or _edited(case)
    return diagnosis if diagnosis.edit else derived_suggestion(trial, derivation.gradients, diagnosis)


def _beyond_edits(trial: Trial) -> Diagnosis | None:
    """Where no edit of the lines helps: the loss does not depend on the tensor, or autograd has no number."""
    if trial.judgement.verdict is Verdict.WRONG_HERE and trial.tensor in trial.bench.unused:
        return Diagnosis("no_path", no_path(trial.bench.program, trial.tensor))
    message = number_for_nan(trial)
    return Diagnosis("not_finite", message) if message else None


def _reordered(trial: Trial) -> Diagnosis | None:
    """Where the lines are right, and stand in a wrong place."""
    setting = trial.stands.setting
    for reorder in reorders(trial):
        if setting.agrees(run_whole(trial, reorder.tops).value):
            return _of_order(reorder)
    return None


def _of_order(reorder: Reorder) -> Diagnosis:
    place = place_of(reorder.first.node, reorder.last.node)
    evidence = "in another order, or with a copy, the line is right as it stands"
    return Diagnosis(reorder.kind, reorder.message, evidence, edit=reorder.text, place=place, blames=False)


def _edited(case: Case) -> Diagnosis:
    """Where another line in place of one would be right."""
    if case.trial.judgement.no_choice:
        edit = explanation(case, fits=chooses_at_ties)
        return _of_edit(edit) if edit else Diagnosis("no_subgradient", "right but at a kink or tie")
    edit = explanation(case)
    if edit is None:
        return lost_use_of(case.trial.bench.attempt, case.name) or _unexplained(case)
    if edit.new is case.derived_statements and _is_unrolled(case):
        return Diagnosis(edit.kind, edit.message)  # as many lines as there are passes: true at this size only
    whenever = _ARRIVING if case.trial.bench.attempt.sparse else _WHATEVER
    return _as_a_factor(case, replace(_of_edit(edit, whenever), blames=not _may_be_in_another(case, edit)))


def _as_a_factor(case: Case, diagnosis: Diagnosis) -> Diagnosis:
    """The same edit in plainer words where the whole is off by one number."""
    if case.ratio in (None, 1, -1) or diagnosis.kind not in _LESS_THAN_A_FACTOR or not is_steady(case):
        return diagnosis
    return replace(diagnosis, kind="constant_factor", message=too_large(case))


_LESS_THAN_A_FACTOR = ("term_missing", "wrong_part")
"""Where the whole is a constant factor off, that is told and not what else would come to it."""


def _unexplained(case: Case) -> Diagnosis:
    """Where no edit was found: the one factor by which the lines are off, or how far they are."""
    if (by_ratio := _by_ratio(case)) is not None:
        return by_ratio
    more = how_far_off(case.trial)
    return Diagnosis("unexplained", f"{_UNEXPLAINED} ({more})" if more else _UNEXPLAINED)


def _by_ratio(case: Case) -> Diagnosis | None:
    """By which factor the lines are off, where it is one."""
    if case.ratio == -1:
        return Diagnosis("sign_flipped", "sign flipped")
    if case.ratio is None or math.isclose(case.ratio, 1, rel_tol=1e-3) or not is_steady(case):
        return None
    return Diagnosis("constant_factor", too_large(case))


def _is_unrolled(case: Case) -> bool:
    """Whether the derived lines have one for each pass of a loop of the forward."""
    blocks = {statement.line for statement in case.forward if not statement.always}
    return case.derived is not None and any(one.line in blocks for one in case.derived.contributions)


def _may_be_in_another(case: Case, edit: Edit) -> bool:
    """Whether a number would put another of the gradient's lines right as well, as of parallel terms."""
    if sum(line.own for line in case.trial.lines) < 2:
        return False
    return any(one.factor is not None and one.line.own for one in case.probes if one.line is not edit.line)


_WHATEVER = "right, whatever comes from upstream"
_ARRIVING = "right at the upstream gradients that can arrive here"


def _of_edit(edit: Edit, right: str = _WHATEVER) -> Diagnosis:
    text = "\n".join(map(written, edit.statements))
    statement = edit.line.statement
    evidence = f"line {statement.line} as {text!r} is {right}"
    diagnosis = Diagnosis(edit.kind, edit.message, evidence, edit=text, place=place_of(statement.node))
    if edit.spot is None or not isinstance(edit.spot.node, ast.Name) or not isinstance(edit.new, ast.expr):
        return diagnosis
    return replace(diagnosis, replaced=edit.spot.node.id, by=written(edit.new))


_WHEREVER = "right wherever the program reads it"
_UNEXPLAINED = "no simple explanation found"
