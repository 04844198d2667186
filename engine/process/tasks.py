"""What the command line has done apart: a check, a program written, a gradient explained or hinted at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..execution.failure import Failure
from ..judging.report import Report
from ..program.program_text import ProgramText
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
            return write(self.text.program(), missing=self.missing, seed=self.seed)
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
            return practice(self.text.program(), self.path, self.seed)
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
        from ..tutor.asking import Asking

        asking = Asking(study)
        tensors = asking.every() if self.word is None else asking.meant(self.word)[:1]
        if self.word is not None and len(asking.meant(self.word)) != 1:
            return _none_such(study, self.word)
        return tuple(map(asking.explanation, tensors))


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
        from ..tutor.asking import Asking

        asking = Asking(study)
        meant = asking.meant(self.word)
        return asking.hint(meant[0], self.level) if len(meant) == 1 else _none_such(study, self.word)


def _studied(text: ProgramText, seed: int, tell: Callable[[Study], _R]) -> _R | CannotBeDone:
    from ..execution.silence import silenced
    from ..tutor.study import CannotStudy, study

    try:
        studied = study(text.program(), seed)
    except CannotStudy as problem:
        return CannotBeDone(str(problem), problem.failure)
    with silenced():
        return tell(studied)


def _none_such(study: Study, word: str) -> NoTensor:
    from ..tutor.asking import Asking

    return NoTensor(Asking(study).names(word), study.program.naming.tensor(word) or "")
