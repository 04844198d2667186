"""What the statistics say that ought not to be, and nothing where all is usual."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.inspected import Inspector, Tab
from backprop_tui.engine.debugger.wire.looks import SelectName, ShowTab
from backprop_tui.engine.program.program import Program

Build = Callable[..., Program]
SETUP = "+\nX = torch.linspace(-3, 3, 40).view(10, 4)"


def pane(program: Program, name: str, tab: Tab = Tab.VALUE) -> Inspector:
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (Advance(Unit.ITERATION), SelectName(name), ShowTab(tab)):
        stepper.handle(command)
    return stepper.frame(0).inspector


def activation(build: Build, line: str, bias: str = "[0.0, 0.0, -9.0, 9.0]") -> Program:
    return build(
        setup=SETUP,
        parameters=f"b = torch.tensor({bias})",
        forward=f"a = X + b\nh = {line}\nloss = h.sum()",
        backward=None,
        update=None,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("torch.relu(a)", "1 of 4 units are dead: zero in every row"),
        ("a.relu()", "1 of 4 units are dead: zero in every row"),
        ("torch.tanh(a)", "2 of 4 units are saturated in every row"),
        ("a.sigmoid()", "2 of 4 units are saturated in every row"),
        ("torch.softmax(a, 1)", "10 of 10 rows are saturated: one entry has all"),
    ],
)
def test_units_that_pass_no_gradient_on(line: str, words: str, build: Build) -> None:
    assert pane(activation(build, line), "h").warnings == (words,)


@pytest.mark.parametrize("line", ["torch.relu(a)", "torch.tanh(a)", "torch.softmax(a, 1)", "a * 9"])
def test_nothing_is_said_of_units_that_work(line: str, build: Build) -> None:
    assert pane(activation(build, line, "[0.0, 0.1, 0.2, 0.3]"), "h").warnings == ()


def test_what_is_no_activation_may_be_zero(build: Build) -> None:
    assert pane(activation(build, "torch.zeros(10, 4) * a"), "h").warnings == ()


@pytest.mark.parametrize(
    ("rate", "told"), [(1e-3, ""), (0.5, "the update is 0.5 of the parameter"), (2**-23, "1e-07 of")]
)
def test_an_update_far_from_a_thousandth_of_its_parameter(rate: float, told: str, build: Build) -> None:
    program = build(
        parameters="W = torch.ones(3)",
        forward="loss = W.sum()",
        backward="dW = torch.ones(3)",
        update=f"W = W - {rate} * dW",
    )
    found = pane(program, "W")
    assert found.ratio == pytest.approx(rate, rel=1e-2)
    assert len(found.warnings) == bool(told)
    assert told in "".join(found.warnings)


def test_before_the_update_there_is_no_ratio(build: Build) -> None:
    stepper = Stepper(build(), 0)
    stepper.begin()
    for command in (Advance(Unit.STATEMENT), SelectName("W")):
        stepper.handle(command)
    assert stepper.frame(0).inspector.ratio is None


def test_entries_that_are_not_finite_are_counted(build: Build) -> None:
    program = build(
        parameters="W = torch.tensor([1.0, 0.0, -1.0])",
        forward="H = W.log()\nloss = H.nan_to_num(0, 0, 0).sum()",
        backward=None,
        update=None,
    )
    assert pane(program, "H").warnings == ("2 of 3 entries are not finite",)


@pytest.mark.parametrize(
    ("backward", "beyond"),
    [("dW = x.clone()", 0), ("dW = x * (1 + 1e-7)", 0), ("dW = x.clone()\ndW[1] = 9\ndW[2] = -9", 2)],
)
def test_errors_beyond_rounding_are_counted(backward: str, beyond: int, build: Build) -> None:
    found = pane(build(backward=f"dH = torch.ones(3)\n{backward}"), "W", Tab.ERROR)
    assert found.statistics is not None
    assert found.statistics[1].beyond == beyond
    errors = found.blocks[Tab.ERROR]
    assert sum(abs(one) > errors.within for row in errors.rows for one in row) == beyond
