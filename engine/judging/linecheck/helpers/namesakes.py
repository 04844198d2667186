"""Names like those of gradients that stand for something else: `df = dc * c0 * f * (1 - f)` for a gate f.

A name says what a line means to be, and value says what it is. Where a gradient is wrong by its name, and
giving it the gradient of that name's tensor puts nothing right that is made from it, all lines are judged
once more with the name set apart, as that of a helper variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from ....execution.replay.noted_forward import Expression, noted_forward
from ....verdict import Verdict
from ..lines.dependence import upstreams
from ..lines.gradient_lines import written_lines
from ..lines.helper_lines import helper_lines
from ..lines.helper_places import Spot
from ..lines.outcome import LineJudgement
from ..lines.perturbation import Moved
from ..passes.attempt import Attempt
from ..passes.blame import Results
from ..passes.isolated_lines import compared_exactly
from ..passes.moved_worlds import BY, WorldValues, factor_of
from ..passes.quick_pass import QuickPass
from .spots import latest_first, words_of
from .watched_helpers import Scene, scene_of
from .wrong_writes import flows_through

_MOVED = 2
"""In so many moved worlds a value has to be the gradient that it seems to be."""


def namesakes(attempt: Attempt, results: Results, worlds: Sequence[WorldValues]) -> frozenset[str]:
    """The gradients that are wrong by their names, and no reason for what is wrong below them.

    What a loop builds is replaced too late for that to be known, and what no line reads where it is no
    reason for anything: whether they are gradients of something else is for their values to say.
    """
    told = {name: one.verdict for name, one in results.agreements.items()}
    suspects = [name for name, verdict in told.items() if verdict.accuses or verdict is Verdict.PART]
    found = {name for name in suspects if worlds and _is_no_reason(attempt, results, worlds, name)}
    read = {name for name in found if _readers(results, name)}
    parameters = {*map(attempt.reading.gradient_of, attempt.session.parameters)}
    return frozenset(read | (found - parameters if read else set()))


def _is_no_reason(attempt: Attempt, results: Results, worlds: Sequence[WorldValues], name: str) -> bool:
    if factor_of(worlds, name) is not None:
        return False
    if name in attempt.reading.woven:
        return True
    known = [n for n in _readers(results, name) if all(n in world.true for world in worlds)]
    return not any(all(world.agrees(n, world.given_right) for world in worlds) for n in known)


def _readers(results: Results, name: str) -> list[str]:
    return [other for other, reads in results.upstreams.items() if name in reads and other != name]


@dataclass(frozen=True, eq=False)
class _Seen:
    """What names that are set apart held in several worlds, the program's own first."""

    attempt: Attempt
    scenes: Sequence[Scene]
    expressions: Sequence[Expression]
    values: Mapping[str, Sequence[Sequence[Tensor]]]
    """By name, world by world, what the last line that binds it bound, pass by pass."""


def told_of(
    quick: QuickPass, judgements: Mapping[str, LineJudgement]
) -> tuple[dict[str, LineJudgement], frozenset[str]]:
    """What is said of the names that are set apart, and those of which it may be said.

    What each is the gradient of is told as far as that is found.
    """
    attempt = quick.attempt
    accused = frozenset(name for name, one in judgements.items() if one.verdict.accuses)
    seen = _seen(quick, accused & {*attempt.reading.names})
    reads = upstreams(attempt.session.facts, frozenset(attempt.reading.names) | attempt.apart)
    read = frozenset(one for some in reads.values() for one in some)
    spoiling = frozenset(one for name in accused & reads.keys() for one in reads[name])
    said = {name: _what_it_is(seen, name, doubtful=name in spoiling) for name in sorted(attempt.apart)}
    told = {
        name: LineJudgement(
            name,
            verdict,
            written_lines(attempt.iteration, name),
            reads[name],
            message=words,
            reused=True,
            apart=verdict in (Verdict.RIGHT, Verdict.NOT_CHECKED),
        )
        for name, (verdict, words) in said.items()
    }
    sound = frozenset(one for name, some in reads.items() if name not in accused for one in some)
    return told, frozenset(name for name in told if _is_founded(seen, name, read, sound))


def _is_founded(seen: _Seen, name: str, read: frozenset[str], sound: frozenset[str]) -> bool:
    """Whether more than a line that is wrong speaks for it: its value, or one of those that read it, `sound`.

    Data has no gradient as a rule: there a name tells little. A parameter's gradient has to be that of
    something else, and so has what no line reads: of that which stands before the last operation of its
    tensor, where another name is taken for the same.
    """
    tensor = seen.attempt.reading.naming.tensor(name)
    if tensor in seen.attempt.session.parameters:
        return name in read and bool(_spots(seen, name))
    if name in read:
        by_others = name in sound or tensor in seen.attempt.session.data
        return by_others or bool(_spots(seen, name)) or _is_a_part(seen, name, tensor)
    others = [one for one in seen.attempt.apart if one in read]
    return _is_before(seen, name) and any(_is_before(seen, one) for one in others)


def _is_before(seen: _Seen, name: str) -> bool:
    """Whether it is the gradient of an operand of what makes the tensor of its name."""
    flows = seen.scenes[0].flows
    arrival = flows.named.get(seen.attempt.reading.naming.tensor(name))
    if arrival is None:
        return False
    edges = [spot for spot in flows.targets if spot.edge is not None]
    own = [spot for spot in edges if spot._replace(edge=None) == arrival.spot._replace(output=0)]
    operands = {target.spot for spot in own for target in flows.targets[spot]}
    return bool(_spots(seen, name) & operands)


def _seen(quick: QuickPass, wrong: frozenset[str]) -> _Seen:
    attempt = quick.attempt
    noted = noted_forward(attempt.session.program)
    assert noted is not None
    still = compared_exactly(attempt, quick.cuts)
    moves = [Moved(data=False, still=still, by=BY, seed=seed) for seed in range(_MOVED)]
    scenes = [scene_of(attempt, noted, move, wrong) for move in (None, *moves)]
    every = helper_lines(attempt.session.facts, attempt.reading.names)
    lines = {line.root: line for line in every if line.root in attempt.apart and line.text == line.root}
    runs = [scene.run([*lines.values()], {}) for scene in scenes]
    values = {name: [run.bound(line) for run in runs] for name, line in lines.items()}
    return _Seen(attempt, scenes, noted.expressions, values)


def _what_it_is(seen: _Seen, name: str, *, doubtful: bool) -> tuple[Verdict, str]:
    """The verdict and what is said; `doubtful` where a line that reads it is accused."""
    tensor = seen.attempt.reading.naming.tensor(name)
    parameter = tensor in seen.attempt.session.parameters
    if not parameter and _is_a_part(seen, name, tensor):
        return Verdict.PART, f"not all of the gradient of {tensor}; what is made from it comes out right"
    spots = _spots(seen, name)
    if spots:
        first = min(spots, key=latest_first)
        words = words_of(seen.scenes[0].flows, seen.expressions, first)
        if parameter:
            return Verdict.WRONG_HERE, f"this is the gradient of {words}, not of {tensor}"
        return Verdict.RIGHT, f"the gradient of {words}, whatever its name says"
    if doubtful:
        return (
            Verdict.NOT_CHECKED,
            f"no gradient of {tensor}, whatever its name says: judged where it is read",
        )
    return Verdict.RIGHT, f"no gradient of {tensor}, whatever its name says; what is made from it is right"


def _is_a_part(seen: _Seen, name: str, tensor: str) -> bool:
    """Whether it is what flows back through some of a tensor's uses, in every world."""
    for scene, bound in zip(seen.scenes, seen.values.get(name, ()), strict=False):
        arrival = scene.flows.named.get(tensor)
        if len(bound) != 1 or arrival is None:
            return False
        uses = [*scene.flows.into(arrival).values()]
        if not flows_through(bound[0], uses, fewest=1):
            return False
    return name in seen.values


def _spots(seen: _Seen, name: str) -> frozenset[Spot]:
    """Where in every world all that it held arrives."""
    rows = zip(seen.scenes, seen.values.get(name, ()), strict=False)
    found = [scene.flows.spots_of(value) for scene, bound in rows for value in bound]
    return frozenset.intersection(*found) if found else frozenset()
