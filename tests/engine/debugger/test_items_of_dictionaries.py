"""What dictionaries, lists and objects hold has rows, values at every moment, and comes back with them."""

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
LISTS = """# %% setup
import torch
x = torch.arange(6.0).reshape(3, 2)
# %% parameters
params = [torch.ones(2, 2), torch.zeros(2)]
# %% forward
out = x @ params[0] + params[1]
loss = (out ** 2).mean()
# %% backward
grads = [None] * 2
dout = 2 * out / out.numel()
grads[0] = x.T @ dout
grads[1] = dout.sum(0)
# %% update
params[0] = params[0] - 0.01 * grads[0]
for p, g in zip(params[1:], grads[1:]):
    p -= 0.01 * g
"""
OBJECTS = """# %% setup
import torch
x = torch.arange(6.0).reshape(3, 2)
class Layer:
    def __init__(self):
        self.W = torch.ones(2, 2)
        self.b = torch.zeros(2)
# %% parameters
layers = [Layer()]
# %% forward
out = x @ layers[0].W + layers[0].b
loss = (out ** 2).mean()
# %% backward
dout = 2 * out / out.numel()
layers[0].dW = x.T @ dout
layers[0].db = dout.sum(0)
# %% update
layers[0].W = layers[0].W - 0.01 * layers[0].dW
for layer in layers:
    layer.b -= 0.01 * layer.db
"""
HELD = {
    "dictionaries": (TEXT, W, B),
    "lists": (LISTS, "params[0]", "params[1]"),
    "objects": (OBJECTS, "layers[0].W", "layers[0].b"),
}


@pytest.fixture(params=HELD)
def held(request: pytest.FixtureRequest) -> tuple[Program, str, str]:
    text, weight, bias = HELD[request.param]
    return parse(text, "held"), weight, bias


def values(frame: Frame) -> dict[str, tuple[float | None, float | None]]:
    return {row.name: (row.value.low, row.value.high) for row in frame.tensors if row.value is not None}


def test_they_have_values_from_the_start_on(held: tuple[Program, str, str]) -> None:
    program, weight, bias = held
    frame = after(made(program), Advance(Unit.STATEMENT))
    assert values(frame)[weight] == (1.0, 1.0)
    assert values(frame)[bias] == (0.0, 0.0)
    assert {row.name: row.kind for row in frame.tensors}[weight] == "parameter"


def test_the_update_changes_them_at_its_line_also_in_a_loop(held: tuple[Program, str, str]) -> None:
    program, weight, bias = held
    stepper = made(program)
    began = values(after(stepper, Advance(Unit.STATEMENT)))
    ended = values(after(stepper, Advance(Unit.ITERATION)))
    assert began[weight] != ended[weight]
    assert began[bias] != ended[bias]
    back = after(stepper, Advance(Unit.STATEMENT, -1))
    assert values(back)[weight] == ended[weight]
    assert values(back)[bias] == began[bias]
    further = after(stepper, Advance(Unit.STATEMENT, -1))
    assert values(further)[weight] == began[weight]


def test_an_iteration_that_is_come_back_to_shows_what_it_showed(held: tuple[Program, str, str]) -> None:
    program, weight, _ = held
    stepper = made(program)
    shown = [values(after(stepper, Advance(Unit.ITERATION))) for _ in range(4)]
    assert len({one[weight] for one in shown}) == 4
    for number in (2, 1, 4, 3):
        assert values(after(stepper, GoTo(number))) == shown[number - 1]


def test_they_are_selected_and_their_gradients_compared(held: tuple[Program, str, str]) -> None:
    program, _, bias = held
    stepper = made(program)
    frame = after(stepper, Advance(Unit.ITERATION), SelectName(bias))
    assert frame.inspector.name == bias
    assert (frame.status.exact + frame.status.close, frame.status.wrong) == (3, 0)
