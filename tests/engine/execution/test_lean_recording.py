"""The quick way of recording keeps what the careful way keeps, value for value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.recording import recorder
from backprop_tui.engine.execution.recording.compiled_sections import CompiledSections
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program

CHANGES = {
    "forward": "h = W * x\nh += b\nh *= 2\nkeep = h\nkeep = keep + 1\nloss = (h**2).sum()",
    "backward": """
dh = 2 * h
same = dh
dh *= 1
dW = torch.zeros_like(W)
flat = dW.view(-1)
flat += (dh * 2 * x).flatten()
db = torch.zeros_like(b)
for i in range(3):
    db[i] += 2 * dh[i]
db += 0
""",
    "update": "W -= 0.1 * dW\nb.sub_(0.1 * db)\ndW *= 0\nh.zero_()",
}


@pytest.mark.parametrize("name", bundled_names())
def test_every_value_of_a_bundled_program_is_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_kept(load(name), monkeypatch)


def test_every_value_is_kept_where_names_share_memory(
    build: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = "import torch\nx = torch.arange(3.0)"
    parameters = "W = torch.ones(3)\nb = torch.ones(3)"
    assert_kept(build(setup=setup, parameters=parameters, **CHANGES), monkeypatch)


def assert_kept(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third iteration is recorded lean; compare every value after every step with the careful record."""
    quick = third(program)
    with monkeypatch.context() as patch:
        patch.setattr(recorder, "alone", lambda namespace, names: None)
        patch.setattr(CompiledSections, "lean", CompiledSections.full)
        careful = third(program)
    assert [step.statement.number for step in quick.steps] == [s.statement.number for s in careful.steps]
    assert list(quick.history) == list(careful.history)
    for ran in range(len(quick.steps) + 1):
        for name in quick.history:
            assert alike(quick.value_at(name, ran), careful.value_at(name, ran)), (ran, name)
    for name, gradient in quick.gradients.items():
        other = careful.gradients[name]
        assert alike(gradient.value, other.value), name
        assert (list(gradient.writes), gradient.verdict) == (list(other.writes), other.verdict)


def third(program: Program) -> Iteration:
    session = Session(program)
    assert session.begin() is None
    found = [session.iterate() for _ in range(3)][-1]
    assert found.failure is None
    return found


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    return type(one) is type(other)


def test_straight_lines_that_run_lean_are_cancelled_between_two_of_them(
    begun: Callable[..., Session],
) -> None:
    session = begun(setup="+\nstop = lambda: None", forward="H = W * x\nstop()\nG = H * 2\nloss = G.sum()")
    assert [session.iterate().failure for _ in range(3)] == [None] * 3
    session.namespace["stop"] = session.interpreter.cancel.ask
    record = session.iterate()
    assert record.failure is not None
    assert record.failure.type == "Cancelled"
    assert [step.statement.text for step in record.steps] == ["H = W * x"]
