"""What is written into any program passes the check, and what cannot be written says why."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.program.statements import Statement, acts_in_test
from backprop_tui.engine.tutor.writing import Written, write

FOLDER = Path(__file__).parents[2] / "programs"
FILES = [path for kind in ("spellings", "attacks", "kinks") for path in sorted((FOLDER / kind).glob("*.py"))]
PROGRAMS = [load(name) for name in bundled_names()]
PROGRAMS += [parse(path.read_text(encoding="utf-8"), path.stem, path) for path in FILES]
WHOLE = {"in_place_rows", "lstm_unrolled", "relu_in_place", "dropout_mask_recovered"}
"""Programs with gradients that no line can be written for."""


def named(programs: list[Program]) -> list[str]:
    return [program.name for program in programs]


def require_passes(program: Program, written: Written, names: set[str]) -> None:
    """Whatever was written passes, and nothing raises."""
    report = check(parse(written.text, program.name, program.path))
    assert report.failure is None, written.text
    wrong = {one.name: one.message for one in report.gradients if not one.verdict.passes}
    assert {name for name in wrong if name in names} <= written.unwritten.keys(), (wrong, written.text)
    assert all(written.unwritten.values())


@pytest.mark.parametrize("program", PROGRAMS, ids=named(PROGRAMS))
def test_a_backward_that_is_written_anew_passes(program: Program) -> None:
    written = write(program)
    report = check(parse(written.text, program.name, program.path))
    require_passes(program, written, {one.name for one in report.gradients})
    assert report.exit_code == 0 or program.name in WHOLE


def own_lines(program: Program, name: str) -> list[Statement]:
    """The statements that write a gradient, if they do nothing else and stand in lines of their own."""
    section = program.section("backward")
    assert section is not None
    own = [s for s in section.statements if name in s.writes]
    taken = [line for s in section.statements for line in range(s.line, s.end_line + 1)]
    plain = all(set(s.writes) == {name} and s.always and not acts_in_test(s.node) for s in own)
    alone = all(taken.count(line) == 1 for s in own for line in range(s.line, s.end_line + 1))
    return own if plain and alone and not any(".pop(" in s.text for s in own) else []


def blanked(program: Program, names: list[str], *, marked: bool) -> str:
    """The program without the lines of some gradients; `marked` leaves `dX = ...` where the first stood."""
    lines = list(program.lines)
    spans = [(s, s is own[0], name) for name in names for own in [own_lines(program, name)] for s in own]
    for statement, is_first, name in sorted(spans, key=lambda span: -span[0].line):
        left = [f"{name} = ..."] if marked and is_first else []
        lines[statement.line - 1 : statement.end_line] = left
    return "\n".join(lines)


@pytest.mark.parametrize("program", PROGRAMS, ids=named(PROGRAMS))
def test_gradients_that_are_missing_are_written_so_that_they_pass(program: Program) -> None:
    chance = random.Random(program.name)
    marked = chance.random() < 0.5
    gradients = sorted({one.name for one in check(program).gradients if one.line is not None})
    plain = [name for name in gradients if own_lines(program, name)]
    names = chance.sample(plain, chance.randint(1, max(1, len(plain) // 2))) if plain else []
    text = blanked(program, names, marked=marked)
    written = write(parse(text, program.name, program.path), missing=True)
    require_passes(program, written, set(names))
