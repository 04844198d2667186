"""Writing a program's handwritten gradients: the whole backward section, or those that are missing."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

import torch

from ..execution.session import Session
from ..execution.silence import silenced
from ..judging.judgement import judgements
from ..judging.linecheck.line_check import check_lines
from ..program.program import Program
from ..program.reading import read_again
from ..rules.derivation.derive import Derivation, Derived
from ..tensors.rng_state import random_state
from .answer import Written
from .placement import holes, with_backward, with_gradients
from .study import Study, study


def write(program: Program, *, missing: bool = False, seed: int = 0) -> Written:
    """The program with every gradient written, or with `missing` only those that it has not.

    Every gradient that is written was confirmed by autograd, and in its place by the line check.

    Raises:
        CannotStudy: the program does not run as far as its loss, or nothing can be derived.
    """
    studied = study(program, seed)
    derivation = studied.by_convention if missing else studied.derivation
    wanted = _wanted(studied, derivation, missing=missing)
    with silenced():
        return _tried(program, wanted, missing=missing, seed=seed)


def _wanted(studied: Study, derivation: Derivation, *, missing: bool) -> list[Derived]:
    program, session = studied.program, studied.session
    asked_for = [one for one in derivation.gradients.values() if _is_asked_for(studied, one)]
    others = _other_names(session, asked_for)
    gradients = [_renamed(derived, others) for derived in asked_for]
    if not missing:
        return gradients
    there = session.facts.candidates.keys() - holes(program).keys()
    found = [derived for derived in gradients if derived.name not in there]
    loss = derivation.loss
    if loss is not None and loss.name in {*holes(program), *session.facts.holes.absent}:
        found.insert(0, loss)
    return found


def _is_asked_for(studied: Study, derived: Derived) -> bool:
    """Whether the loss depends on the tensor, or the program mentions its gradient."""
    if derived.tensor not in studied.iteration.references.unreached:
        return True
    return any(derived.name in (*s.binds, *s.reads) for s in studied.program.statements)


def _other_names(session: Session, gradients: Iterable[Derived]) -> dict[str, str]:
    """Names for the gradients whose own name the program uses for something else."""
    program, early = session.program, session.roles.early
    used = {name for s in program.statements for name in (*s.binds, *s.reads)}
    taken = {name for s in program.statements if s.section != "backward" for name in s.binds}
    taken -= {name for s in program.statements if s.section == "backward" for name in s.binds}
    return {
        derived.name: next(free for free in _names(derived.tensor) if free not in used)
        for derived in gradients
        if derived.name in taken - early
    }


def _names(tensor: str) -> Iterator[str]:
    yield f"grad_{tensor}"
    yield from (f"grad_{tensor}_{number}" for number in count(2))


def _renamed(derived: Derived, others: Mapping[str, str]) -> Derived:
    if not others:
        return derived
    words = re.compile(rf"\b({'|'.join(map(re.escape, others))})\b")
    lines = tuple(words.sub(lambda word: others[word[0]], line) for line in derived.lines)
    uses = [replace(use, upstream=others.get(use.upstream, use.upstream)) for use in derived.contributions]
    name = others.get(derived.name, derived.name)
    return replace(derived, name=name, lines=lines, contributions=uses)


def _tried(program: Program, wanted: Sequence[Derived], *, missing: bool, seed: int) -> Written:
    """Write and judge the result; what is not confirmed is put elsewhere, and at last taken back."""
    early: frozenset[str] = frozenset()
    while True:
        placed = with_gradients(program, wanted, early) if missing else with_backward(program, wanted)
        denied = denials(read_again(program, placed.text, path=program.path), placed.gradients, seed)
        if not denied:
            return Written(placed.text, {one.name: one.reason for one in placed.gradients if not one.lines})
        if missing and not denied.keys() <= early:
            early |= denied.keys()
        else:
            wanted = [
                derived.without_lines(denied[derived.name]) if derived.name in denied else derived
                for derived in placed.gradients
            ]


def denials(program: Program, gradients: Iterable[Derived], seed: int) -> dict[str, str]:
    """Those among the gradients with lines that do not pass in a program, with the reason."""
    with _nothing_left_behind():
        session = Session(program, seed)
        if session.begin() is not None:
            return {}
        record = session.iterate()
        judged = judgements(record, check_lines(session, record))
    writing = [derived for derived in gradients if derived.lines]
    denied = {one.name: _DENIED for one in writing if one.name in judged and not judged[one.name].line_passes}
    if record.failure is not None and record.failure.section == "backward":
        raised = [s for s in program.statements if s.line == record.failure.line]
        words = f"its line raises {record.failure.type} in its place"
        denied.update({one.name: words for one in writing for s in raised if one.name in s.writes})
    return denied


@contextlib.contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Let random numbers and the precision of new tensors be afterwards what they were."""
    state, dtype = random_state(()), torch.get_default_dtype()
    try:
        yield
    finally:
        state.restore()
        torch.set_default_dtype(dtype)


_DENIED = "the check does not confirm it in its place"
