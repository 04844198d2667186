"""A parameter is a tensor, once, under its first name, that the loss depends on: nobody asks for more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
Begun = Callable[..., Session]

TIED = {
    "setup": "import torch\nx = torch.randn(6, 4)",
    "parameters": "W = torch.randn(4, 4) * 0.5\nV = W",
    "forward": "h = torch.tanh(x @ W)\no = h @ V.T\nloss = ((o - x) ** 2).sum()",
    "update": "W -= 0.001 * dW",
}
ABOVE = "do = 2 * (o - x)\ndh = do @ V\n"


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ("W = torch.ones(3)\nV = W", ["W"]),
        ("W = V = torch.ones(3)", ["W"]),
        ("W = torch.ones(3)\nall = [W]\nfor p in all:\n    p.requires_grad = True", ["W"]),
        ("p = torch.ones(3)\nW = torch.ones(3)\nfor p in [W]:\n    pass", ["W"]),
        (
            "all = [torch.ones(3), torch.ones(3)]\nW = torch.ones(3)\nfor p in all:\n    p *= 2",
            ["W"],
        ),
        ("all = [torch.ones(3)]\nfor p in all:\n    p.requires_grad = True", ["p"]),
        ("W = torch.ones(3)\nV = W.clone()", ["W", "V"]),
    ],
)
def test_a_tensor_is_a_parameter_once_and_what_a_loop_passes_is_none(
    parameters: str, names: list[str], begun: Begun
) -> None:
    assert sorted(begun(parameters=parameters).parameters) == sorted(names)


@pytest.mark.parametrize("total", ["x.T @ (dh * (1 - h * h)) + do.T @ h", "x.T @ (dh * (1 - h * h)) + dV"])
def test_tied_parameters_need_the_total_alone(total: str, build: Build) -> None:
    part = "dV = do.T @ h\n" if "dV" in total else ""
    report = check(build(**TIED, backward=f"{ABOVE}{part}dW = {total}"), iterations=3)
    assert report.exit_code == 0
    assert {one.verdict for one in report.gradients if one.name == "dV"} <= {Verdict.PART}


@pytest.mark.parametrize("slip", ["x.T @ (dh * (1 - h * h))", "x.T @ (dh * (1 - h * h)) - do.T @ h"])
def test_an_error_in_the_total_of_tied_parameters_is_found(slip: str, build: Build) -> None:
    report = check(build(**TIED, backward=f"{ABOVE}dW = {slip}"))
    assert [one.name for one in report.gradients if one.verdict.accuses] == ["dW"]


MEMORY = {
    "parameters": "W = torch.tensor([0.5, -1.0, 2.0])\nm, v = torch.zeros(3), torch.zeros(3)",
    "forward": "H = W * x\nloss = (H * H).sum()",
    "backward": "dH = 2 * H\ndW = dH * x",
    "update": "m = 0.9 * m + 0.1 * dW\nv = 0.9 * v + 0.1 * dW ** 2\nW = W - 0.1 * m / (v.sqrt() + 1e-8)",
}


def test_the_memory_of_an_optimizer_needs_no_gradient(build: Build) -> None:
    report = check(build(**MEMORY), iterations=4)
    assert (report.exit_code, report.iterations) == (0, 4)
    assert [one.name for one in report.gradients] == ["dH", "dW"]


def test_a_parameter_that_the_loss_depends_on_is_asked_for(build: Build) -> None:
    report = check(build(**{**MEMORY, "forward": "H = W * x + m\nloss = (H * H).sum()"}))
    assert {one.name: one.verdict for one in report.gradients}["dm"] is Verdict.NOT_WRITTEN
    assert report.exit_code == 1
