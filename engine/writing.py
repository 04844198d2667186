"""Writing a program's handwritten gradients: the whole backward section, or those that are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .checking import run_check
from .placing import holes, with_backward, with_gradients
from .program import Program, parse
from .report import GradientReport
from .rules.derive import Derivation, Derived
from .session import Session
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
    there = session.candidates.keys() - holes(program).keys() if missing else frozenset[str]()
    return [_unless_taken(program, one) for one in derivation.gradients.values() if one.name not in there]


def _unless_taken(program: Program, one: Derived) -> Derived:
    for statement in program.statements:
        if statement.section != "backward" and one.name in statement.binds:
            return one.without_lines(f"the name is taken: line {statement.line} binds {one.name}")
    return one


def _tried(program: Program, wanted: Sequence[Derived], *, missing: bool, seed: int) -> Written:
    """Write, check the result, and take back what the check does not confirm."""
    place = with_gradients if missing else with_backward
    text = place(program, wanted)
    report = run_check(parse(text, program.name, program.path), iterations=1, seed=seed, rtol=1e-5, atol=1e-8)
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
