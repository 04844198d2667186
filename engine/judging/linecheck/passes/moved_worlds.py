"""The last trial before an accusation: the whole program, uncut, where it stands and in moved worlds.

Random upstream gradients are a stronger question than the program asks: a line may lean on what is always
so of those that can arrive, put a factor off until later, or hold one contribution of several. So a suspect
is tried in its own world and in others whose parameters are moved. What is right in all of them is no error,
unless it is not linear in the gradients that it reads, as a vector-Jacobian product is.
Where a gradient is zero in all of them, random upstream gradients are the only test that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ....tensors.differences import finite_max
from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import agreement
from ....verdict import Verdict
from ..lines.dependence import downstream
from ..lines.perturbation import Moved
from ..lines.substitution import kept
from .attempt import Attempt, sizes_of
from .blame import Results
from .isolated_lines import compared_exactly, opened_moved, own_cuts_of
from .leaning import reason_of
from .linearity import not_linear
from .quick_pass import QuickPass

WORLDS = 4
"""So many moved worlds are tried beside the program's own; one where tensors are large."""
BY = 0.2
"""By about this share of itself every entry of a parameter is moved."""
_NOTHING = 1e-10
"""A gradient no larger than this share of the largest one is zero."""
_RIGHT = (Verdict.RIGHT, Verdict.NOT_EXERCISED)


@dataclass(frozen=True, eq=False)
class WorldValues:
    """What one world gives: by gradient, autograd's, the program's own, and its own given right upstreams."""

    true: Mapping[str, Tensor]
    uncut: Mapping[str, Any]
    given_right: Mapping[str, Any]

    def agrees(self, name: str, values: Mapping[str, Any]) -> bool:
        """Whether a value is autograd's gradient here."""
        result = agreement(values.get(name), self.true[name], upstream=sizes_of(self.true.values()))
        return result.verdict in _RIGHT

    def is_zero(self, name: str) -> bool:
        """Whether autograd's gradient is zero in every entry here."""
        return finite_max(self.true[name]) <= _NOTHING * sizes_of(self.true.values())


def tried_in_worlds(quick: QuickPass, results: Results) -> tuple[Results, Sequence[WorldValues]]:
    """The results with those that no world shows to be wrong taken out of the accusation; and the worlds."""
    suspects = [n for n in results.wrong if not results.agreements[n].broken]
    skipping = [n for n, one in results.agreements.items() if one.verdict is Verdict.LEANING]
    worlds = worlds_of(quick) if suspects or skipping else []
    if len(worlds) < 2:
        return results, worlds
    reads, skipped = _reads_and_skips(quick, suspects, worlds)
    told = [n for n in suspects if not _silent(worlds, {n, *reads[n]})]
    clipping = not_linear(quick, told)
    told = [n for n in told if n not in clipping]
    true = [world.true for world in worlds]
    reasons = {n: reason_of(n, reads[n], skipped[n], true) for n in told}
    elsewhere = [n for n in skipping if not _right(worlds, n, _given_right)]
    results = results.told(dict.fromkeys(elsewhere, _WRONG_ELSEWHERE), Verdict.WRONG_HERE)
    leaning = [n for n in told if _right(worlds, n, _given_right)]
    results = results.told({n: reasons[n] for n in leaning}, Verdict.LEANING)
    passing = [n for n in told if n not in leaning and _right(worlds, n, _uncut)]
    others = [n for n in told if n not in {*leaning, *passing} and _may_be_convention(quick, results, n)]
    results = _with_conventions(quick.attempt, results, worlds, others, passing)
    # what is right because two errors cancel is no less an error
    sound = [n for n in passing if not _behind(results, n) & set(results.wrong) - set(passing)]
    by_others = {n: _undoing(results, reads[n]) or reasons[n] for n in sound}
    return results.told(by_others, Verdict.LEANING), worlds


def _undoing(results: Results, reads: Iterable[str]) -> str:
    """That a line reads what is no gradient by convention, and makes up for it."""
    for read in reads:
        verdict = results.agreements[read].verdict if read in results.agreements else None
        if verdict in (Verdict.SCALED, Verdict.PART):
            what = "is scaled by convention" if verdict is Verdict.SCALED else "holds a part"
            return f"reads {read}, which {what}, and makes up for it"
    return ""


_WRONG_ELSEWHERE = "a path that it leaves out carries zero here, and not at other parameters"


def worlds_of(quick: QuickPass) -> list[WorldValues]:
    """The program's own world and the moved ones; those in which it raises or overflows are left out."""
    attempt = quick.attempt
    still = compared_exactly(attempt, quick.cuts)
    own = _world(attempt, None)
    seeds = range(1 if attempt.heavy else WORLDS)
    moved = [_world(attempt, Moved(data=False, still=still, by=BY, seed=seed)) for seed in seeds]
    return [world for world in (own, *moved) if world is not None]


def _world(attempt: Attempt, moved: Moved | None) -> WorldValues | None:
    reading = attempt.reading
    with suppress(ArithmeticError, RuntimeError, ValueError, IndexError, KeyError):
        with opened_moved(attempt, moved) as world:
            graph = attempt.forward(world)
            arrived = graph.arrivals({})
            uncut = attempt.lines(world, _unwritten(attempt, arrived), kept).values
        if not bool(graph.loss.isfinite().all()):
            return None
        read = {name: arrived[name] for name in reading.cut_names if name in arrived}
        with opened_moved(attempt, moved) as world:
            attempt.forward(world)
            given_right = attempt.lines(world, read, kept).values
        true = {n: arrived[reading.tensor_of[n]] for n in reading.names if reading.tensor_of[n] in arrived}
        return WorldValues(true, uncut, given_right)
    return None


def _unwritten(attempt: Attempt, arrived: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What stands in for the gradients that no line writes."""
    holes = attempt.session.facts.holes
    tensors = [
        attempt.reading.tensor_of[n] for n in attempt.reading.names if n in holes.marked | holes.absent
    ]
    return {tensor: arrived[tensor] for tensor in tensors if tensor in arrived}


def _reads_and_skips(
    quick: QuickPass, names: Sequence[str], worlds: Sequence[WorldValues]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """By gradient, those that its lines really read, and what is said of a path that they leave out."""
    reading = quick.attempt.reading
    own = own_cuts_of(quick, names)
    reads = {name: tuple(sorted(map(reading.gradient_of, one.cuts))) for name, one in own.items()}
    with quick.attempt.open() as world:
        tensors = quick.attempt.forward(world).tensors
        below = {name: downstream(tensors, reading.tensor_of[name]) for name in names}
    silent = [n for n in worlds[0].true if _silent(worlds, [n])]
    skipped = dict[str, str]()
    for name in names:
        paths = [
            reading.tensor_of[n]
            for n in silent
            if reading.tensor_of[n] in below[name] and n not in reads[name]
        ]
        skipped[name] = f"the path through {paths[0]} is left out: it always carries zero" if paths else ""
    return reads, skipped


def _silent(worlds: Sequence[WorldValues], names: Iterable[str]) -> bool:
    """Whether one of the gradients is zero in all worlds: they say nothing of it."""
    return any(all(name not in w.true or w.is_zero(name) for w in worlds) for name in names)


def _right(
    worlds: Sequence[WorldValues], name: str, values: Callable[[WorldValues], Mapping[str, Any]]
) -> bool:
    """Whether a gradient is autograd's in all worlds, as `values` has it."""
    return all(world.agrees(name, values(world)) for world in worlds)


def _uncut(world: WorldValues) -> Mapping[str, Any]:
    return world.uncut


def _given_right(world: WorldValues) -> Mapping[str, Any]:
    return world.given_right


def _may_be_convention(quick: QuickPass, results: Results, name: str) -> bool:
    """Whether it may be no gradient on purpose: no slope of a kink is that, nor what is changed too late."""
    return not results.agreements[name].no_choice and not _spoiled(quick, name)


def _spoiled(quick: QuickPass, name: str) -> bool:
    """Whether a gradient is changed in place by a line that reads nothing else, once others have read it."""
    iteration = quick.attempt.iteration
    writes = iteration.gradients[name].writes if name in iteration.gradients else ()
    last = iteration.statement_at(writes[-1]) if len(writes) > 1 else None
    return last is not None and name in last.changes and not last.reads - {name, "torch"}


def _with_conventions(
    attempt: Attempt,
    results: Results,
    worlds: Sequence[WorldValues],
    suspects: Sequence[str],
    passing: Sequence[str],
) -> Results:
    """Wrong only as a name, or by one factor, while the parameters' gradients made from it are right."""
    for name in suspects:
        if not _parameters_are_right(attempt, results, worlds, name, passing):
            continue
        factor = factor_of(worlds, name)
        if factor is None:
            tensor = attempt.reading.tensor_of[name]
            part = f"not all of the gradient of {tensor}; what is made from it comes out right"
            results = results.told({name: part}, Verdict.PART)
        elif factor > 0:
            scaled = f"it is {factor:.6g} times the gradient, by convention"
            results = results.told({name: scaled}, Verdict.SCALED)
            told = results.agreements[name]._replace(factor=factor)
            results = results.with_agreements({name: told})
    return results


def _parameters_are_right(
    attempt: Attempt, results: Results, worlds: Sequence[WorldValues], name: str, passing: Sequence[str]
) -> bool:
    """Whether at least one parameter's gradient is made from it, and all that are come out right.

    A parameter's own gradient is only excused by that of the same tensor under another name. Those that
    come through another accused line are that one's fault, and do not count.
    """
    others = set(results.wrong) - {name, *passing}
    made = [
        gradient
        for gradient in map(attempt.reading.gradient_of, attempt.session.parameters)
        if gradient in results.upstreams
        and gradient != name
        and name in (behind := _behind(results, gradient))
        and not others & (behind | {gradient}) - _behind(results, name)
        and not all(gradient not in w.true or w.is_zero(gradient) for w in worlds)
    ]
    if attempt.reading.tensor_of[name] in attempt.session.parameters:
        made = [one for one in made if all(torch.equal(w.true[one], w.true[name]) for w in worlds)]
    return bool(made) and all(w.agrees(one, w.uncut) for one in made for w in worlds)


def _behind(results: Results, name: str) -> set[str]:
    """Every gradient that a line's value comes from."""
    seen: set[str] = set()
    queue = [name]
    while queue:
        fresh = set(results.upstreams.get(queue.pop(), ())) - seen
        seen |= fresh
        queue += fresh
    return seen


def factor_of(worlds: Sequence[WorldValues], name: str) -> float | None:
    """The number by which the gradient is too large in every world; None where there is no such number."""
    factor: float | None = None
    for world in worlds:
        value, true = world.uncut.get(name), world.true[name]
        if not is_tensor(value) or as_reals(value).shape != as_reals(true).shape:
            return None
        if factor is None:
            reals, right = as_reals(value), as_reals(true)
            factor = float((reals * right).sum() / (right * right).sum())
        if not torch.isfinite(torch.tensor(factor)) or not factor:
            return None
        scaled = WorldValues({name: factor * true}, {}, {})
        if not scaled.agrees(name, world.uncut):
            return None
    return factor
