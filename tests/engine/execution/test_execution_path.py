"""Iterations that take the same course share one path, and what follows from it is found once."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tui.engine.execution.gradients.execution_path import ExecutionPath
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import load

Begun = Callable[..., Session]

LOOP = {
    "setup": "import torch\nx = torch.tensor([1.0, 2.0, 3.0])\ntimes = [2]",
    "forward": "h = W\nfor i in range(times[0]):\n    h = h * x\nloss = h.sum()",
    "backward": "dW = torch.ones_like(W)\nfor i in range(times[0]):\n    dW = dW * x",
    "update": "W = W - 0.01 * dW",
}


def iterated(session: Session) -> Iteration:
    record = session.iterate()
    assert record.failure is None, record.failure
    assert record.passes
    return record


def test_the_first_iteration_takes_the_path_of_those_that_are_recorded_lean() -> None:
    session = Session(load("batchnorm_mlp"))
    assert session.begin() is None
    paths = [session.iterate().path for _ in range(3)]
    assert paths[0] is paths[1] is paths[2]


def test_a_loop_of_another_length_takes_another_path_and_finds_its_own_again(begun: Begun) -> None:
    session = begun(**LOOP)
    paths = []
    for times in (2, 3, 2):
        session.namespace["times"][0] = times
        record = iterated(session)
        assert len(record.writes["dW"]) == 1 + times
        paths.append(record.path)
    assert paths[0] is paths[2]
    assert paths[0] is not paths[1]


def test_what_follows_from_a_path_is_found_once(begun: Begun) -> None:
    session = begun(**LOOP)
    asked = []

    def lengths(path: ExecutionPath) -> int:
        asked.append(path)
        return len(path.steps)

    first, second = iterated(session), iterated(session)
    assert first.path.once(lengths) == second.path.once(lengths) == len(first.steps)
    assert asked == [first.path]


def test_a_gradient_filled_through_parts_of_other_sizes_takes_another_path(begun: Begun) -> None:
    session = begun(
        setup="import torch\nn = [1]\nx = torch.tensor([1.0, 2.0, 3.0])",
        forward="a, b = W[: n[0]], W[n[0] :]\nloss = (a * a).sum() + (b * b).sum()",
        backward="dW = torch.zeros_like(W)\nda, db = dW[: n[0]], dW[n[0] :]\nda += 2 * a\ndb += 2 * b",
    )
    paths = []
    for n in (1, 2, 1):
        session.namespace["n"][0] = n
        paths.append(iterated(session).path)
    assert paths[0] is paths[2]
    assert paths[0] is not paths[1]


def test_a_forward_that_writes_into_what_autograd_saved_is_learned_once(begun: Begun) -> None:
    session = begun(
        forward="h = torch.zeros(2, 3)\nh[0] = W * x\nh[1] = h[0] ** 2\nloss = h[1].sum()",
        backward="dW = 2 * h[0] * x",
    )
    assert not session.learned.mutating
    iterated(session)
    assert session.learned.mutating


def test_a_forward_is_seen_to_draw_numbers_that_another_precision_changes(begun: Begun) -> None:
    session = begun(forward="H = W * x + torch.randn(3)\nloss = H.sum()")
    iterated(session)
    assert session.learned.drew
    picking = begun(forward="i = torch.randint(0, 3, (1,))\nH = W * x\nloss = H.sum()")
    iterated(picking)
    assert not picking.learned.drew


def test_a_generator_that_the_forward_makes_draws_such_numbers(begun: Begun) -> None:
    named = "g = torch.Generator().manual_seed(iteration)\nH = W * x + torch.randn(3, generator=g)"
    session = begun(forward=f"{named}\nloss = H.sum()")
    iterated(session)
    assert session.learned.drew
