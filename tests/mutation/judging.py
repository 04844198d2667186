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
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.replay.world import World
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import gradient_reports
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.judging.linecheck.lines.dependence import downstream, upstreams
from backprop_tui.engine.judging.linecheck.lines.outcome import LineJudgement
from backprop_tui.engine.judging.linecheck.lines.substitution import early_reads, plan_of, run_lines
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

from .mutator import Mutant, written_names

RTOL, ATOL = 1e-5, 1e-8
TOLD = {Verdict.LEANING, Verdict.SCALED, Verdict.PART}
"""Passes, with what it leans on."""


class Fate(StrEnum):
    """What became of a mutant."""

    BLAMED = "blamed"
    """Its own line is accused and no other."""
    BY_EDIT = "blamed by the edit that makes all right"
    """A line that reads its helper is accused until the edit of its own line is found."""
    BELOW = "blamed where its helper is read"
    """The line of a gradient that is made from what it writes is accused, and no other."""
    LEANING = "leaning"
    """Nothing is accused, its gradient is told to lean, and those of the parameters are right."""
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

    @cached_property
    def judgements(self) -> Mapping[str, LineJudgement]:
        """What the line check says of every gradient."""
        found = check_lines(self.session, self.iteration)
        assert not found.problem, found.problem
        return found.judgements

    @property
    def accused(self) -> frozenset[str]:
        """The gradients that the line check calls wrong."""
        return frozenset(n for n, one in self.judgements.items() if one.verdict.accuses)

    @property
    def accused_lines(self) -> frozenset[int]:
        """The lines that it blames for them."""
        accused = [self.judgements[name] for name in self.accused]
        return frozenset(line for one in accused for line in one.accused_lines or one.lines)

    @cached_property
    def blamed_lines(self) -> frozenset[int]:
        """The lines that are blamed once it is known which edit makes all right, as `check` tells them."""
        reports = gradient_reports(self.session, self.iteration, RTOL, ATOL)
        accused = [one for one in reports if one.line_verdict is not None and one.line_verdict.accuses]
        return frozenset(line for one in accused for line in one.accused_lines or one.lines)

    @property
    def told(self) -> frozenset[str]:
        """The gradients that pass with a word on what they lean on."""
        return frozenset(n for n, one in self.judgements.items() if one.verdict in TOLD)

    @property
    def learns(self) -> bool:
        """Whether the gradients of all parameters are autograd's."""
        gradients = self.iteration.gradients
        names = [name for name in self.session.roles.parameter_gradients if name in gradients]
        return all(gradients[name].verdict.passes for name in names)


def subject(text: str, seed: int = 0) -> Subject:
    """Run one iteration of a program."""
    session = Session(parse(text, "subject"), seed)
    failure = session.begin()
    assert failure is None, failure
    return Subject(session, session.iterate())


def passes(text: str, name: str) -> bool:
    """Whether the line of a gradient, or of a helper variable, is right in a program."""
    judgements = subject(text).judgements
    return name not in judgements or judgements[name].verdict.passes


def fate(original: Subject, mutant: Mutant) -> Fate:
    """Judge a mutant of a program."""
    changed = subject(mutant.program)
    accused = changed.accused
    failure = changed.iteration.failure
    if accused and not accused <= set(mutant.gradients) | _written(mutant.after):
        return Fate.BLAMED_ELSEWHERE
    raised = failure is not None and failure.section == "backward"
    if raised and (accused or failure.line in _own_lines(changed, mutant)):
        return _blamed(changed, mutant) if accused else Fate.RAISES
    same = not any(_differs(original, changed, name) for name in mutant.gradients)
    if accused:
        return Fate.EQUIVALENT_ACCUSED if same else _blamed(changed, mutant)
    if same:
        return Fate.EQUIVALENT
    told = (set(mutant.gradients) | _written(mutant.after)) & (changed.told - original.told)
    return Fate.LEANING if told and changed.learns else Fate.MISSED


def _blamed(changed: Subject, mutant: Mutant) -> Fate:
    written_elsewhere = _written(mutant.before) & set(mutant.gradients) - _written(mutant.after)
    if written_elsewhere or mutant.line in changed.accused_lines:
        return Fate.BLAMED
    return Fate.BY_EDIT if changed.blamed_lines == {mutant.line} else Fate.BELOW


def _written(statement: str) -> set[str]:
    """What the changed statement writes, where the error lies in the name it writes to."""
    return {name for node in ast.parse(statement).body for name in written_names(node)}


def _own_lines(changed: Subject, mutant: Mutant) -> set[int]:
    """The mutant's line, and where its statement is a helper's, the lines of the gradients it ends up in."""
    candidates = changed.session.facts.candidates
    lines = [line for name in mutant.gradients if name in candidates for line in candidates[name].lines]
    return {mutant.line, *lines}


def _differs(original: Subject, changed: Subject, name: str) -> bool:
    """Whether a gradient comes out otherwise for some upstream gradient.

    A line that skips tensors is the same for all that it reads, and not for those that it skips.
    """
    if name[1:] not in original.iteration.references.gradients:
        return False
    if _apart(_value(original, name), _value(changed, name)):
        return True
    reads = _upstreams(changed)
    return _differs_at(original, changed, name, _behind(changed, name, reads)) and (
        not reads.get(name) or _differs_at(original, changed, name, reads[name])
    )


def _differs_at(original: Subject, changed: Subject, name: str, upstream: Iterable[str]) -> bool:
    return any(_apart(_value(original, name, one), _value(changed, name, one)) for one in upstream)


def _upstreams(subject: Subject) -> Mapping[str, tuple[str, ...]]:
    return upstreams(subject.session.facts, frozenset(subject.iteration.gradients))


def _behind(subject: Subject, name: str, reads: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """Every gradient behind a line, as far as its tensor depends on the line's."""
    found: set[str] = set()
    queue = [name]
    while queue:
        for read in set(reads.get(queue.pop(), ())) - found - {name}:
            found.add(read)
            queue.append(read)
    with World(subject.session, subject.iteration.start, torch.float64) as world:
        below = downstream(world.forward(one[1:] for one in subject.iteration.gradients), name[1:])
    return sorted(one for one in found if one[1:] in below)


def _value(subject: Subject, name: str, random: str | None = None) -> Any:
    """The line's value in float64 with one gradient random, under every name that it has."""
    names = tuple(subject.iteration.gradients)
    plan = plan_of(subject.iteration, names, early_reads(subject.session, names))
    start = subject.iteration.start
    with World(subject.session, start, torch.float64) as world:
        tensors = world.forward(one[1:] for one in names)
        chosen = {one: tensors[one[1:]] for one in _aliases(subject, random)}
        outcome = run_lines(world, plan, _random(chosen), lambda _, value: _kept(value))
    return outcome.values.get(name)


def _aliases(subject: Subject, name: str | None) -> list[str]:
    """The gradients that are one tensor in the program, as after `dc = db`."""
    values = {n: one.value for n, one in subject.iteration.gradients.items()}
    tensors = {n: value for n, value in values.items() if isinstance(value, Tensor)}
    if name is None or name not in tensors:
        return [] if name is None else [name]
    places = {n: (one.data_ptr(), one.shape, one.stride()) for n, one in tensors.items()}
    return [n for n, place in places.items() if place == places[name]]


def _kept(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else value


def _random(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same random gradient for each."""
    generator = torch.Generator().manual_seed(11)
    drawn = [torch.randn(one.shape, generator=generator, dtype=one.dtype) for one in tensors.values()]
    return dict.fromkeys(tensors, drawn[0]) if drawn else {}


def _apart(one: Any, other: Any) -> bool:
    if isinstance(other, float):  # a number stands for a tensor of no dimensions
        other = torch.tensor(other, dtype=torch.float64)
    if not isinstance(one, Tensor) or not isinstance(other, Tensor) or one.shape != other.shape:
        return True
    scale = float(one.abs().max()) if one.numel() else 0.0
    return bool(((one - other).abs() > 1e-9 * scale + 1e-15).any())
