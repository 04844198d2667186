"""Writing a program's handwritten gradients: the whole backward section, or those that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from ..execution.session import Session
from ..judging.check import check
from ..judging.report import GradientReport
from ..program.program import Program, parse
from ..rules.derivation.derive import Derivation, Derived
from .placement import holes, with_backward, with_gradients
from .study import study


@dataclass(frozen=True)
class Written:
    """A program with its gradients written; `unwritten` says of each that is not why."""

    text: str
    unwritten: Mapping[str, str]


def write(program: Program, *, missing: bool = False, seed: int = 0) -> Written:
    """The program with every gradient written, or with `missing` only those that it has not.

    Every gradient that is written was confirmed by autograd, and in its place by the line check.

    Raises:
        CannotStudy: the program does not run as far as its loss, or nothing can be derived.
    """
    studied = study(program, seed)
    wanted = _wanted(program, studied.session, studied.derivation, missing=missing)
    return _tried(program, wanted, missing=missing, seed=seed)


def _wanted(program: Program, session: Session, derivation: Derivation, *, missing: bool) -> list[Derived]:
    there = session.facts.candidates.keys() - holes(program).keys() if missing else frozenset[str]()
    others = _other_names(program, derivation.gradients.values())
    return [
        _renamed(derived, others) for derived in derivation.gradients.values() if derived.name not in there
    ]


def _other_names(program: Program, gradients: Iterable[Derived]) -> dict[str, str]:
    """Names for the gradients whose own name the program uses for something else."""
    used = {name for s in program.statements for name in (*s.binds, *s.reads)}
    taken = {name for s in program.statements if s.section != "backward" for name in s.binds}
    return {
        derived.name: next(free for free in _names(derived.tensor) if free not in used)
        for derived in gradients
        if derived.name in taken
    }


def _names(tensor: str) -> Iterator[str]:
    yield f"grad_{tensor}"
    yield from (f"grad_{tensor}_{number}" for number in count(2))


def _renamed(derived: Derived, others: Mapping[str, str]) -> Derived:
    if not others:
        return derived
    words = re.compile(rf"\b({'|'.join(map(re.escape, others))})\b")
    lines = tuple(words.sub(lambda word: others[word[0]], line) for line in derived.lines)
    return replace(derived, lines=lines)


def _tried(program: Program, wanted: Sequence[Derived], *, missing: bool, seed: int) -> Written:
    """Write, check the result, and take back what the check does not confirm."""
    place = with_gradients if missing else with_backward
    text = place(program, wanted)
    report = check(parse(text, program.name, program.path), seed=seed)
    reports = {gradient.name: gradient for gradient in report.gradients}
    kept = [
        derived
        if not derived.lines or _confirmed(reports.get(derived.name))
        else derived.without_lines(_DENIED)
        for derived in wanted
    ]
    if any(before.lines and not after.lines for before, after in zip(wanted, kept, strict=True)):
        text = place(program, kept)
    return Written(text, {derived.name: derived.reason for derived in kept if not derived.lines})


_DENIED = "the check does not confirm it in its place"


def _confirmed(report: GradientReport | None) -> bool:
    return report is None or (report.line_verdict or report.verdict).passes
