"""Expanded tensors of a billion entries cost nothing to look at; a wrong shape needs no look at numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
MANY = 10**9


class NothingLarge(TorchDispatchMode):
    """Inside the `with`, no operation can make more bytes than these; that one tried to fails the test."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.tried: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor) and tensor.layout == torch.strided:
                size = tensor.untyped_storage().nbytes()
                if size > self.most:
                    self.tried.append(f"{function} makes {size} bytes")
                    raise MemoryError(self.tried[-1])
        return made

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        assert not self.tried


WRONG = {
    "expanded": f"dH = torch.zeros(1).expand({MANY})",
    "without strides": f"dH = torch.ones(1).as_strided(({MANY // 10}, 10), (0, 0))",
    "sparse": f"dH = torch.sparse_coo_tensor(torch.zeros(1, 0).long(), torch.zeros(0), ({MANY},))",
    "changed in place": f"dH = torch.zeros(1).expand({MANY})\nfirst = dH[0]\nfirst += 1",
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_a_gradient_of_a_wrong_shape_is_told_at_no_cost(build: Build, lines: str) -> None:
    with NothingLarge(1_000_000):
        report = check(build(backward=f"{lines}\ndW = x * 1.0"))
    verdicts = {one.name: one.verdict for one in report.gradients}
    assert verdicts["dH"] is Verdict.WRONG_SHAPE
    assert verdicts["dW"].passes


@pytest.mark.parametrize(("line", "right"), [("dH[:3] + x", True), ("dH[:3] + 2 * x", False)])
def test_lines_that_read_such_a_gradient_are_judged(build: Build, line: str, right: bool) -> None:
    with NothingLarge(1_000_000):
        report = check(build(backward=f"dH = torch.zeros(1).expand({MANY})\ndW = {line}"))
    assert {one.name: one.verdict.passes for one in report.gradients}["dW"] is right


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
