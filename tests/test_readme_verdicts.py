"""The README's table of verdicts is true: each of its lines gets the verdict, the sign and the exit code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.drawing.verdict_signs import SIGNS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("One verdict has one meaning.")[2]
PROGRAM = SECTION.partition("```python\n")[2].partition("```")[0]
BACKWARD = "# %% backward\n"
FAILS = {"passes": False, "fails": True}


class Row(NamedTuple):
    """One row of the table."""

    sign: str
    verdict: Verdict
    fails: bool
    fails_strictly: bool
    line: str


def row_of(cells: list[str]) -> Row:
    sign, verdict, plain, strict, _, line = cells
    return Row(sign, Verdict(verdict.replace(" ", "_")), FAILS[plain], FAILS[strict], line.strip("`"))


def table() -> list[Row]:
    lines = re.findall(r"^\| (\S) \|(.*)\|$", SECTION, flags=re.MULTILINE)
    return [row_of([sign, *(cell.strip() for cell in rest.split("|"))]) for sign, rest in lines]


def bound_by(line: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name) and is_bound(node)}


def is_bound(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def program_with(line: str) -> Program:
    """The README's program with the line in the place of those that bind what it binds."""
    head, _, backward = PROGRAM.partition(BACKWARD)
    lines = backward.splitlines()
    replaced = [at for at, old in enumerate(lines) if bound_by(old) & bound_by(line)]
    kept = [old for at, old in enumerate(lines) if at not in replaced]
    kept.insert(min(replaced, default=len(lines)), line)
    return parse(head + BACKWARD + "\n".join(kept) + "\n", "readme")


def test_every_verdict_has_one_row() -> None:
    told = [row.verdict for row in table()]
    assert sorted(told) == sorted(set(Verdict))


@pytest.mark.parametrize("row", table(), ids=lambda row: row.verdict.value)
def test_a_line_of_the_readme_gets_its_verdict_and_its_exit_code(row: Row) -> None:
    assert SIGNS[row.verdict].mark == row.sign
    for strict, fails in ((False, row.fails), (True, row.fails_strictly)):
        report = check(program_with(row.line), strict=strict)
        assert row.verdict in {one.verdict for one in report.gradients if one.name in bound_by(row.line)}
        assert report.exit_code == int(fails)


def test_the_program_of_the_readme_passes_as_it_stands() -> None:
    assert check(parse(PROGRAM, "readme"), strict=True).exit_code == 0
