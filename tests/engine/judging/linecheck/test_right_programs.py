"""No line of a right program is accused, bundled or spelled in any way, at any seed or iteration."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement, judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import parse

ROOT = Path(__file__).parents[4]
BUNDLED = sorted((ROOT / "engine" / "bundled").glob("[a-z]*.py"))
SPELLED = sorted((ROOT / "tests" / "programs" / "spellings").glob("*.py"))
KINKED = sorted((ROOT / "tests" / "programs" / "kinks").glob("*.py"))


def judged(path: Path, seed: int, iterations: int) -> dict[str, Judgement]:
    """The judgements of a program's last iteration; every gradient's line was judged."""
    session = Session(parse(path.read_text(), path.stem), seed)
    assert session.begin() is None
    for _ in range(iterations):
        record = session.iterate()
    assert record.failure is None
    check = check_lines(session, record)
    assert not check.problem
    return judgements(record, check)


def failing(found: dict[str, Judgement]) -> dict[str, str]:
    """What a check would fail for, with the reasons."""
    return {name: one.message or str(one.verdict) for name, one in found.items() if not one.verdict.passes}


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
@pytest.mark.parametrize(("seed", "iterations"), [(0, 1), (1, 1), (2, 1), (0, 50)])
def test_nothing_of_a_bundled_program_is_accused(path: Path, seed: int, iterations: int) -> None:
    assert failing(judged(path, seed, iterations)) == {}


@pytest.mark.parametrize("path", SPELLED, ids=lambda path: path.stem)
@pytest.mark.parametrize(("seed", "iterations"), [(0, 1), (1, 20)])
def test_nothing_of_a_spelling_is_accused(path: Path, seed: int, iterations: int) -> None:
    assert failing(judged(path, seed, iterations)) == {}


@pytest.mark.parametrize("path", KINKED, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 1])
def test_at_a_kink_another_choice_is_a_note(path: Path, seed: int) -> None:
    found = judged(path, seed, 1)
    assert failing(found) == {}
    assert any("subgradient" in one.message for one in found.values())
