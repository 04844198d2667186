"""What the line check makes of a mutant, and whether the mutant is an error at all.

A mutant is equivalent when its line gives the same values as the original one, whatever gradient
arrives from upstream: found by evaluation, with one upstream gradient at a time made random and all
other lines as they stand. Nothing of the line check's reference backward takes part in that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.replay import World
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.dependence import downstream, upstreams
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.judging.linecheck.substitution import early_reads, plan_of, run_lines
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

from .mutator import Mutant, written_names

ACCUSED = {Verdict.WRONG_HERE, Verdict.WRONG_SHAPE}


class Fate(StrEnum):
    """What became of a mutant."""

    BLAMED = "blamed"
    """Its own line is accused and no other."""
    RAISES = "raises"
    """Its own line raises, or that of the gradient that its helper variable is for."""
    EQUIVALENT = "equivalent"
    """The line computes the same VJP, and nothing is accused."""
    MISSED = "missed"
    BLAMED_ELSEWHERE = "blamed elsewhere"
    EQUIVALENT_ACCUSED = "equivalent, and accused"

    @property
    def fault(self) -> bool:
        """Whether the line check is at fault."""
        return self in (Fate.MISSED, Fate.BLAMED_ELSEWHERE, Fate.EQUIVALENT_ACCUSED)


@dataclass(frozen=True, eq=False)
class Subject:
    """A program after one iteration, ready to be judged."""

    session: Session
    iteration: Iteration

    @property
    def accused(self) -> frozenset[str]:
        """The gradients that the line check calls wrong."""
        found = check_lines(self.session, self.iteration)
        assert not found.problem, found.problem
        return frozenset(n for n, one in found.judgements.items() if one.verdict in ACCUSED)


def subject(text: str, seed: int = 0) -> Subject:
    """Run one iteration of a program."""
    session = Session(parse(text, "subject"), seed)
    failure = session.begin()
    assert failure is None, failure
    return Subject(session, session.iterate())


def fate(original: Subject, mutant: Mutant) -> Fate:
    """Judge a mutant of a program."""
    changed = subject(mutant.program)
    accused = changed.accused
    failure = changed.iteration.failure
    if accused and not accused <= set(mutant.gradients) | _written(mutant.after):
        return Fate.BLAMED_ELSEWHERE
    raised = failure is not None and failure.section == "backward"
    if raised and (accused or failure.line in _own_lines(changed, mutant)):
        return Fate.BLAMED if accused else Fate.RAISES
    same = not any(_differs(original, changed, name) for name in mutant.gradients)
    if accused:
        return Fate.EQUIVALENT_ACCUSED if same else Fate.BLAMED
    return Fate.EQUIVALENT if same else Fate.MISSED


def _written(statement: str) -> set[str]:
    """What the changed statement writes, where the error lies in the name it writes to."""
    return {name for node in ast.parse(statement).body for name in written_names(node)}


def _own_lines(changed: Subject, mutant: Mutant) -> set[int]:
    """The mutant's line, and where its statement is a helper's, the lines of the gradients it ends up in."""
    candidates = changed.session.facts.candidates
    lines = [line for name in mutant.gradients if name in candidates for line in candidates[name].lines]
    return {mutant.line, *lines}


def _differs(original: Subject, changed: Subject, name: str) -> bool:
    if name[1:] not in original.iteration.references.gradients:
        return False
    ones = [None, *_upstreams_downstream(changed, name)]
    return any(_apart(_value(original, name, one), _value(changed, name, one)) for one in ones)


def _upstreams_downstream(subject: Subject, name: str) -> Iterable[str]:
    """Every gradient behind a line, as far as its tensor depends on the line's."""
    names = tuple(subject.iteration.gradients)
    reads = upstreams(subject.session.program, frozenset(names))
    found: set[str] = set()
    queue = [name]
    while queue:
        for read in set(reads.get(queue.pop(), ())) - found - {name}:
            found.add(read)
            queue.append(read)
    with World(subject.session, subject.iteration.start, torch.float64) as world:
        below = downstream(world.forward(one[1:] for one in names), name[1:])
    return sorted(one for one in found if one[1:] in below)


def _value(subject: Subject, name: str, random: str | None) -> Any:
    """The line's value in float64 with one gradient random."""
    names = tuple(subject.iteration.gradients)
    plan = plan_of(subject.iteration, names, early_reads(subject.session, names))
    start = subject.iteration.start
    with World(subject.session, start, torch.float64) as world:
        tensors = world.forward(one[1:] for one in names)
        outcome = run_lines(world, plan, _random(tensors, random), lambda _, value: _kept(value))
    return outcome.values.get(name)


def _kept(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else value


def _random(tensors: Mapping[str, Tensor], name: str | None) -> dict[str, Tensor]:
    if name is None:
        return {}
    generator = torch.Generator().manual_seed(11)
    return {name: torch.randn(tensors[name[1:]].shape, generator=generator, dtype=torch.float64)}


def _apart(one: Any, other: Any) -> bool:
    if isinstance(other, float):  # a number stands for a tensor of no dimensions
        other = torch.tensor(other, dtype=torch.float64)
    if not isinstance(one, Tensor) or not isinstance(other, Tensor) or one.shape != other.shape:
        return True
    scale = float(one.abs().max()) if one.numel() else 0.0
    return bool(((one - other).abs() > 1e-9 * scale + 1e-15).any())
