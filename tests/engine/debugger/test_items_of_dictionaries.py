"""What dictionaries hold has rows of its own, values at every moment, and comes back with them."""

from __future__ import annotations

import pytest

from backprop_tui.engine.debugger.wire.commands import Advance, GoTo, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.program.program import Program, parse

from .stepping import after, made

TEXT = """# %% setup
import torch
x = torch.arange(6.0).reshape(3, 2)
# %% parameters
params = {"W": torch.ones(2, 2), "b": {"out": torch.zeros(2)}}
# %% forward
out = x @ params["W"] + params["b"]["out"]
loss = (out ** 2).mean()
# %% backward
grads = {"b": {}}
dout = 2 * out / out.numel()
grads["W"] = x.T @ dout
grads["b"]["out"] = dout.sum(0)
# %% update
params["W"] = params["W"] - 0.01 * grads["W"]
for key in params["b"]:
    params["b"][key] -= 0.01 * grads["b"][key]
"""
W, B = 'params["W"]', 'params["b"]["out"]'


@pytest.fixture
def program() -> Program:
    return parse(TEXT, "held")


def values(frame: Frame) -> dict[str, tuple[float | None, float | None]]:
    return {row.name: (row.value.low, row.value.high) for row in frame.tensors if row.value is not None}


def test_they_have_values_from_the_start_on(program: Program) -> None:
    frame = after(made(program), Advance(Unit.STATEMENT))
    assert values(frame)[W] == (1.0, 1.0)
    assert values(frame)[B] == (0.0, 0.0)
    assert {row.name: row.kind for row in frame.tensors}[W] == "parameter"


def test_the_update_changes_them_at_its_line_also_in_a_loop(program: Program) -> None:
    stepper = made(program)
    began = values(after(stepper, Advance(Unit.STATEMENT)))
    ended = values(after(stepper, Advance(Unit.ITERATION)))
    assert began[W] != ended[W]
    assert began[B] != ended[B]
    back = after(stepper, Advance(Unit.STATEMENT, -1))
    assert values(back)[W] == ended[W]
    assert values(back)[B] == began[B]
    further = after(stepper, Advance(Unit.STATEMENT, -1))
    assert values(further)[W] == began[W]


def test_an_iteration_that_is_come_back_to_shows_what_it_showed(program: Program) -> None:
    stepper = made(program)
    shown = [values(after(stepper, Advance(Unit.ITERATION))) for _ in range(4)]
    assert len({one[W] for one in shown}) == 4
    for number in (2, 1, 4, 3):
        assert values(after(stepper, GoTo(number))) == shown[number - 1]


def test_they_are_selected_and_their_gradients_compared(program: Program) -> None:
    stepper = made(program)
    frame = after(stepper, Advance(Unit.ITERATION), SelectName(B))
    assert frame.inspector.name == B
    assert (frame.status.exact + frame.status.close, frame.status.wrong) == (3, 0)
