"""Small programs of one kind of difficulty each, and what `check --json` is to make of them.

The first line of a program says what is right, the second the exit code of `check`, the lines that may be
accused and the options it is called with: no line, any line, or the wrong ones, of which one has to be.
`explained` asks for a diagnosis; `says:` and `never:` are patterns for all that the report says in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backprop_tui.tui.cli.main import main

PROGRAMS = sorted((Path(__file__).parents[2] / "programs" / "verdicts").glob("*.py"))
RULE = re.compile(r"# exit (\d) · accused: ([^·]+?)( · explained)?(?: · (.*))?")
PATTERN = re.compile(r"# (says|never): (.*)")
ACCUSED = {"wrong_here", "wrong_shape", "wrong_type"}
NAMES = {"program", "name", "suggestion"}
"""What is no sentence of the report's own."""


@dataclass(frozen=True)
class Expected:
    """What the head of a program asks for."""

    code: int
    accused: str
    explained: bool
    options: tuple[str, ...]
    patterns: dict[str, str]

    @property
    def wrong_lines(self) -> set[int]:
        """The lines that are wrong, where the program names any."""
        return {int(number) for number in re.findall(r"\d+", self.accused)}

    def allows(self, accused: set[int]) -> bool:
        """Whether these lines may be accused, and no others need to be."""
        if self.accused == "any line":
            return True
        return accused <= self.wrong_lines and bool(accused or "no line" in self.accused)


def expected(text: str) -> Expected:
    """What the first lines of a program say of it."""
    _, rule, *rest = text.splitlines()[:5]
    match = RULE.fullmatch(rule)
    assert match, rule
    code, accused, explained, options = match.groups()
    patterns = dict(found.groups() for found in map(PATTERN.fullmatch, rest) if found)
    return Expected(int(code), accused, bool(explained), tuple((options or "").split()), patterns)


def sentences(value: Any) -> Iterator[str]:
    """Every string of a report but names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from sentences(item)
    elif isinstance(value, dict):
        yield from (words for key, item in value.items() if key not in NAMES for words in sentences(item))


def accused_lines(gradient: dict[str, Any]) -> list[int]:
    """The wrong lines of a gradient, where several build it and not all are."""
    return gradient.get("accused_lines") or gradient["lines"] or [gradient["line"]]


def is_explained(gradient: dict[str, Any]) -> bool:
    """Whether a diagnosis says more than that something is wrong."""
    return (gradient["diagnosis"] or {}).get("kind", "unexplained") != "unexplained"


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_check_says_of_a_program_what_is_so(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    due = expected(path.read_text())
    code = main(["check", str(path), "--json", *due.options])
    report = json.loads(capfd.readouterr().out)
    wrong = [gradient for gradient in report["gradients"] if gradient["line_verdict"] in ACCUSED]
    accused = {line for gradient in wrong for line in accused_lines(gradient)}
    said = "\n".join(sentences(report))

    assert due.allows(accused), f"accused: {sorted(accused)}"
    assert code == due.code, report["error"]
    assert not due.explained or any(map(is_explained, wrong)), said
    assert re.search(due.patterns.get("says", ""), said), said
    assert "never" not in due.patterns or not re.search(due.patterns["never"], said), said
