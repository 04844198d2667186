"""A program with written lines in it, run once and judged: what a check would say of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ..execution.iteration import Iteration
from ..execution.session import Session
from ..judging.judgement import Judgement, judgements
from ..judging.linecheck.line_check import check_lines
from ..program.program import Program, ProgramError
from ..program.reading import read_again
from ..program.scopes import out_of_sight
from ..rules.derivation.derive import Derived
from ..tensors.rng_state import random_state
from .placement import CannotPlace, Placed

Place = Callable[[Sequence[Derived], Collection[str]], Placed]
"""Puts gradients into a program's text, those that are named right below what they read."""


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """A program in which gradients are written, and what a check says of it; nothing if it does not run."""

    placed: Placed
    program: Program
    record: Iteration | None = None
    judged: Mapping[str, Judgement] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    """What the names stand for afterwards that the handwritten lines bind."""

    @property
    def unwritten(self) -> dict[str, str]:
        """By gradient without lines the reason."""
        return {one.name: one.reason for one in self.placed.gradients if not one.lines}

    @property
    def accused(self) -> frozenset[str]:
        """The gradients whose lines are wrong."""
        return frozenset(name for name, one in self.judged.items() if one.verdict.accuses)

    @property
    def sound(self) -> bool:
        """Whether all that has a value passes."""
        return all(one.verdict.passes for name, one in self.judged.items() if name not in self.unwritten)


def rehearsed(program: Program, placed: Placed, seed: int) -> Rehearsed:
    """Run and judge a program with gradients placed in its text.

    Raises:
        CannotPlace: the text is no such program any more.
    """
    try:
        written = read_again(program, placed.text, path=program.path)
    except ProgramError:
        raise CannotPlace("its lines stand between others that nothing can take the place of") from None
    with _nothing_left_behind():
        session = Session(written, seed)
        if session.begin() is not None:
            return Rehearsed(placed, written)
        record = session.iterate()
        judged = judgements(record, check_lines(session, record))
    return Rehearsed(placed, written, record, judged, _bound(session))


def as_it_stands(
    program: Program, session: Session, record: Iteration, judged: Mapping[str, Judgement]
) -> Rehearsed:
    """A program that has run already, with nothing written into it."""
    return Rehearsed(Placed(program.text, ()), program, record, judged, _bound(session))


def _bound(session: Session) -> dict[str, Any]:
    return {name: session.namespace.get(name) for name in session.facts.bound("backward")}


def settled(
    program: Program, wanted: Sequence[Derived], place: Place, seed: int, *, movable: bool
) -> Rehearsed:
    """Place, run and judge; what is not confirmed is put elsewhere if it can be, and at last taken back."""
    early: frozenset[str] = frozenset()
    while True:
        result = rehearsed(program, place(wanted, early), seed)
        denied = denials(result)
        if not denied:
            return result
        if movable and not denied.keys() <= early:
            early |= denied.keys()
        else:
            wanted = [
                derived.without_lines(denied[derived.name]) if derived.name in denied else derived
                for derived in result.placed.gradients
            ]


def denials(result: Rehearsed) -> dict[str, str]:
    """Those among the written gradients that do not pass in the program, with the reason."""
    record, judged = result.record, result.judged
    if record is None:
        return {}
    writing = [derived for derived in result.placed.gradients if derived.lines]
    denied = {one.name: DENIED for one in writing if one.name in judged and not judged[one.name].line_passes}
    if record.failure is not None and record.failure.section == "backward":
        raised = _lines_at(result.program, record.failure.line)
        words = f"its line raises {record.failure.type} in its place"
        denied.update({one.name: _not_there(one, result) or words for one in writing if one.name in raised})
    if result.program.found is not None:
        denied.update(_out_of_sight(result.program, {one.name for one in writing}))
    return denied


def _not_there(derived: Derived, result: Rehearsed) -> str:
    """Which gradients its lines read that are not written; '' where all are."""
    upstreams = dict.fromkeys(use.upstream for use in derived.contributions)
    missing = [name for name in upstreams if name in result.unwritten]
    verb = "is" if len(missing) == 1 else "are"
    return f"it needs {' and '.join(missing)}, which {verb} not written" if missing else ""


def _out_of_sight(program: Program, written: set[str]) -> Iterator[tuple[str, str]]:
    """The gradients some line of which reads what a function around it does not have, with the reason."""
    for statement in program.statements:
        names = written & {*statement.writes}
        if names and (hidden := out_of_sight(statement.reads, statement.line, program.text)):
            words = f"its place is outside of the function that has {' and '.join(hidden)}"
            yield from ((name, words) for name in names)


def _lines_at(program: Program, line: int | None) -> Iterable[str]:
    return {name for s in program.statements if s.line == line for name in s.writes}


@contextlib.contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Let random numbers and the precision of new tensors be afterwards what they were."""
    state, dtype = random_state(()), torch.get_default_dtype()
    try:
        yield
    finally:
        state.restore()
        torch.set_default_dtype(dtype)


DENIED = "the check does not confirm it in its place"
"""Why a gradient is not written that is wrong in its place."""
