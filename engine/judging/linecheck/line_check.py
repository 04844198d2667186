"""The line check: a quick pass for all lines, a second look at suspects, a last one off the kinks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor
from torch.autograd import Function

from ...execution.heaviness import precisions, too_short
from ...execution.iteration import Iteration
from ...execution.raised import in_short
from ...execution.replay.double_setup import constants_in_double
from ...execution.session import Session
from ...tensors.comparison import name_of
from ...verdict import Verdict
from .deliberate import Judge, around_marks, as_marked
from .handed_on import handed_on
from .helpers.namesakes import namesakes, told_of
from .helpers.unpaired_helpers import blamed_by_value
from .helpers.wrong_writes import narrowed
from .idle_masks import idle_masks
from .interactions import judged_together, unexplained
from .line_judgement import judgement_of, judgement_of_helper, unknown
from .lines.helper_places import WrongHelper
from .lines.name_versions import other_versions
from .lines.outcome import LineCheck, LineJudgement
from .lines.reused_names import clips_of, settled, turning_points
from .misnamed import can_be_none, confirmed, misnamed, told_of_misnamed
from .passes.attempt import Attempt, attempt_of
from .passes.blame import Results, blamed
from .passes.isolated_lines import second_look
from .passes.linearity import LIMITED, limited
from .passes.moved_worlds import tried_in_worlds
from .passes.quick_pass import QuickPass, quick_pass
from .passes.repetition import UNREPEATED, is_in_doubt, repeats
from .passes.scales import is_kept_to, scales_for, told_as_scaled
from .passes.third_opinion import heard
from .passes.zero_one_parameters import right_only_here
from .wrong_functions import wrong_functions


def check_lines(session: Session, iteration: Iteration) -> LineCheck:
    """Judge every handwritten gradient of an iteration on its own.

    In float64 where the program allows it, else in its own precision. Runs the program again in a copy
    of what the iteration began with; the session is afterwards as it was. Where memory is too short for that,
    nothing is run.
    """
    if iteration.loss is None:
        return LineCheck(iteration.number, problem="the forward did not finish")
    tried = precisions(iteration)
    if not tried:
        return LineCheck(iteration.number, problem=too_short(iteration))
    try:
        others = _misnamed(session, iteration)
    except Exception as error:
        return LineCheck(iteration.number, problem=in_short(error))
    problem = ""
    for dtype in tried:
        try:
            line_check = _in_precision(session, iteration, dtype, {}, others)
            if dtype is None and line_check.complete and torch.float64 in tried:
                line_check = _once_more_in_double(session, iteration, line_check)
            return _of_the_record(session, iteration, line_check)
        except Exception as error:
            problem = in_short(error)
    return LineCheck(iteration.number, problem=problem)


def _once_more_in_double(session: Session, iteration: Iteration, line_check: LineCheck) -> LineCheck:
    """The same in float64, where lines raised there only as a gradient was replaced too late."""
    with suppress(Exception):
        return _in_precision(session, iteration, torch.float64, line_check.complete, line_check.misnamed)
    return line_check


def _misnamed(session: Session, iteration: Iteration) -> frozenset[str]:
    """The names that hold what can be no gradient, and that no line reads as one."""
    names = can_be_none(session, iteration)
    if not names:
        return names
    given = _judged(session, iteration, None, {}, mended=())
    others = misnamed(session, iteration, names, given)
    if not others:
        return others
    return confirmed(
        session, iteration, others, _judged(session, iteration, None, {}, mended=(), others=others)
    )


def _of_the_record(session: Session, iteration: Iteration, line_check: LineCheck) -> LineCheck:
    """The line check, unless what it would accuse or excuse is not what the iteration did."""
    if not is_in_doubt(iteration, line_check) or repeats(session, iteration):
        return line_check
    return LineCheck(iteration.number, problem=UNREPEATED)


def _in_precision(
    session: Session,
    iteration: Iteration,
    dtype: torch.dtype | None,
    start: Mapping[str, int],
    others: frozenset[str],
) -> LineCheck:
    wrong = wrong_functions(session, iteration, dtype)
    mended = tuple(session.namespace[one.name] for one in wrong)
    judge: Judge = partial(_judged, session, iteration, dtype, mended=mended, others=others)
    first = judge(start)
    slight = any(one.slight for one in first.judgements.values())
    constants = constants_in_double(session) if slight else {}
    if slight:
        wide = partial(judge, constants=constants or {})
        second = wide(start)
        if len(second.accused) < len(first.accused):
            judge, first = wide, second
    turns = turning_points(session, iteration, first)
    complete = start or settled(first, turns, clips_of(iteration, first), judge)
    if complete or first.doubtful:
        first = _by_value(*_in_convention(partial(judge, complete, in_worlds=True)))
        if masks := idle_masks(iteration, first):
            second = judge({**complete, **masks}, in_worlds=True)
            if second.helper is not None and second.helper.certain and second.told <= first.told:
                first, complete = second, {**complete, **masks}
    if constants is None:
        first = _slight_in_own_precision(judge, first)
    first, complete = around_marks(session.facts, iteration, judge, first, complete)
    judgements = {**told_of_misnamed(session, iteration, others), **first.judgements}
    return replace(first, judgements=judgements, functions=wrong, complete=complete, misnamed=others)


def _in_convention(judge: Judge) -> tuple[Judge, LineCheck]:
    """The line check in the convention that leaves the fewest lines wrong, and what judges in it."""
    first = judge()
    for _ in range(_ROUNDS):
        if not first.proposed:
            break
        other = partial(judge, scales=first.proposed)
        second = other()
        if not second.kept_to or not (second.accused <= first.accused or _blames_fewer(second, first)):
            break
        judge, first = other, second
    return judge, first


def _blames_fewer(one: LineCheck, other: LineCheck) -> bool:
    return len(one.accused) < len(other.accused)


_ROUNDS = 2
"""So many conventions are tried, each as the one before has it or with more in it."""


def _by_value(judge: Judge, first: LineCheck) -> LineCheck:
    """The line check, names that may stand for something else set apart where that accuses no other lines."""
    # what a helper line has the blame for needs no other name
    apart = frozenset(n for n in first.namesakes if first.judgements[n].verdict is not Verdict.RIGHT)
    if not apart:
        return first
    second = judge(apart=apart)
    if second.namesakes < apart:
        second = judge(apart=second.namesakes) if second.namesakes else first
    gain = len(first.accused) - len(second.accused)
    found = second.helper is not None and second.helper.certain
    return second if gain > 0 or second.accused <= first.accused or (gain == 0 and found) else first


def _slight_in_own_precision(judge: Judge, line_check: LineCheck) -> LineCheck:
    """Where setup does not run in double: what may be its rounding is judged in the program's own."""
    own = judge({}, in_own_precision=True).judgements
    slight = [name for name, one in line_check.judgements.items() if one.slight and name in own]
    right = {name: own[name] for name in slight if own[name].verdict is Verdict.RIGHT}
    return replace(line_check, judgements={**line_check.judgements, **right})


def _judged(
    session: Session,
    iteration: Iteration,
    dtype: torch.dtype | None,
    complete: Mapping[str, int],
    *,
    mended: tuple[type[Function], ...],
    constants: Mapping[str, Tensor] | None = None,
    apart: frozenset[str] = frozenset(),
    scales: Mapping[str, float] | None = None,
    others: frozenset[str] = frozenset(),
    silent: frozenset[str] = frozenset(),
    in_worlds: bool = False,
    in_own_precision: bool = False,
) -> LineCheck:
    precision = None if in_own_precision else dtype
    attempt = attempt_of(
        session, iteration, precision, complete, mended, apart, constants, scales, others, silent
    )
    quick = quick_pass(attempt)
    results, helper, found = _looked_at_twice(quick), None, frozenset[str]()
    proposed: Mapping[str, float] = {}
    if in_worlds:
        results, worlds = tried_in_worlds(quick, heard(quick, results))
        found = namesakes(attempt, results, worlds)
    results = results.with_agreements(right_only_here(quick, results.agreements))
    if attempt.scales:
        results = told_as_scaled(quick, results)
    if in_worlds:
        proposed = scales_for(quick, results)
        results, helper = blamed_by_value(quick, results)
    line_check = _said(quick, blamed(attempt, results), helper, found)
    if not in_worlds:
        return line_check
    narrower = narrowed(attempt, line_check.judgements)
    judgements = {**line_check.judgements, **narrower}
    kept_to = is_kept_to(attempt, results)
    return replace(line_check, judgements=judgements, proposed=proposed, kept_to=kept_to)


def _looked_at_twice(quick: QuickPass) -> Results:
    reading = quick.attempt.reading
    agreements = {name: one for name, one in quick.agreements.items() if name not in reading.copied}
    suspects = [n for n, one in agreements.items() if one.verdict is Verdict.WRONG_HERE or one.faint]
    if suspects:
        agreements |= second_look(quick, suspects)
    right = [n for n, one in agreements.items() if one.verdict is Verdict.RIGHT and not one.kink]
    for name in limited(quick, right):
        agreements[name] = agreements[name]._replace(verdict=Verdict.WRONG_HERE, message=LIMITED)
    return Results(agreements, reading.static)


def _said(quick: QuickPass, results: Results, helper: WrongHelper | None, found: frozenset[str]) -> LineCheck:
    attempt = quick.attempt
    judgements = {name: judgement_of(quick, results, name) for name in attempt.reading.names}
    judgements |= {name: unknown(attempt, name) for name in attempt.reading.ambiguous}
    if attempt.apart:
        told, found = told_of(quick, judgements)
        judgements |= told
    of_helper = None if helper is None else judgement_of_helper(attempt, helper)
    if helper is not None and of_helper is not None and helper.certain:
        judgements[helper.name] = of_helper
    judgements |= handed_on(attempt.session.program, attempt.iteration, judgements)
    if not attempt.silent:
        if odd := unexplained(attempt.iteration, judgements):
            judgements |= judged_together(attempt, odd, judgements)
        judgements = as_marked(attempt.session.facts, judgements)
    number, precision = attempt.iteration.number, _precision(attempt)
    return LineCheck(
        number,
        judgements,
        precision,
        helper=helper,
        of_helper=of_helper,
        apart=attempt.apart,
        scales=attempt.scales,
        namesakes=found,
        several=_several(attempt, judgements),
    )


def _several(attempt: Attempt, judgements: Mapping[str, LineJudgement]) -> dict[str, tuple[int, ...]]:
    """The lines of the gradients whose names stand for something else before or afterwards."""
    names = [name for name in attempt.reading.names if name in judgements]
    others = other_versions(attempt.iteration, names, attempt.complete)
    bound = {name for statement in others for name in statement.binds}
    reused = [name for name, one in judgements.items() if one.reused and name not in bound]
    return {name: judgements[name].lines for name in (*bound, *reused)}


def _precision(attempt: Attempt) -> str:
    return name_of(attempt.dtype or torch.get_default_dtype())
