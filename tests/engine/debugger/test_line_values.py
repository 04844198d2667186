"""What stands at the right edge of a line: the value that it bound, whatever happened to it since."""

from __future__ import annotations

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.frame import ProgramLine
from backprop_tui.engine.program.program import parse

STATEMENT = Advance(Unit.STATEMENT)
CHANGES = """# %% setup
import torch
x = torch.ones(3)
# %% parameters
w = torch.zeros(3)
# %% forward
h = x + w
total = torch.zeros(3)
total += 5
total = total * 2
loss = (h * total).sum()
"""


def lines_after(text: str, statements: int) -> dict[int, ProgramLine]:
    stepper = Stepper(parse(text, "changes"), 0)
    stepper.begin()
    for _ in range(statements):
        stepper.handle(STATEMENT)
        stepper.frame(0)
    return {line.number: line for line in stepper.frame(0).lines}


def test_a_line_keeps_the_value_that_it_bound_when_later_ones_change_it() -> None:
    bound = {number: line.bound for number, line in lines_after(CHANGES, 5).items()}
    assert [(bound[n].low, bound[n].high) for n in (8, 9, 10) if bound[n]] == [(0, 0), (5, 5), (10, 10)]


def test_only_the_line_that_made_the_newest_value_is_marked_as_changed() -> None:
    lines = lines_after(CHANGES, 4)
    assert [lines[n].changed for n in (8, 9, 10)] == [False, False, True]


def test_a_line_of_a_loop_shows_what_its_last_pass_bound() -> None:
    text = CHANGES.replace(
        "total = total * 2\n", "for k in range(3):\n    y = h * k\n    total = total + y\n"
    )
    bound = lines_after(text, 10)[11].bound
    assert bound is not None
    assert (bound.low, bound.high) == (2, 2)
