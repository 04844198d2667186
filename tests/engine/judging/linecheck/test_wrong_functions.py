"""A Function whose backward is wrong is named, and no handwritten line is accused for it."""

from __future__ import annotations

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

CUBE = """\
# %% setup
import torch
x = torch.tensor([0.5, -1.0, 2.0])


class Cube(torch.autograd.Function):{mark}
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return {forward}

    @staticmethod
    def backward(ctx, grad):
        (v,) = ctx.saved_tensors
        return grad * {slope}


cube = Cube.apply
# %% parameters
w = torch.tensor([0.7, -0.4, 1.2])
# %% forward
h = {call}(w)
loss = (h * x).sum()
# %% backward
dh = x
dw = dh * {written}
"""
RIGHT = {"mark": "", "forward": "v ** 3", "slope": "3 * v ** 2", "call": "cube", "written": "3 * w ** 2"}


def checked(**changes: str) -> tuple[Report, dict[str, GradientReport]]:
    report = check(parse(CUBE.format(**{**RIGHT, **changes}), "cube"))
    return report, {one.name: one for one in report.gradients}


@pytest.mark.parametrize("call", ["cube", "Cube.apply"])
@pytest.mark.parametrize("slope", ["2 * v ** 2", "-3 * v ** 2", "3 * v"])
def test_a_function_with_a_wrong_backward_is_named_at_its_line(call: str, slope: str) -> None:
    report, found = checked(call=call, slope=slope)
    assert report.exit_code == 1
    assert found["Cube.backward"].accused_lines == (15,)
    assert found["dw"].verdict is Verdict.INHERITED
    assert found["dw"].line_verdict is Verdict.RIGHT
    assert "inherited from Cube.backward" in found["dw"].message


def test_a_line_that_repeats_the_mistake_of_the_function_is_wrong_as_well() -> None:
    _, found = checked(slope="2 * v ** 2", written="2 * w ** 2")
    assert found["dw"].verdict is Verdict.WRONG_HERE


@pytest.mark.parametrize("forward", ["v ** 3", "torch.tensor(v.detach().numpy() ** 3)"])
def test_a_right_function_is_not_spoken_of(forward: str) -> None:
    report, found = checked(forward=forward)
    assert set(found) == {"dh", "dw"}
    assert report.exit_code == 0


def test_where_the_forward_has_no_graph_central_differences_have_the_word() -> None:
    report, found = checked(forward="torch.tensor(v.detach().numpy() ** 3)", slope="2 * v ** 2")
    assert found["Cube.backward"].line_verdict is Verdict.WRONG_HERE
    assert "central differences" in found["Cube.backward"].message
    assert report.exit_code == 1


def test_a_function_that_is_marked_as_deliberate_is_taken_at_its_word() -> None:
    mark = "  # deliberate: straight through"
    report, found = checked(mark=mark, forward="v.round()", slope="1", written="1")
    assert set(found) == {"dh", "dw"}
    assert report.exit_code == 0
