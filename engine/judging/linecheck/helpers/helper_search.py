"""What is known before a place is tried for a helper line: what is made from each, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import torch

from ....execution.replay.noted_forward import NotedForward, noted_forward
from ....program.analysis import ProgramFacts
from ....program.statements import Statement
from ....verdict import Verdict
from ..lines.dependence import read_through
from ..lines.helper_lines import HelperLine, helper_lines, made_directly, readers
from ..lines.name_versions import other_versions
from ..lines.perturbation import Moved
from ..passes.attempt import Attempt
from ..passes.blame import Results
from ..passes.isolated_lines import compared_exactly
from ..passes.moved_worlds import BY
from ..passes.quick_pass import QuickPass
from ..passes.scales import factor_between
from .watched_helpers import Run, Scene, scene_of

_MOST = 40
"""So many values are looked at for a factor that is put off."""
_SCALES = 12
"""So many multiples are tried where nothing tells which."""
_LEAST = 2.0
"""What puts a mean off, or a half, is no smaller a multiple."""
_MOVED = 2
"""In so many moved worlds a finding has to hold as well."""
_RIGHT = (Verdict.RIGHT, Verdict.NOT_EXERCISED)


@dataclass(frozen=True, eq=False)
class Search:
    """What is known before any place is tried."""

    attempt: Attempt
    names: frozenset[str]
    """The gradients that are compared; a container, whatever its name, holds what is not."""
    noted: NotedForward
    others: frozenset[Statement]
    """The statements that bind the name of a gradient to something else."""
    direct: Mapping[HelperLine, frozenset[str]]
    """By helper line, the gradients whose lines read what it binds."""
    made: Mapping[HelperLine, frozenset[str]]
    """By helper line, the gradients that are made from what it binds and can be compared."""
    own: Scene
    before: Run
    wrong: frozenset[str]
    """Those that are wrong as the program stands."""
    moved: Sequence[Scene]

    def readers(self, line: HelperLine) -> Sequence[Statement]:
        """The statements that read what a line binds."""
        return readers(self.attempt.session.facts, line, self.others)


def search_of(quick: QuickPass, results: Results, suspects: frozenset[str]) -> Search | None:
    """The search for the helper lines behind suspects; None where there are none."""
    attempt = quick.attempt
    facts, names = attempt.session.facts, frozenset(results.agreements)
    # what the forward keeps of a gradient, pass by pass, is not replaced with it
    kept = attempt.plan.before.keys()
    others = other_versions(attempt.iteration, names - kept, attempt.complete)
    direct = _direct(facts, names, kept, others)
    every = {line: _made_from(some, results) for line, some in direct.items()}
    made = {line: some for line, some in every.items() if some & suspects}
    noted = noted_forward(facts.program)
    if not made or noted is None:
        return None
    elsewhere = suspects.difference(*made.values()) - {line.root for line in made if not line.again}
    still = compared_exactly(attempt, quick.cuts)
    moves = [Moved(data=False, still=still, by=BY, seed=seed) for seed in range(_MOVED)]
    own, *moved = [scene_of(attempt, noted, move, elsewhere) for move in (None, *moves)]
    before = own.run(tuple(made), {})
    wrong = frozenset(name for name in suspects if not own.right(name, before))
    read = {line: some for line, some in direct.items() if some - wrong}
    own = replace(own, flows=own.flows.in_rows(_passes(own, before)))
    if scales := _multiples(own, own.run(tuple(read), {})):
        own, *moved = [replace(one, flows=one.flows.in_multiples(scales)) for one in (own, *moved)]
    return Search(attempt, names, noted, others, direct, made, own, before, wrong, moved)


def put_off(search: Search) -> Search:
    """The same where a mean is put off and nothing bound is right: all may be so many times, by a size."""
    arrives = search.own.flows.arrives
    unknown = [one.value for one in search.before.seen if not arrives(one.value)]
    sizes = {size for value in unknown for size in (*value.shape, value.numel())}
    scales = frozenset(float(one) for size in sizes for one in (size, size / 2) if one >= _LEAST)
    flows = search.own.flows.in_multiples(scales) if len(scales) <= _SCALES else search.own.flows
    return replace(search, own=replace(search.own, flows=flows))


def _passes(scene: Scene, run: Run) -> frozenset[tuple[int, torch.Size]]:
    """How often lines of loops bind values of what shape, where these arrive nowhere as they are."""
    unknown = {one.line: one.value.shape for one in run.seen if not scene.flows.arrives(one.value)}
    passes = {line: len(run.bound(line)) for line in unknown}
    return frozenset((passes[line], shape) for line, shape in unknown.items() if passes[line] > 1)


def _multiples(scene: Scene, run: Run) -> frozenset[float]:
    """How many times a gradient helper lines bind, where something right is made of that."""
    unknown = [one.value for one in run.seen if not scene.flows.arrives(one.value)][:_MOST]
    series = [some for spot, some in scene.flows.gradients.items() if spot.edge is None]
    found = {
        factor_between(value, gradient)
        for value in unknown
        for some in series
        for gradient in some
        if gradient.shape == value.shape and value.dim()
    }
    return frozenset(one for one in found if one is not None and one >= _LEAST)


def _direct(
    facts: ProgramFacts, names: frozenset[str], kept: Set[str], others: frozenset[Statement]
) -> dict[HelperLine, frozenset[str]]:
    """By helper line, the gradients whose lines read what it binds, other helper variables followed."""
    through, gradients = read_through(facts, names, kept), names - kept
    return {
        line: made_directly(facts, line, gradients, others)
        if line.again
        else frozenset(name for name, behind in through.items() if line.root in behind) - {line.root}
        for line in helper_lines(facts, gradients, others)
    }


def _made_from(direct: frozenset[str], results: Results) -> frozenset[str]:
    """The gradients that a helper line ends up in, what is told as a convention left out."""
    made = set(direct)
    while fresh := {n for n, reads in results.upstreams.items() if made.intersection(reads)} - made:
        made |= fresh
    verdicts = {name: results.agreements[name].verdict for name in made & results.agreements.keys()}
    return frozenset(name for name, one in verdicts.items() if one in _RIGHT or one.accuses)
