"""A checkpoint that is restored gives back everything that an iteration changed, in whatever way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from backprop_tui.engine.execution.checkpoint import restore
from backprop_tui.engine.execution.session import Session

Begun = Callable[..., Session]

CHANGES = {
    "a new name": ("", "W = W - 0.1 * dW\nlast = W"),
    "a parameter in place": ("", "W -= 0.1 * dW"),
    "data in place": ("v = torch.zeros(3)", "v.mul_(0.9).add_(dW)\nW = W - 0.1 * v"),
    "a list": ("seen = []", "seen.append(dW)\nW = W - 0.1 * sum(seen)"),
    "a tensor in a dictionary": (
        "state = {'v': torch.zeros(3)}",
        "state['v'] += dW\nW = W - 0.1 * state['v']",
    ),
    "a generator": (
        "g = torch.Generator().manual_seed(5)",
        "W = W - 0.1 * dW * torch.rand(3, generator=g)",
    ),
    "torch's generator": ("", "W = W - 0.1 * dW * torch.rand(3)"),
    "numpy's generator": ("import numpy", "W = W - 0.1 * dW * float(numpy.random.rand())"),
    "a class": ("class Seen:\n    times = 0", "Seen.times += 1\nW = W - 0.1 * Seen.times * dW"),
}


@pytest.mark.parametrize("way", CHANGES)
def test_an_iteration_from_a_restored_checkpoint_is_bit_for_bit_the_first_one(way: str, begun: Begun) -> None:
    setup, update = CHANGES[way]
    forward = "H = W * x\nloss = (H * H).sum()"
    session = begun(setup=f"+\n{setup}", forward=forward, backward="dH = 2 * H\ndW = dH * x", update=update)
    session.iterate()
    first = session.iterate()
    after = session.namespace["W"].clone()
    restore(first.start, session.namespace)
    session.number -= 1
    again = session.iterate()
    assert (again.failure, again.loss) == (None, first.loss)
    assert torch.equal(session.namespace["W"], after)


def test_names_that_were_not_bound_are_so_no_longer(begun: Begun) -> None:
    session = begun(update="W = W - 0.1 * dW\nlast = W")
    record = session.iterate()
    assert "last" in session.namespace
    restore(record.start, session.namespace)
    assert "last" not in session.namespace
