"""Expanded tensors of a billion entries cost nothing to look at; a wrong shape needs no look at numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from backprop_tui.engine.debugger.commands import Advance, SelectName, Unit
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
MANY = 10**9


class NothingLarge(TorchDispatchMode):
    """Inside the `with`, an operation that makes more bytes than these fails the test."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor) and tensor.layout == torch.strided:
                size = tensor.untyped_storage().nbytes()
                assert size <= self.most, f"{function} makes {size} bytes"
        return made


WRONG = {
    "expanded": f"dH = torch.zeros(1).expand({MANY})",
    "without strides": f"dH = torch.ones(1).as_strided(({MANY // 10}, 10), (0, 0))",
    "sparse": f"dH = torch.sparse_coo_tensor(torch.zeros(1, 0).long(), torch.zeros(0), ({MANY},))",
    "changed in place": f"dH = torch.zeros(1).expand({MANY})\nfirst = dH[0]\nfirst += 1",
    "read by others": f"dH = torch.zeros(1).expand({MANY})\ndW = dH[:3] + x",
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_a_gradient_of_a_wrong_shape_is_told_at_no_cost(build: Build, lines: str) -> None:
    backward = lines if "dW" in lines else f"{lines}\ndW = x * 1.0"
    with NothingLarge(1_000_000):
        report = check(build(backward=backward))
    verdicts = {one.name: one.verdict for one in report.gradients}
    assert verdicts["dH"] is Verdict.WRONG_SHAPE
    assert verdicts["dW"].passes


def test_a_tensor_that_the_loss_does_not_need_costs_nothing(build: Build) -> None:
    program = build(
        setup=f"+data = torch.ones(1).expand({MANY})",
        parameters=f"W = torch.randn(3)\nunused = torch.zeros(1).expand({MANY})",
        forward=f"H = W * x\nwide = H.sum().expand({MANY})\nloss = H.sum()",
        update="W = W - 0.1 * dW",
    )
    with NothingLarge(1_000_000):
        assert check(program).exit_code == 0


def test_a_right_gradient_of_an_expanded_tensor_is_compared_once_an_entry(build: Build) -> None:
    program = build(
        forward=f"H = W * x\nwide = H.sum().expand({MANY})\nloss = wide.sum() / {MANY}",
        backward=f"dwide = torch.ones(1).div({MANY}).expand({MANY})\ndH = torch.ones(3)\ndW = dH * x",
    )
    stepper = Stepper(program, 0)
    with NothingLarge(1_000_000):
        stepper.begin()
        stepper.handle(Advance(Unit.ITERATION))
        stepper.handle(SelectName("wide"))
        frame = stepper.frame(0)
    assert frame is not None
