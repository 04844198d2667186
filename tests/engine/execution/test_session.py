"""A session trains a program: deterministic, recorded, however the program is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]


def verdicts(record: Iteration) -> dict[str, str]:
    return {name: gradient.verdict.value for name, gradient in record.gradients.items()}


def plain_regression(iterations: int) -> tuple[list[float], Tensor, Tensor]:
    """The linear regression as a bare loop, with nothing of the engine."""
    torch.manual_seed(0)
    x, y = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([2.0, 4.0, 6.0, 8.0])
    slope, offset = torch.randn(1), torch.zeros(1)
    losses = []
    for _ in range(iterations):
        difference = slope * x + offset - y
        losses.append(float((difference**2).sum() / 4))
        upstream = 2 * difference * (torch.ones(()) * (1 / 4)).expand(4)
        slope = slope - 0.1 * (x * upstream).sum(0, keepdim=True)
        offset = offset - 0.1 * upstream.sum(0, keepdim=True)
    return losses, slope, offset


def test_a_thousand_iterations_of_the_linear_regression_are_those_of_a_bare_loop(linear: Program) -> None:
    session = Session(linear)
    session.begin()
    records = [session.iterate() for _ in range(1000)]
    losses, slope, offset = plain_regression(1000)
    assert [*session.losses] == losses
    assert losses[-1] == 0.0
    assert torch.equal(session.namespace["W1"], slope)
    assert torch.equal(session.namespace["B1"], offset)
    assert all(gradient.verdict.passes for record in records for gradient in record.gradients.values())
    assert losses[-1] < 1e-12


@pytest.mark.parametrize("name", ["linear_regression", "batchnorm_mlp", "convolution"])
def test_the_same_seed_gives_the_same_numbers(name: str) -> None:
    def train(seed: int) -> list[float]:
        session = Session(load(name), seed)
        session.begin()
        return [session.iterate().loss or 0.0 for _ in range(3)]

    assert train(7) == train(7)
    assert train(7) != train(8)


def test_restarting_repeats_the_session_bit_for_bit(linear: Program) -> None:
    session = Session(linear, 3)
    session.begin()
    first = [session.iterate().loss for _ in range(5)]
    session.restart()
    assert not session.losses
    session.begin()
    assert [session.iterate().loss for _ in range(5)] == first


def test_torch_random_and_numpy_are_seeded(begun: Begun) -> None:
    draws = """+
        import random
        import numpy as np
        a, b, c = torch.rand(2), random.random(), np.random.rand()
    """
    one, two = begun(setup=draws), begun(setup=draws)
    for name in ("a", "b", "c"):
        assert torch.equal(torch.as_tensor(one.namespace[name]), torch.as_tensor(two.namespace[name]))


def test_what_setup_draws_does_not_move_the_parameters(begun: Begun) -> None:
    parameters = "W = torch.randn(3)"
    one, two = begun(parameters=parameters), begun(setup="+\ntorch.rand(100)", parameters=parameters)
    assert torch.equal(one.namespace["W"], two.namespace["W"])


def test_what_setup_draws_is_no_parameter(begun: Begun) -> None:
    session = begun(setup="+\ny = torch.randn(3)", parameters="W = torch.randn(3)")
    assert not torch.equal(session.namespace["y"], session.namespace["W"].detach())


def test_the_iteration_counts_from_zero_in_every_section(begun: Begun) -> None:
    session = begun(
        forward="seen = [iteration]\nH = W * x\nloss = H.sum()",
        backward="seen.append(iteration)\ndH = torch.ones_like(H)\ndW = dH * x",
        update="seen.append(iteration)\nW = W - dW",
    )
    session.iterate()
    session.iterate()
    assert session.namespace["seen"] == [1, 1, 1]


def test_a_program_runs_as_main_with_its_guard(begun: Begun) -> None:
    session = begun(setup="+\nif __name__ == '__main__':\n    guarded = True")
    assert session.namespace["guarded"]


@pytest.mark.parametrize(
    "update",
    [
        "W -= 0.1 * dW",
        "W.data -= 0.1 * dW",
        "W.data = W.data - 0.1 * dW",
        "with torch.no_grad():\n    W.sub_(0.1 * dW)",
        "for p, g in zip([W], [dW]):\n    p.data += -0.1 * g",
        "for p, g in zip([W], [dW]):\n    p -= 0.1 * g",
        "[p.sub_(0.1 * g) for p, g in zip([W], [dW])]",
        "torch._foreach_sub_([W], [0.1 * dW])",
        "W[:] = W - 0.1 * dW",
    ],
)
def test_every_way_of_updating_trains_the_same(update: str, begun: Begun) -> None:
    session, plain = begun(update=update), begun()
    for _ in range(3):
        record, expected = session.iterate(), plain.iterate()
        assert record.failure is None
        assert record.loss == expected.loss
        assert torch.equal(record.start.slots["W"].value, expected.start.slots["W"].value)


def test_an_optimizer_of_torch_may_do_the_update(begun: Begun) -> None:
    session = begun(
        parameters="W = torch.tensor([0.5, -1.0, 2.0])\noptimizer = torch.optim.SGD([W], lr=0.1)",
        update="W.grad = dW\noptimizer.step()",
    )
    plain = begun()
    for _ in range(3):
        assert session.iterate().loss == plain.iterate().loss


def test_a_parameter_made_by_a_calculation_is_a_leaf_all_the_same(iterated: Iterated) -> None:
    made = "(torch.tensor([0.5, -1.0, 2.0], requires_grad=True) * 1.0).view(3)"
    assert verdicts(iterated(parameters=f"W = {made}")) == {"dH": "exact", "dW": "exact"}


def test_parameters_that_are_views_of_one_tensor_train(begun: Begun) -> None:
    session = begun(
        parameters="both = torch.ones(6)\nW = both[:3]\nb = both[3:]",
        forward="loss = (W * x + b).sum()",
        backward="dW = x.clone()\ndb = torch.ones(3)",
        update="W -= 0.1 * dW\nb -= 0.1 * db",
    )
    for _ in range(2):
        record = session.iterate()
        assert record.failure is None
        assert {verdicts(record)["dW"], verdicts(record)["db"]} == {"exact"}


def test_a_forward_that_fills_a_preallocated_tensor_works(begun: Begun) -> None:
    session = begun(
        setup="+\nsteps = 4",
        parameters="W = torch.tensor(0.5)",
        forward="""
            h = torch.zeros(steps + 1)
            h[0] = 1.0
            for t in range(steps):
                h[t + 1] = torch.tanh(h[t] * W)
            loss = h[-1]
        """,
        backward="""
            dW = torch.zeros(())
            dlast = torch.ones(())
            for t in reversed(range(steps)):
                dinside = dlast * (1 - h[t + 1] ** 2)
                dW += dinside * h[t]
                dlast = dinside * W
        """,
    )
    for _ in range(2):
        record = session.iterate()
        assert record.failure is None
        assert record.gradients["dW"].verdict.passes
