"""Every handwritten gradient gets the verdict it deserves, whatever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.verdict import Verdict

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]


def verdicts(record: Iteration) -> dict[str, str]:
    return {name: gradient.verdict.value for name, gradient in record.gradients.items()}


def test_the_right_program_is_exact(iterated: Iterated) -> None:
    assert verdicts(iterated()) == {"dH": "exact", "dW": "exact"}


def test_a_wrong_gradient_is_wrong_and_the_others_are_not(iterated: Iterated) -> None:
    record = iterated(backward="dH = torch.ones_like(H)\ndW = -dH * x")
    assert verdicts(record) == {"dH": "exact", "dW": "wrong"}


def test_a_gradient_is_partial_until_its_last_write(iterated: Iterated) -> None:
    record = iterated(backward="dW = torch.zeros(3)\nfor i in range(3):\n    dW[i] += x[i]")
    gradient = record.gradients["dW"]
    assert gradient.verdict is Verdict.EXACT
    assert len(gradient.writes) == 4
    assert [gradient.settled(last) for last in (gradient.writes[-1], gradient.writes[-1] + 1)] == [
        False,
        True,
    ]


def test_the_reference_comes_before_handwritten_lines_that_spoil_the_forward(iterated: Iterated) -> None:
    record = iterated(
        forward="probs = torch.softmax(W, 0)\nloss = -probs.log()[1]",
        backward="dW = probs\ndW[1] -= 1\nprobs.mul_(100)",
        update=None,
    )
    expected = torch.softmax(torch.tensor([0.5, -1.0, 2.0]), 0) - torch.tensor([0.0, 1.0, 0.0])
    assert torch.allclose(record.references.gradients["W"], expected)


def test_data_has_a_gradient_where_one_is_written(iterated: Iterated) -> None:
    record = iterated(backward="dx = W.clone()\ndW = x.clone()")
    assert verdicts(record) == {"dx": "exact", "dW": "exact"}


def test_integer_data_has_no_gradient_and_the_reason_is_told(iterated: Iterated) -> None:
    record = iterated(
        setup="+\nix = torch.tensor([0, 1, 2])", backward="dW = x.clone()\ndix = torch.zeros(3)"
    )
    assert record.gradients["dix"].verdict is Verdict.NOT_CHECKED
    assert record.gradients["dix"].comparison.message == "`ix` is an int64 tensor, which has no gradient"


def test_a_constant_of_the_forward_has_the_gradient_zero_or_its_own(iterated: Iterated) -> None:
    record = iterated(
        forward="mask = (x > 1).float()\nspare = torch.ones(3)\nloss = (W * x * mask).sum()",
        backward="dmask = W * x\ndspare = torch.zeros(3)\ndW = x * mask",
    )
    assert verdicts(record) == {"dmask": "exact", "dspare": "exact", "dW": "exact"}


def test_the_gradient_of_the_loss_may_be_the_number_one(iterated: Iterated) -> None:
    record = iterated(backward="dloss = 1.0\ndH = dloss * torch.ones_like(H)\ndW = dH * x")
    assert set(verdicts(record).values()) == {"exact"}


def test_a_name_bound_twice_is_judged_by_its_last_tensor(iterated: Iterated) -> None:
    record = iterated(
        forward="H = W * x\nH = H * 2\nloss = H.sum()",
        backward="dH = torch.ones(3)\ndH = dH * 2\ndW = dH * x",
    )
    assert verdicts(record) == {"dH": "wrong", "dW": "exact"}


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("...", "not_written"),
        ("None", "wrong_type"),
        ("0.5", "wrong_type"),
        ("'text'", "wrong_type"),
        ("[1.0, 2.0, 3.0]", "wrong_type"),
        ("torch.tensor(1.0)", "wrong_shape"),
        ("x[None]", "wrong_shape"),
        ("x.long()", "wrong_type"),
        ("x.double()", "exact"),
        ("x.half()", "exact"),
        ("x.double() + 0.1", "wrong"),
        ("x > 100", "wrong_type"),
        ("x * float('nan')", "wrong"),
        ("torch", "wrong_type"),
    ],
)
def test_a_gradient_of_any_type_gets_a_verdict_and_no_crash(
    value: str, verdict: str, iterated: Iterated
) -> None:
    record = iterated(backward=f"dW = {value}", update=None)
    assert record.failure is None
    assert record.gradients["dW"].verdict == verdict
    assert record.gradients["dW"].comparison.verdict == verdict


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_parameters_of_other_dtypes_have_gradients_of_theirs(dtype: str, iterated: Iterated) -> None:
    record = iterated(
        parameters=f"W = torch.tensor([0.5, -1.0, 2.0], dtype=torch.{dtype})",
        forward="H = W * x.to(W.dtype)\nloss = H.sum()",
        backward="dH = torch.ones_like(H)\ndW = dH * x.to(W.dtype)",
    )
    assert verdicts(record) == {"dH": "exact", "dW": "exact"}
    assert record.references.gradients["W"].dtype is getattr(torch, dtype)


def test_a_single_gradient_of_a_double_parameter_passes_and_its_dtype_is_told(iterated: Iterated) -> None:
    record = iterated(
        parameters="W = torch.tensor([0.1, 0.2, 0.3]).double() / 3",
        forward="H = W**2\nloss = H.sum()",
        backward="dW = (2 * W).float()",
    )
    gradient = record.gradients["dW"]
    assert gradient.verdict is Verdict.CLOSE
    assert "its dtype is float32, autograd's float64" in gradient.comparison.message


def test_complex_intermediates_are_judged(iterated: Iterated) -> None:
    record = iterated(
        forward="H = torch.complex(W, x)\nloss = (H.abs() ** 2).sum()",
        backward="dH = 2 * H\ndW = dH.real\ndx = dH.imag * 2",
    )
    assert record.gradients["dH"].verdict.passes
    assert record.gradients["dx"].verdict is Verdict.WRONG


def test_sparse_gradients_are_judged(iterated: Iterated) -> None:
    record = iterated(
        setup="+\nimport torch.nn.functional as F\nix = torch.tensor([0, 2, 2])",
        parameters="E = torch.ones(4, 2)",
        forward="e = F.embedding(ix, E, sparse=True)\nloss = e.sum()",
        backward="de = torch.ones(3, 2)\ndE = torch.zeros(4, 2)\ndE.index_add_(0, ix, de)",
        update="E = E - 0.1 * dE",
    )
    assert record.failure is None
    assert verdicts(record) == {"de": "exact", "dE": "exact"}


def test_a_gradient_that_pairs_with_nothing_gets_a_did_you_mean(begun: Begun) -> None:
    session = begun(
        forward="difference = W * x\ndifference_squared = difference**2\nloss = difference_squared.sum()",
        backward="ddifferenced_squared = 1\nddifference = 2 * difference\ndW = x * ddifference",
    )
    (found,) = session.unpaired(session.iterate())
    assert found.message == (
        "line 11, ddifferenced_squared: no tensor `differenced_squared`; did you mean `ddifference_squared`?"
    )


def test_nothing_is_said_of_helpers_that_begin_with_d(begun: Begun) -> None:
    session = begun(
        backward="delta = 1\ndenominator = 2\ndH = torch.ones_like(H)\ndnext = dH\ndW = dnext * x"
    )
    assert session.unpaired(session.iterate()) == ()
