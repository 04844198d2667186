"""A file that a program reads and that is not there: what could stand in its place."""

from __future__ import annotations

import re

from ..program.program import Program

_STAND_INS = (
    (r"torch\.(tensor|stack|from_numpy)\b|\bfloat\(", "torch.randn(100, 4)"),
    (r"splitlines|readlines|\.split\(", '["anna", "bella", "clara"]'),
    (r"\.read\(|read_text", '"some text to learn from " * 100'),
    (r"open\(", '"some text to learn from " * 100'),
    (r"load|read_|genfromtxt|fromfile|MNIST|CIFAR|datasets", "torch.randn(100, 4)"),
)


def made_up(program: Program, line: int | None) -> str:
    """How made-up data can take the place of what a line reads, in words to be put after the reason."""
    around = [s for s in program.statements if line in range(s.line, s.end_line + 1)]
    # one inside a function that was taken apart stands in that function's own statement, too
    statement = min(around, key=lambda s: s.end_line - s.line, default=None)
    if statement is None or not statement.binds:
        return ""
    forms = (value for form, value in _STAND_INS if re.search(form, statement.text))
    value = next(forms, "torch.randn(100, 4)")
    return f"; made-up data can take its place: `{statement.binds[-1]} = {value}`"
