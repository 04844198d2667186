"""A program to be explained, hinted at and written: run once, its gradients derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..execution.failure import Failure
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..execution.silence import silenced
from ..judging.judgement import Judgement, judgements
from ..judging.linecheck.line_check import check_lines
from ..program.program import Program
from ..rules.derivation.derive import Derivation, derive


class CannotStudy(Exception):
    """Nothing can be derived. The message is a sentence; `failure` is what the program raised, if it did."""

    def __init__(self, message: str, failure: Failure | None = None) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, eq=False)
class Study:
    """A program, its first iteration, and the gradients that the rules give."""

    program: Program
    session: Session
    iteration: Iteration
    derivation: Derivation

    @cached_property
    def judgements(self) -> Mapping[str, Judgement]:
        """What a check says of every gradient that the program writes."""
        return judgements(self.iteration, check_lines(self.session, self.iteration))

    def judgement(self, tensor: str) -> Judgement | None:
        """What a check says of one gradient as the program writes it; None where it does not."""
        return self.judgements.get(self.derivation.gradients[tensor].name)


def derivation_of(session: Session, record: Iteration) -> Derivation:
    """The gradients that the rules give; a problem where these have other words than the text."""
    if session.program.steps_methods:
        return Derivation({}, {}, problem="what stands in methods is not explained, hinted at or written yet")
    return derive(session, record)


def study(program: Program, seed: int = 0) -> Study:
    """Run one iteration and derive every gradient.

    Raises:
        CannotStudy: the program does not run as far as its loss, or nothing can be derived.
    """
    session = Session(program, seed)
    failure = session.begin()
    if failure is not None:
        raise CannotStudy("the program does not run", failure)
    record = session.iterate()
    if record.loss is None:
        raise CannotStudy("the forward does not run", record.failure)
    with silenced():
        derivation = derivation_of(session, record)
    if derivation.problem:
        raise CannotStudy(derivation.problem)
    return Study(program, session, record, derivation)
