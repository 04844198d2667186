"""Conventions beside a slip: how many times the gradient each one is meant to be.

A program may keep a constant factor for later: `dz = a - y` and `dw = x.T @ dz / m`. Every line then makes
of the multiples that it reads a multiple of its own gradient, and the gradients of the parameters are no
multiples. Where lines are wrong, the multiples are those with which the fewest lines are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from math import isclose
from typing import NamedTuple

from torch import Tensor

from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import agreement
from ....verdict import Verdict
from ..lines.dependence import read_through
from ..lines.helper_lines import helper_lines
from .attempt import Attempt
from .blame import Results
from .isolated_lines import own_cuts_of
from .moved_worlds import worlds_of
from .quick_pass import QuickPass, quick_pass

_MORE = 2
"""So many lines are taken to be wrong beside those whose value is no multiple of what is due."""
_SEVERAL = 3
"""A number from here on that is a size tells of a convention by itself."""
_FINE = (Verdict.RIGHT, Verdict.NOT_EXERCISED)


class _Line(NamedTuple):
    """What one gradient's lines make of those that they read."""

    name: str
    factor: float | None
    """How many times what is due they give; None where it is no multiple."""
    reads: tuple[str, ...]


class _Solution(NamedTuple):
    """How many times the gradient each one is, and the lines that are wrong then."""

    scales: Mapping[str, float]
    wrong: frozenset[str]

    @property
    def scaled(self) -> dict[str, float]:
        """Those that are no plain gradients."""
        return {name: one for name, one in self.scales.items() if not _is_one(one)}


def scales_for(quick: QuickPass, results: Results) -> Mapping[str, float]:
    """By gradient, how many times the gradient it is; nothing where no convention leaves fewer wrong.

    Only where a line is wrong in the one that is known, and others are or are excused by one.
    """
    beside = [name for name, one in results.agreements.items() if one.verdict is Verdict.SCALED]
    if not results.wrong or len({*results.wrong, *beside}) < 2:
        return {}
    lines = _lines(quick, results)
    parameters = frozenset(map(quick.attempt.reading.gradient_of, quick.attempt.session.parameters))
    plain = {line.name for line in lines if line.factor is None or not _is_one(line.factor)}
    best, score = None, (len(plain), 0, 0, 0)
    unchanged = {line.name for line in lines if line.factor is not None and _is_one(line.factor)}
    for wrong in _choices(lines, len(plain)):
        scales = _solved(lines, parameters, wrong)
        if scales is None:
            continue
        solution = _Solution(scales, wrong)
        if not _is_founded(quick, lines, solution):
            continue
        values = {f"{one:.6g}" for one in solution.scaled.values()}
        passing = wrong & unchanged - parameters
        found = (len(wrong), len(values), len(passing), len(solution.scaled))
        if solution.scaled and (found < score if best else found[0] < score[0]):
            best, score = solution, found
    return {} if best is None else _together(quick.attempt.scales, best.scaled)


def _together(known: Mapping[str, float], more: Mapping[str, float]) -> dict[str, float]:
    """How many times gradients are that are multiples of what is known already."""
    scales = {name: known.get(name, 1.0) * more.get(name, 1.0) for name in {*known, *more}}
    return {name: one for name, one in scales.items() if not _is_one(one)}


def scales_in(attempt: Attempt) -> Mapping[str, float]:
    """The same for a program in which nothing has been judged."""
    quick = quick_pass(attempt)
    return scales_for(quick, Results(quick.agreements, attempt.reading.static))


def _lines(quick: QuickPass, results: Results) -> list[_Line]:
    attempt = quick.attempt
    reading, names = attempt.reading, [name for name in results.agreements if name in quick.agreements]
    own = own_cuts_of(quick, names)
    found: list[_Line] = []
    with attempt.open() as world:
        graph = attempt.forward(world)
        for name in names:
            cuts = {one: quick.cuts[one] for one in own[name].cuts}
            due = graph.arrivals(cuts)[reading.tensor_of[name]]
            value = quick.outcome.values.get(name)
            verdict = results.agreements[name].verdict
            factor = 1.0 if verdict in _FINE else factor_between(value, due)
            # a sum of multiples and others may be right in another convention
            if factor is not None or verdict is not Verdict.LEANING:
                found.append(_Line(name, factor, tuple(sorted(map(reading.gradient_of, cuts)))))
    return found


def factor_between(value: object, due: Tensor) -> float | None:
    """What a value is times another, where that is one number above zero."""
    if not is_tensor(value) or value.shape != due.shape or not due.any():
        return None
    reals, right = as_reals(value.detach()).double(), as_reals(due).double()
    factor = float((reals * right).sum() / (right * right).sum())
    if not 0 < factor < float("inf") or agreement(value / factor, due).verdict is not Verdict.RIGHT:
        return None
    return float(round(factor)) if isclose(factor, round(factor), rel_tol=1e-9) else factor


def _choices(lines: Sequence[_Line], most: int) -> Iterator[frozenset[str]]:
    """Sets of lines that may be wrong, fewer than `most`."""
    unknown = frozenset(line.name for line in lines if line.factor is None)
    others = [line.name for line in lines if line.factor is not None]
    for count in range(min(_MORE + 1, most - len(unknown))):
        for more in combinations(others, count):
            yield unknown.union(more)


def _solved(
    lines: Sequence[_Line], plain: Collection[str], wrong: Collection[str]
) -> dict[str, float] | None:
    """How many times the gradient each has to be for all other lines to be right; None where none can be."""
    scales = dict.fromkeys(plain, 1.0)
    left = [line for line in lines if line.name not in wrong]
    while left:
        line = next((one for one in left if not one.reads or {one.name, *one.reads} & scales.keys()), None)
        if line is None:
            scales[left[0].reads[0]] = 1.0
            continue
        left.remove(line)
        factor = line.factor or 1.0
        known = [scales[one] for one in line.reads if one in scales]
        own = factor * known[0] if known else factor if not line.reads else scales[line.name]
        for name, due in ((line.name, own), *((one, own / factor) for one in line.reads)):
            if not isclose(scales.setdefault(name, due), due, rel_tol=1e-6):
                return None
    return scales


def _is_founded(quick: QuickPass, lines: Sequence[_Line], solution: _Solution) -> bool:
    return all(_may_be_wrong(quick, lines, solution, line) for line in lines if line.name in solution.wrong)


def _may_be_wrong(quick: QuickPass, lines: Sequence[_Line], solution: _Solution, line: _Line) -> bool:
    """Whether something tells how many times the gradient it is due.

    That is another line that reads it and one more, or that its own would keep what it reads as it is. By
    itself a reader tells it where the number is a size. What is right without a convention is wrong in one
    only if it reads multiples.
    """
    scale = solution.scales.get(line.name, 1.0)
    reads = [solution.scales.get(one, 1.0) for one in line.reads]
    if line.factor is not None and _is_one(line.factor) and (not reads or any(map(_is_one, reads))):
        return False
    readers = [one for one in lines if line.name in one.reads and one.name not in solution.wrong]
    if _is_one(scale) or len(readers) > 1 or any(_is_one(one / scale) for one in reads):
        return True
    due = quick.arrived[quick.attempt.reading.tensor_of[line.name]]
    return scale >= _SEVERAL and scale in {*due.shape, due.numel()}


def _is_one(scale: float) -> bool:
    return isclose(scale, 1.0, rel_tol=1e-6)


def told_as_scaled(quick: QuickPass, results: Results) -> Results:
    """The results in a convention: which lines put a factor off, and which make up for it."""
    attempt = quick.attempt
    fine = [name for name, one in results.agreements.items() if one.verdict in _FINE and not one.message]
    changing = [name for name in fine if _changes(attempt, results, name)]
    worlds = worlds_of(quick)
    wrong = [n for n in changing if not all(world.agrees(n, world.given_right) for world in worlds)]
    results = results.told(dict.fromkeys(wrong, ""), Verdict.WRONG_HERE)
    for name in set(changing).difference(wrong):
        scale = attempt.scale(name)
        if _is_one(scale):
            read = next(one for one in results.upstreams[name] if not _is_one(attempt.scale(one)))
            words = f"reads {read}, which is scaled by convention, and makes up for it"
            results = results.told({name: words}, Verdict.LEANING)
        else:
            scaled = f"it is {scale:.6g} times the gradient, by convention"
            told = results.agreements[name]._replace(verdict=Verdict.SCALED, message=scaled, factor=scale)
            results = results.with_agreements({name: told})
    return results


def _changes(attempt: Attempt, results: Results, name: str) -> bool:
    """Whether a line makes another multiple of the multiples that it reads."""
    read = [attempt.scale(one) for one in results.upstreams.get(name, ())] or [1.0]
    return not all(_is_one(attempt.scale(name) / one) for one in read)


def is_kept_to(attempt: Attempt, results: Results) -> bool:
    """Whether of every multiple some line that is right makes another."""
    made_up = {
        f"{attempt.scale(read):.6g}"
        for name, one in results.agreements.items()
        if one.verdict is Verdict.LEANING or one.verdict is Verdict.SCALED
        for read in results.upstreams.get(name, ())
        if not _is_one(attempt.scale(name) / attempt.scale(read))
    }
    left = {name: one for name, one in attempt.scales.items() if f"{one:.6g}" not in made_up}
    return all(_is_made_like(attempt, results, name) for name in left)


def _is_made_like(attempt: Attempt, results: Results, name: str) -> bool:
    """Whether right lines of a parameter's gradient read a helper variable that it is made from.

    They make up for what both are made from, a size.
    """
    names, facts = frozenset(attempt.reading.names), attempt.session.facts
    helpers = {line.root for line in helper_lines(facts, names)}
    through = read_through(facts, names)
    own = helpers & through[name]
    parameters = map(attempt.reading.gradient_of, attempt.session.parameters)
    right = [n for n in parameters if n in results.agreements and results.agreements[n].verdict in _FINE]
    due = attempt.iteration.references.gradients.get(attempt.reading.tensor_of[name])
    is_size = due is not None and attempt.scale(name) in {*due.shape, due.numel()}
    return is_size and any(own & through[one] for one in right)
