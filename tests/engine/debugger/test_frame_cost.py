"""A frame costs what is in view: counted in values looked at, never in seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.summaries import tensor_summary
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.looks import Layout, Select
from backprop_tui.engine.program.program import Program, parse

LAYOUT = Layout(program_rows=10, tensor_rows=5)
MOST = 10 + 2 * 5
"""A value for each row of the program, value and gradient for each row of tensors."""


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        return self.function(*arguments)

    @property
    def method(self) -> Callable[..., Any]:
        """The same for a class to have."""

        def count(*arguments: Any) -> Any:
            return self(*arguments)

        return count


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(tensor_summary.Summaries.of)
    monkeypatch.setattr(tensor_summary.Summaries, "of", counted.method)
    return counted


@pytest.fixture
def looked_through(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(tensor_summary.span)
    monkeypatch.setattr(tensor_summary, "span", counted)
    return counted


def chain(length: int) -> Program:
    """A program with so many intermediate tensors."""
    links = [f"h{n} = h{n - 1} * 1.01" for n in range(1, length)]
    text = ["# %% parameters", "import torch", "W = torch.ones(3)", "# %% forward", "h0 = W * 2", *links]
    return parse("\n".join([*text, f"loss = h{length - 1}.sum()"]), "chain")


def stepped(program: Program, *commands: Any) -> Stepper:
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (LAYOUT, *commands):
        stepper.handle(command)
    return stepper


@pytest.mark.parametrize("length", [20, 400])
def test_a_frame_looks_only_at_what_is_in_view(length: int, looked_at: Counted) -> None:
    stepper = stepped(chain(length), Advance(Unit.ITERATION))
    assert len(stepper.frame(0).tensors) == 5
    assert 0 < looked_at.calls <= MOST


def test_a_frame_costs_the_same_after_many_iterations(linear: Program, looked_at: Counted) -> None:
    stepper = stepped(linear, Advance(Unit.ITERATION))
    stepper.frame(0)
    first = looked_at.calls
    for _ in range(100):
        stepper.handle(Advance(Unit.ITERATION))
    looked_at.calls = 0
    stepper.frame(0)
    assert looked_at.calls == first


def test_no_tensor_is_looked_through_twice(linear: Program, looked_through: Counted) -> None:
    stepper = stepped(linear, Advance(Unit.ITERATION))
    stepper.frame(0)
    seen = looked_through.calls
    assert seen > 0
    stepper.handle(Select(0))
    stepper.frame(1)
    assert looked_through.calls == seen


def test_a_tensor_that_changes_in_place_is_looked_through_again() -> None:
    program = parse(
        "# %% parameters\nimport torch\nW = torch.ones(2)\n# %% forward\nloss = (W * W).sum()\n"
        "# %% update\nW += 1",
        "grows",
    )
    stepper = stepped(program)
    for expected in (2.0, 3.0, 4.0):
        stepper.handle(Advance(Unit.ITERATION))
        row = next(row for row in stepper.frame(0).tensors if row.name == "W")
        assert row.value is not None
        assert row.value.high == expected
