"""A line that does something else in another iteration is judged by what it does in this one."""

from __future__ import annotations

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.program.program import parse

TEXT = """# %% setup
import torch
x = torch.randn(5, 3)
y = torch.randn(5, 2)
# %% parameters
w = torch.randn(3, 2)
b = torch.randn(2)
# %% forward
z = x @ w + b
e = z - y
loss = (e**2).sum()
# %% backward
de = {de}
dz = de.clone()
db = dz.sum(0)
dw = (x.T @ dz) * (2 if iteration == 2 else 1)
# %% update
w = w - 0.01 * dw
"""


def judged_at_rest(text: str, iterations: int) -> list[dict[str, Judgement]]:
    """What stands on the screen after each iteration, once nothing is left to be done."""
    stepper = Stepper(parse(text, "changing"), 0)
    stepper.begin()
    found = []
    for _ in range(iterations):
        stepper.handle(Advance(Unit.ITERATION))
        while stepper.now.line_check.due:
            stepper.check_lines()
        found.append(dict(stepper.now.line_check.judgements))
    return found


@pytest.mark.parametrize("de", ["2 * e", "3 * e"])
def test_a_line_is_blamed_in_the_iteration_in_which_it_is_wrong(de: str) -> None:
    verdicts = [judged["dw"].verdict.value for judged in judged_at_rest(TEXT.format(de=de), 4)]
    fine = {"2 * e": {"exact", "close"}, "3 * e": {"inherited"}}[de]
    assert verdicts[2] == "wrong_here"
    assert {verdicts[0], verdicts[1], verdicts[3]} <= fine
