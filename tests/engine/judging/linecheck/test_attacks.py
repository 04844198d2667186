"""Programs in styles of their own: nothing of them is accused, and every error planted in them is.

A comment `#! dX: text` in a program says that `text` in place of the next statement is an error of dX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement, judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import parse

ATTACKS = sorted((Path(__file__).parents[3] / "programs" / "attacks").glob("*.py"))
PLANT = re.compile(r"^ *#! (?P<names>\w[\w, ]*): (?P<text>.*)$")


@dataclass(frozen=True)
class Planted:
    """A program with one error in it, and the gradients whose lines are then wrong."""

    title: str
    program: str
    blamed: frozenset[str]


def planted(path: Path) -> list[Planted]:
    """Every program that the comments of one describe."""
    lines = path.read_text().splitlines()
    found = []
    for position, line in enumerate(lines):
        match = PLANT.match(line)
        if match is None:
            continue
        after = position + 1
        while PLANT.match(lines[after]):
            after += 1
        indent = lines[after][: len(lines[after]) - len(lines[after].lstrip())]
        changed = [*lines[:after], indent + match["text"], *lines[after + 1 :]]
        names = frozenset(match["names"].split(", "))
        found.append(Planted(f"{path.stem}:{match['text']}", "\n".join(changed) + "\n", names))
    return found


def judged(text: str, seed: int = 0, iterations: int = 1) -> dict[str, Judgement]:
    """The judgements of a program's last iteration."""
    session = Session(parse(text, "attack"), seed)
    failure = session.begin()
    assert failure is None, failure
    for _ in range(iterations):
        record = session.iterate()
        assert record.failure is None, record.failure
    check = check_lines(session, record)
    assert not check.problem, check.problem
    return judgements(record, check)


def accused(found: dict[str, Judgement]) -> set[str]:
    """The gradients whose own lines are called wrong."""
    return {name for name, one in found.items() if one.verdict.accuses}


ERRORS = [one for path in ATTACKS for one in planted(path)]


def test_there_are_errors_to_find() -> None:
    assert len(ATTACKS) >= 20
    assert len(ERRORS) >= 60


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
@pytest.mark.parametrize(("seed", "iterations"), [(0, 1), (1, 1), (2, 5)])
def test_nothing_of_a_right_program_is_accused(path: Path, seed: int, iterations: int) -> None:
    found = judged(path.read_text(), seed, iterations)
    assert [name for name, one in found.items() if not one.verdict.passes] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.title)
def test_a_planted_error_is_blamed_on_its_own_lines_alone(error: Planted) -> None:
    assert accused(judged(error.program)) == error.blamed
