"""A second look at suspects: cut only at what their own lines read, then off the kinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ....execution.recording.steps import MISSING
from ....execution.replay.world import World
from ....tensors.differences import finite_max
from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import Agreement, agreement, is_rounding, measured_upstream
from ....verdict import Verdict
from ..lines.dependence import Own, downstream, downstream_of_each, leaves_reached, own_cuts
from ..lines.perturbation import ExactUses, Jittered, Moved
from ..lines.substitution import Outcome
from .attempt import Attempt, Graph, sizes_of
from .kinks import impossible_choices, only_at_kinks, slopes_beside
from .quick_pass import QuickPass

_ZEROS = "it is zero, whatever comes from upstream"
_KINK = "at a kink or tie it takes another subgradient than autograd: right"
_FACTORS = (torch.pi, 1 / torch.e)


def second_look(quick: QuickPass, suspects: Iterable[str]) -> dict[str, Agreement]:
    """Suspects once more, each cut only at what its own lines read; then off the kinks."""
    own = own_cuts_of(quick, suspects)
    alone = judged_alone(quick, own, outcome=quick.outcome)
    for name, one in alone.items():
        if one.verdict is Verdict.NOT_EXERCISED and _is_nothing(quick.outcome.values.get(name)):
            alone[name] = one._replace(verdict=Verdict.WRONG_HERE, message=_ZEROS, zeros=True)
    return alone | _off_the_kinks(quick, own, alone)


def _off_the_kinks(
    quick: QuickPass, own: Mapping[str, Own], alone: Mapping[str, Agreement]
) -> dict[str, Agreement]:
    """Those that are right once values have moved a little, and a choice that there is where they stand."""
    wrong = [n for n, one in alone.items() if one.verdict is Verdict.WRONG_HERE and not one.broken]
    moved: dict[str, Agreement] = {}
    still = compared_exactly(quick.attempt, quick.cuts) if wrong else frozenset[str]()
    for data in (False, True):
        left = {name: own[name] for name in wrong if name not in moved}
        if left:
            results = judged_alone(quick, left, moved=Moved(data, still))
            moved |= {name: one for name, one in results.items() if one.verdict is Verdict.RIGHT}
    return moved | _chosen(quick, {name: own[name] for name in wrong}, alone, moved)


def _chosen(
    quick: QuickPass, own: Mapping[str, Own], alone: Mapping[str, Agreement], moved: Mapping[str, Agreement]
) -> dict[str, Agreement]:
    """Of those that are wrong, those off only at kinks and ties: excused where there is such a choice.

    What is right once values have `moved` is so; ties that stay, as of zeros that relu makes, show in what
    arrives beside the point.
    """
    attempt = quick.attempt
    if attempt.dtype is None or attempt.heavy:
        own = {name: one for name, one in own.items() if name in moved}
    if attempt.dtype is None or not own:
        return {name: one._replace(message=_KINK, kink=True) for name, one in moved.items()}
    every = {name: _value(quick, name, one, quick.outcome, None) for name, one in own.items()}
    values = {name: as_reals(value) if is_tensor(value) else value for name, value in every.items()}
    slopes = slopes_beside(quick, own, values)
    staying = {name: one for name, one in own.items() if name not in moved and not alone[name].zeros}
    off = {*moved, *(only_at_kinks(quick, staying, values, slopes) if staying else ())}
    found = {name: own[name] for name in own if name in off}
    impossible = impossible_choices(found, values, slopes)
    right = {n: moved.get(n, alone[n]._replace(verdict=Verdict.RIGHT, maxdiff=0.0)) for n in found}
    excused = {n: one._replace(message=_KINK, kink=True) for n, one in right.items()}
    return excused | {n: alone[n]._replace(message=one, no_choice=True) for n, one in impossible.items()}


def compared_exactly(attempt: Attempt, cuts: Mapping[str, Tensor]) -> frozenset[str]:
    """The names whose values the program compares exactly: moved a little they mean something else."""
    with attempt.open() as world, ExactUses(attempt.session) as uses:
        attempt.forward(world)
        attempt.lines(world, cuts)
    return frozenset(uses.found)


def own_cuts_of(quick: QuickPass, names: Iterable[str]) -> dict[str, Own]:
    attempt = quick.attempt
    tensor = attempt.reading.tensor_of
    with attempt.open() as world:
        tensors = attempt.forward(world).tensors
        every = [name for name in attempt.reading.names if tensor[name] in tensors]
        downstreams = downstream_of_each(tensors)
        below = {name: downstreams[tensor[name]] for name in every}
        reads = _watched(quick, world)
    return {name: own_cuts(name, reads, below, tensor) for name in names}


def _watched(quick: QuickPass, world: World) -> dict[str, frozenset[str]]:
    reading = quick.attempt.reading
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in quick.cuts.items()}
    reads: dict[str, frozenset[str]] = {}

    def taken(name: str, value: Any) -> Any:
        reads[name] = frozenset(map(reading.gradient_of, leaves_reached(value, leaves)))
        return value

    quick.attempt.lines(world, leaves, taken, graph=True)
    return {name: reads.get(name, frozenset(reading.static[name])) for name in reading.names}


@dataclass(frozen=True, eq=False)
class _Expected:
    """What ought to come of one gradient's lines, and what is known of how well that can be told."""

    arrived: Tensor
    largest: float
    """The largest entry that arrives at any tensor."""
    rounding: float
    """By how much it differs where all that comes in is multiplied, and divided out again."""
    skipped: Mapping[str, Tensor]
    """What the VJP would be if a path that the lines skip, and that carries zero here, did not."""
    finite: Tensor
    """Where the tensor itself is finite."""


def judged_alone(
    quick: QuickPass, own: Mapping[str, Own], *, outcome: Outcome | None = None, moved: Moved | None = None
) -> dict[str, Agreement]:
    """Judge each gradient with its own cuts only."""
    attempt = quick.attempt
    with opened_moved(attempt, moved) as world:
        graph = attempt.forward(world)
        expected = {name: _expected(quick, graph, name, one) for name, one in own.items()}
        outcome = outcome or attempt.lines(world, quick.cuts)
    results: dict[str, Agreement] = {}
    for name, one in own.items():
        value = _value(quick, name, one, outcome, moved)
        results[name] = _agreement(quick, name, one, value, expected[name], moved is None)
    return results


def opened_moved(attempt: Attempt, moved: Moved | None) -> AbstractContextManager[World]:
    if moved is None:
        return attempt.open()
    return Jittered(attempt.open(), attempt.session, moved)


def _expected(quick: QuickPass, graph: Graph, name: str, own: Own) -> _Expected:
    cuts = {one: quick.cuts[one] for one in own.cuts}
    arrived = graph.arrivals(cuts)
    tensor = quick.attempt.reading.tensor_of[name]
    skipped = downstream(graph.tensors, tensor).intersection(quick.cuts) - own.cuts
    ordered = [one for one in graph.tensors if one in skipped]
    noise = _rounding(graph, cuts, {one: arrived[one] for one in (tensor, *ordered)})
    silent = [one for one in ordered if is_rounding(arrived[one], noise[one])]
    with_path = {one: graph.arrivals({**cuts, one: quick.cuts[one]})[tensor] for one in silent}
    finite = graph.tensors[tensor].detach().isfinite()
    largest = 0.0 if cuts else sizes_of(arrived.values())
    return _Expected(arrived[tensor], largest, noise[tensor], with_path, finite)


def _rounding(graph: Graph, cuts: Mapping[str, Tensor], arrived: Mapping[str, Tensor]) -> dict[str, float]:
    """By how much arrivals differ where all that comes in is multiplied, and divided out again."""
    noise = dict.fromkeys(arrived, 0.0)
    for factor in _FACTORS:
        again = graph.arrivals({name: factor * one for name, one in cuts.items()}, factor)
        for name, one in arrived.items():
            noise[name] = max(noise[name], finite_max(again[name] / factor - one))
    return noise


def _agreement(
    quick: QuickPass, name: str, own: Own, value: Any, expected: _Expected, in_place: bool
) -> Agreement:
    tensor = quick.attempt.reading.tensor_of[name]
    arrived = expected.arrived
    upstream = sizes_of(quick.cuts[cut] for cut in own.cuts) or expected.largest
    upstream = measured_upstream(arrived, expected.rounding, upstream)
    result = agreement(value, arrived, upstream=upstream)
    if result.verdict is Verdict.WRONG_HERE:
        result = _where_finite(result, tensor, value, arrived, expected.finite)
    if result.verdict is Verdict.RIGHT and in_place:
        result = _exercised(result, value, expected.skipped, upstream)
    return result


def _value(quick: QuickPass, name: str, own: Own, outcome: Outcome, moved: Moved | None) -> Any:
    values = _beside(quick, name, own, moved) if own.siblings else outcome.values
    return values.get(name, MISSING)


def _beside(quick: QuickPass, name: str, own: Own, moved: Moved | None) -> Mapping[str, Any]:
    """The values where the siblings that the lines read are what autograd makes them."""
    attempt = quick.attempt
    with opened_moved(attempt, moved) as world:
        arrived = attempt.forward(world).arrivals({one: quick.cuts[one] for one in own.cuts})
        substitutes = {one: quick.cuts[one] if one in own.cuts else arrived[one] for one in arrived}
        substitutes.pop(attempt.reading.tensor_of[name], None)
        return attempt.lines(world, substitutes).values


def _exercised(result: Agreement, value: Any, skipped: Mapping[str, Tensor], upstream: float) -> Agreement:
    for path, expected in skipped.items():
        if agreement(value, expected, upstream=upstream).verdict is Verdict.WRONG_HERE:
            message = f"the path through {path} is left out: it carries zero here"
            return result._replace(verdict=Verdict.LEANING, message=message)
    return result


def _where_finite(result: Agreement, tensor: str, value: Any, expected: Tensor, finite: Tensor) -> Agreement:
    """No accusation for entries where the tensor itself is infinite or NaN."""
    if bool(finite.all()) or agreement(torch.where(finite, value, expected), expected).verdict.accuses:
        return result
    message = f"it differs from its VJP only where {tensor} is infinite or NaN"
    return result._replace(verdict=Verdict.NOT_CHECKED, message=message)


def _is_nothing(value: Any) -> bool:
    """Whether a line wrote zeros: no fused formula, though the true gradient may cancel to zero."""
    return is_tensor(value) and not bool(value.any())
