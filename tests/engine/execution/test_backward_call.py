"""`loss.backward()` in a program: left to the engine, which fills `.grad` where it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.verdict import Verdict

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]


def verdicts(record: Iteration) -> dict[str, str]:
    return {name: gradient.verdict.value for name, gradient in record.gradients.items()}


def test_backward_called_in_the_program_is_left_to_the_engine(begun: Begun) -> None:
    session = begun(
        backward="loss.backward()\nseen = W.grad.clone()\ndW = x.clone()", update="W.data -= 0.1 * W.grad"
    )
    record = session.iterate()
    assert record.failure is None
    assert session.namespace["seen"].tolist() == [1, 2, 3]
    assert session.namespace["W"].tolist() == pytest.approx([0.4, -1.2, 1.7])


def test_grad_does_not_pile_up_over_iterations(begun: Begun) -> None:
    session = begun(backward="loss.backward()\ndW = W.grad + 0", update="W.data -= 0.1 * W.grad")
    for _ in range(3):
        record = session.iterate()
        assert record.gradients["dW"].verdict is Verdict.EXACT


def test_writing_into_grad_does_not_spoil_the_reference(iterated: Iterated) -> None:
    record = iterated(backward="loss.backward()\nW.grad.zero_()\ndW = x.clone()", update=None)
    assert record.references.gradients["W"].tolist() == [1, 2, 3]


OPTIMIZER = "W = torch.ones(3, requires_grad=True)\noptimizer = torch.optim.SGD([W], lr=0.1)"


@pytest.mark.parametrize(
    ("backward", "update"),
    [
        ("loss.backward()", "optimizer.step()"),
        ("optimizer.zero_grad()\nloss.backward()", "optimizer.step()"),
        ("loss.backward()", "optimizer.step()\noptimizer.zero_grad()"),
        ("W.grad = None\nloss.backward()", "W.data -= 0.1 * W.grad"),
        ("if W.grad is not None:\n    W.grad.zero_()\nloss.backward()", "W.data -= 0.1 * W.grad"),
    ],
)
def test_grad_is_filled_where_the_backward_call_stands(backward: str, update: str, begun: Begun) -> None:
    forward = "loss = (W * x).sum()"
    trained = begun(parameters=OPTIMIZER, forward=forward, backward=f"{backward}\ndW = x + 0", update=update)
    by_hand = begun(parameters=OPTIMIZER, forward=forward, backward="dW = x + 0", update="W.data -= 0.1 * dW")
    for _ in range(3):
        record, other = trained.iterate(), by_hand.iterate()
        assert (record.failure, record.loss) == (None, pytest.approx(other.loss))
        assert verdicts(record) == {"dW": "exact"}
    assert torch.allclose(trained.namespace["W"], by_hand.namespace["W"])
    assert len(set(trained.losses)) == 3


def test_a_backward_call_in_the_forward_fills_grad(begun: Begun) -> None:
    session = begun(
        forward="loss = (W * x).sum()\nloss.backward()",
        backward="dW = x + 0",
        update="W.data -= 0.1 * W.grad",
    )
    assert session.iterate().failure is None
    assert torch.equal(session.namespace["W"].grad, session.namespace["x"])


def test_leaves_inside_a_module_are_trained_too(begun: Begun) -> None:
    session = begun(
        parameters="W = torch.ones(3)\nhidden = torch.nn.Linear(3, 1)\n"
        "optimizer = torch.optim.SGD(hidden.parameters(), lr=0.01)",
        forward="loss = (hidden(W * x) ** 2).sum()",
        backward="loss.backward()",
        update="optimizer.step()",
    )
    before = session.namespace["hidden"].weight.detach().clone()
    losses = [session.iterate().loss for _ in range(2)]
    assert losses[1] < losses[0]
    assert not torch.equal(session.namespace["hidden"].weight, before)


def test_a_comparison_of_the_programs_own_finds_grad_in_the_line_check_too(begun: Begun) -> None:
    session = begun(
        forward="loss = (W * x).sum()",
        backward="W.grad = None\nloss.backward()\ndW = x + 0\nsame = (dW == W.grad).all().item()",
        update="W.data -= 0.1 * dW",
    )
    check = check_lines(session, session.iterate())
    assert (check.problem, check.judgements["dW"].verdict) == ("", "right")


def test_a_loss_that_is_a_parameter_itself_has_its_gradient(begun: Begun) -> None:
    session = begun(
        parameters="W = torch.tensor(3.0)",
        forward="loss = W",
        backward="loss.backward()\ndW = torch.ones(())",
        update="W.data -= W.grad",
    )
    assert verdicts(session.iterate()) == {"dW": "exact"}
    assert session.iterate().loss == 2.0


def test_a_line_that_reads_grad_of_a_leaf_without_a_name_is_judged(begun: Begun) -> None:
    session = begun(
        parameters="W = torch.ones(3)\nhidden = torch.nn.Linear(3, 1)",
        forward="loss = hidden(W * x).sum()",
        backward="loss.backward()\ntotal = hidden.weight.grad.sum()\ndW = (hidden.weight * x)[0]",
        update=None,
    )
    check = check_lines(session, session.iterate())
    assert (check.problem, check.judgements["dW"].verdict) == ("", "right")
