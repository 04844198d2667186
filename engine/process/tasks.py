"""What the command line has done apart: a check, a program written, a gradient explained or hinted at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..execution.failure import Failure
from ..judging.report import Report
from ..program.program_text import ProgramText
from ..program.reading import with_calls_whole
from ..tutor.answer import Told, Written

if TYPE_CHECKING:
    from ..tutor.practice import Practice
    from ..tutor.study import Study

_R = TypeVar("_R")


@dataclass(frozen=True)
class CannotBeDone:
    """Why nothing came of it, in a sentence; with what the program raised, if it did."""

    words: str
    failure: Failure | None = None


@dataclass(frozen=True)
class NoTensor:
    """The word that was asked for is none of these tensors, nor a gradient of one."""

    names: tuple[str, ...]
    tensor: str
    """What it would be if it were a gradient's name."""


@dataclass(frozen=True)
class Check:
    """Train, and judge the gradients of the last iteration."""

    text: ProgramText
    iterations: int
    seed: int
    rtol: float
    atol: float
    strict: bool

    def done(self) -> Report:
        """The report."""
        from ..judging.check import check

        return check(
            self.text.program(),
            iterations=self.iterations,
            seed=self.seed,
            rtol=self.rtol,
            atol=self.atol,
            strict=self.strict,
        )


@dataclass(frozen=True)
class Write:
    """Write every gradient, or only the missing ones."""

    text: ProgramText
    missing: bool
    seed: int

    def done(self) -> Written | CannotBeDone:
        """The program with them."""
        from ..tutor.study import CannotStudy
        from ..tutor.writing import write

        try:
            return write(with_calls_whole(self.text.program()), missing=self.missing, seed=self.seed)
        except CannotStudy as problem:
            return CannotBeDone(str(problem), problem.failure)


@dataclass(frozen=True)
class Blank:
    """Make a copy, to stand at a path, whose gradients are to be written."""

    text: ProgramText
    path: Path
    seed: int

    def done(self) -> Practice | CannotBeDone:
        """The copy."""
        from ..tutor.practice import CannotPractise, practice

        try:
            return practice(with_calls_whole(self.text.program()), self.path, self.seed)
        except CannotPractise as problem:
            return CannotBeDone(str(problem))


@dataclass(frozen=True)
class Explain:
    """Explain the gradient of a tensor, or of every one."""

    text: ProgramText
    word: str | None
    seed: int

    def done(self) -> tuple[tuple[Told, ...], ...] | CannotBeDone | NoTensor:
        """For each tensor the lines that are said of it."""
        return _studied(self.text, self.seed, self._told)

    def _told(self, study: Study) -> tuple[tuple[Told, ...], ...] | NoTensor:
        from ..tutor.explanation import explain
        from ..tutor.own_terms import TermsOf
        from ..tutor.wording import explanation_lines

        terms_of = TermsOf(study, study.judgements)
        tensors = [*study.derivation.gradients] if self.word is None else [_tensor(study, self.word)]
        told = []
        for tensor in tensors:
            if tensor is None:
                return _none_such(study, self.word or "")
            said = explain(study.program, study.iteration, terms_of(tensor), tensor)
            told.append(tuple(explanation_lines(said)))
        return tuple(told)


@dataclass(frozen=True)
class Hint:
    """Give a hint for the gradient of a tensor."""

    text: ProgramText
    word: str
    level: int
    seed: int

    def done(self) -> tuple[Told, ...] | CannotBeDone | NoTensor:
        """The lines of it."""
        return _studied(self.text, self.seed, self._told)

    def _told(self, study: Study) -> tuple[Told, ...] | NoTensor:
        from ..tutor.hints import hint
        from ..tutor.own_terms import TermsOf
        from ..tutor.wording import hint_lines, right_already

        tensor = _tensor(study, self.word)
        if tensor is None:
            return _none_such(study, self.word)
        gradient = study.derivation.gradients[tensor].name
        if right := right_already(gradient, study.judgement(tensor)):
            return tuple(right)
        terms = TermsOf(study, study.judgements)(tensor)
        lines = hint(study.program, terms.derivation, tensor, self.level, terms.convention)
        return tuple(hint_lines(terms.derivation.gradients[tensor].name, self.level, lines))


def _studied(text: ProgramText, seed: int, tell: Callable[[Study], _R]) -> _R | CannotBeDone:
    from ..execution.silence import silenced
    from ..tutor.study import CannotStudy, study

    try:
        studied = study(with_calls_whole(text.program()), seed)
    except CannotStudy as problem:
        return CannotBeDone(str(problem), problem.failure)
    with silenced():
        return tell(studied)


def _tensor(study: Study, word: str) -> str | None:
    """The tensor that a word means, with or without the d of its gradient."""
    names = study.derivation.gradients
    tensor = study.program.naming.tensor(word)
    return word if word in names else tensor if tensor in names else None


def _none_such(study: Study, word: str) -> NoTensor:
    return NoTensor(tuple(study.derivation.gradients), study.program.naming.tensor(word) or "")
