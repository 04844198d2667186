"""A program to practise on: its gradients pass, and a copy of it has none of their lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from ..execution.session import Session
from ..execution.silence import silenced
from ..judging.check import check
from ..judging.judgement import judgements
from ..judging.linecheck.line_check import check_lines
from ..judging.report import GradientReport, Report
from ..program.convert import with_titles
from ..program.frame import in_function, told
from ..program.program import Program, ProgramError
from ..program.reading import read
from ..verdict import Verdict
from .blanking import blanked_everywhere


@dataclass(frozen=True)
class Practice:
    """The text of the copy, and how many gradients are to be written in it."""

    text: str
    gradients: int


class CannotPractise(Exception):
    """There is nothing to practise on. The message is a sentence for the user."""


def practice(program: Program, path: Path, seed: int = 0) -> Practice:
    """The copy of a program, to stand at a path, with every gradient blanked.

    Raises:
        CannotPractise: its gradients do not pass, there are none, or no copy of it runs.
    """
    if program.unwritable:
        raise CannotPractise(program.unwritable)
    with silenced():
        report = check(program, seed=seed)
    _require_passing(report)
    names = [one.name for one in report.gradients if one.lines and one.verdict is not Verdict.NOT_CHECKED]
    if not blanked_everywhere(program, names).names:
        raise CannotPractise("it has no gradient whose lines could be blanked")
    exact = [one.name for one in report.gradients if one.name in names and one.verdict not in _ON_PURPOSE]
    why = ""
    for candidate, some in product(_candidates(program), [names, exact] if exact != names else [names]):
        text, wanted = blanked_everywhere(candidate, some)
        problem = _why_not(text, wanted, path, seed)
        if not problem:
            return Practice(text, len(wanted))
        why = why or problem
    raise CannotPractise(f"no copy of it without its gradients runs here: {why}")


_ON_PURPOSE = (Verdict.SCALED, Verdict.PART)
"""What lines below make up for, which autograd's own gradient in the place of a line would undo."""


def _require_passing(report: Report) -> None:
    if report.failure is not None:
        raise CannotPractise(f"it does not run: {report.failure.words}")
    if report.failing:
        first = report.failing[0]
        more = f", and {len(report.failing) - 1} more do not pass" if len(report.failing) > 1 else ""
        raise CannotPractise(f"its gradients do not pass: {_words(first)}{more}; mend it first")


def _words(one: GradientReport) -> str:
    where = f"line {one.line}, " if one.line is not None else ""
    return f"{where}{one.name}: {one.message or one.verdict.value.replace('_', ' ')}"


def _candidates(program: Program) -> list[Program]:
    """The program as it stands, and where its sections were found, with titles."""
    if program.found is None:
        return [program]
    try:
        titled = read(with_titles(program), program.name)
    except ProgramError:
        return [program]
    return [program, titled]


def _why_not(text: str, names: Collection[str], path: Path, seed: int) -> str:
    """Why a text is no program in which these gradients, and no others, are to be written; '' where it is."""
    try:
        program = read(text, path.stem, path)
    except ProgramError as problem:
        return str(problem)
    with silenced():
        session = Session(program, seed)
        failure = session.begin()
        if failure is not None:
            return failure.words
        record = session.iterate()
        if record.failure is not None:
            return record.failure.words
        judged = judgements(record, check_lines(session, record))
    empty = {name for name, one in judged.items() if one.verdict is Verdict.NOT_WRITTEN}
    failing = [name for name, one in judged.items() if not one.verdict.passes and name not in empty]
    if failing:
        return f"{told(failing[0])} does not pass in it"
    unwritten = set(map(in_function, empty))
    missing = sorted({*names} - unwritten)
    return f"{missing[0]} is not found in it" if missing else ""
