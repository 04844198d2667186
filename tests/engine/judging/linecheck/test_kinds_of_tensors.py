"""Lines about tensors of every kind: second names of parameters, NaN data, expanded and sparse ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.tensors.comparison import compare
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

SQUARE = {
    "setup": "import torch\nx = torch.randn(3)",
    "parameters": "W = torch.randn(3)",
    "forward": "y = x * W\nloss = (y ** 2).sum()",
    "update": "pass",
}
AFFINE = {
    "setup": "import torch\nx = torch.randn(5, 4)\nt = torch.randn(5, 3)",
    "parameters": "W = torch.randn(4, 3)\nb = torch.randn(3)",
    "forward": "h = x @ W + b\nloss = ((h - t) ** 2).mean()",
    "update": "pass",
}


def verdicts(found: Mapping[str, Judgement]) -> dict[str, Verdict]:
    """The last word on each."""
    return {name: one.verdict for name, one in found.items()}


@pytest.mark.parametrize("lines", ["dV = dy * x\ndW = dV", "dW = dy * x\ndV = dW"])
def test_a_second_name_of_a_parameter_has_a_gradient_of_its_own(lines: str, judged: Judged) -> None:
    forward = "V = W\ny = x * V\nloss = (y ** 2).sum()"
    found = judged(**{**SQUARE, "forward": forward}, backward=f"dy = 2 * y\n{lines}\n")
    assert all(one.verdict.passes for one in found.values())
    wrong = judged(**{**SQUARE, "forward": forward}, backward="dy = 2 * y\ndV = dy * x\ndW = -dV\n")
    assert {name for name, one in wrong.items() if not one.verdict.passes} == {"dW"}


def test_a_nan_in_the_data_does_not_turn_rounding_into_an_error(judged: Judged) -> None:
    setup = AFFINE["setup"] + "\nx[0, 0] = float('nan')"
    lines = "dh = {} * (h - t) / 15\ndW = x.T @ dh\ndb = dh.sum(0)\n"
    right, wrong = (judged(**{**AFFINE, "setup": setup}, backward=lines.format(n)) for n in (2, 3))
    assert {one.verdict for one in right.values()} == {Verdict.NOT_FINITE}
    assert wrong["dh"].verdict is Verdict.WRONG_HERE


def test_an_entry_that_is_a_number_where_the_vjp_is_infinite_is_wrong(judged: Judged) -> None:
    setup = "import torch\nx = torch.tensor([1.0, float('inf'), 2.0])"
    lines = "dy = torch.ones_like(y)\ndW = {}\n"
    sections = {**SQUARE, "setup": setup, "forward": "y = x * W\nloss = y.sum()"}
    assert judged(**sections, backward=lines.format("dy * x"))["dW"].verdict is Verdict.NOT_FINITE
    wrong = judged(**sections, backward=lines.format("dy * x.clamp(max=5)"))
    assert wrong["dW"].verdict is Verdict.WRONG_HERE


@pytest.mark.parametrize("parameter", ["torch.nn.Parameter(torch.randn(3))", "torch.randn(1).expand(3)"])
def test_below_a_wrong_line_parameters_of_any_kind_inherit(parameter: str, judged: Judged) -> None:
    sections = {**SQUARE, "parameters": f"W = {parameter}"}
    found = judged(**sections, backward="dy = 3 * y\ndW = dy * x\n")
    assert verdicts(found) == {"dy": Verdict.WRONG_HERE, "dW": Verdict.INHERITED}


def test_arrays_that_begin_at_one_place_are_copied_at_their_lengths(judged: Judged) -> None:
    arrays = "a = numpy.ones(6, 'float32')\nx = torch.from_numpy(a[:3])\nz = torch.from_numpy(a)"
    setup = f"import torch, numpy\n{arrays}"
    forward = "y = x * W\nloss = (y ** 2).sum() * z.sum()"
    found = judged(**{**SQUARE, "setup": setup, "forward": forward}, backward="dy = 3 * y\ndW = dy * x\n")
    assert verdicts(found) == {"dy": Verdict.WRONG_HERE, "dW": Verdict.INHERITED}


@pytest.mark.parametrize("layout", ["to_sparse()", "to_sparse_csr()", "to_mkldnn()"])
def test_a_gradient_of_another_layout_is_judged_and_does_not_hinder_others(
    layout: str, judged: Judged
) -> None:
    lines = f"dh = {{}} * (h - t) / 15\ndW = (x.T @ dh).{layout}\ndb = dh.sum(0)\n"
    right, wrong = (judged(**AFFINE, backward=lines.format(factor)) for factor in (2, 1))
    assert all(one.verdict.passes for one in right.values())
    assert wrong["dh"].verdict is Verdict.WRONG_HERE
    assert wrong["db"].inherited_from == ("dh",)


@pytest.mark.parametrize("odd", ["dh.sum(0).to('meta')", "torch.nested.nested_tensor([dh[0], dh[1]])"])
def test_a_tensor_that_cannot_be_compared_is_told_and_others_are_judged(odd: str, judged: Judged) -> None:
    found = judged(**AFFINE, backward=f"dh = 2 * (h - t) / 15\ndW = x.T @ dh\ndb = {odd}\n")
    assert found["dh"].verdict.passes
    assert found["dW"].verdict.passes
    assert not found["db"].verdict.passes
    assert compare(torch.ones(3, device="meta"), torch.ones(3)).verdict is Verdict.WRONG_TYPE


def test_draws_that_the_text_hides_are_put_back_after_the_check(begun: Callable[..., Session]) -> None:
    session = begun(
        setup="import torch\ndraw = __import__('ran' + 'dom').uniform\nx = torch.randn(3)",
        parameters="W = torch.randn(3)",
        forward="y = x * W * draw(0, 1)\nloss = (y ** 2).sum()",
        backward="dy = 2 * y\ndW = dy * x\n",
        update="pass",
    )
    record = session.iterate()
    before = random.getstate()
    assert not check_lines(session, record).problem
    assert random.getstate() == before


def test_a_backward_that_runs_lean_is_left_to_the_engine_in_the_check_too(
    begun: Callable[..., Session],
) -> None:
    backward = "loss.backward()\ndy = 2 * y\ndW = dy * x\n"
    session = begun(**SQUARE, backward=backward)
    for _ in range(3):
        record = session.iterate()
    before = session.namespace["W"].grad.clone()
    found = check_lines(session, record)
    assert not found.problem
    assert [one.verdict for one in found.judgements.values()] == [Verdict.RIGHT] * 2
    assert torch.equal(session.namespace["W"].grad, before)
