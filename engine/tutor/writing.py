"""Writing a program's handwritten gradients: the whole backward section, or those that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    found = study(program, seed)
    wanted = _wanted(program, found.session, found.derivation, missing=missing)
    return _tried(program, wanted, missing=missing, seed=seed)


def _wanted(program: Program, session: Session, derivation: Derivation, *, missing: bool) -> list[Derived]:
    there = session.facts.candidates.keys() - holes(program).keys() if missing else frozenset[str]()
    others = _other_names(program, [one.name for one in derivation.gradients.values()])
    return [_renamed(one, others) for one in derivation.gradients.values() if one.name not in there]


def _other_names(program: Program, gradients: Sequence[str]) -> dict[str, str]:
    """Names for the gradients whose own name the program uses for something else."""
    used = {name for s in program.statements for name in (*s.binds, *s.reads)}
    taken = {name for s in program.statements if s.section != "backward" for name in s.binds}
    return {name: next(one for one in _names(name) if one not in used) for name in gradients if name in taken}


def _names(gradient: str) -> Iterator[str]:
    yield f"grad_{gradient[1:]}"
    yield from (f"grad_{gradient[1:]}_{number}" for number in count(2))


def _renamed(one: Derived, others: Mapping[str, str]) -> Derived:
    if not others:
        return one
    words = re.compile(rf"\b({'|'.join(map(re.escape, others))})\b")
    lines = tuple(words.sub(lambda found: others[found[0]], line) for line in one.lines)
    return replace(one, lines=lines)


def _tried(program: Program, wanted: Sequence[Derived], *, missing: bool, seed: int) -> Written:
    """Write, check the result, and take back what the check does not confirm."""
    place = with_gradients if missing else with_backward
    text = place(program, wanted)
    report = check(parse(text, program.name, program.path), seed=seed)
    verdicts = {one.name: one for one in report.gradients}
    kept = [
        one if not one.lines or _confirmed(verdicts.get(one.name)) else one.without_lines(_DENIED)
        for one in wanted
    ]
    if any(one.lines and not new.lines for one, new in zip(wanted, kept, strict=True)):
        text = place(program, kept)
    return Written(text, {one.name: one.reason for one in kept if not one.lines})


_DENIED = "the check does not confirm it in its place"


def _confirmed(found: GradientReport | None) -> bool:
    return found is None or (found.line_verdict or found.verdict).passes
