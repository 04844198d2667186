"""Going anywhere in time: what an iteration was it is again, bit for bit, whatever a program holds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from backprop_tui.engine.execution.history import History, _thinned
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.program import Program

Build = Callable[..., Program]

FORWARD, BACKWARD = "H = W * x\nloss = (H * H).sum()", "dH = 2 * H\ndW = dH * x"
STATES: dict[str, dict[str, str]] = {
    "dropout": {
        "forward": "m = (torch.rand(3) > 0.5).float() * 2\nH = W * x * m\nloss = (H * H).sum()",
        "backward": "dH = 2 * H\ndW = dH * x * m",
    },
    "a generator of its own": {
        "setup": "g = torch.Generator().manual_seed(5)",
        "update": "W = W - 0.1 * dW * torch.rand(3, generator=g)",
    },
    "numpy's generators": {
        "setup": "import numpy\nown = numpy.random.default_rng(3)",
        "update": "W = W - 0.1 * dW * float(numpy.random.rand() + own.random())",
    },
    "momentum in place": {
        "setup": "v = torch.zeros(3)",
        "update": "v.mul_(0.9).add_(dW)\nW = W - 0.01 * v",
    },
    "Adam in dictionaries": {
        "setup": "m = {'W': torch.zeros(3)}\nv = {'W': torch.zeros(3)}\nt = 0",
        "update": "t += 1\nm['W'] = 0.9 * m['W'] + 0.1 * dW\nv['W'] = 0.99 * v['W'] + 0.01 * dW ** 2\n"
        "W = W - 0.1 * m['W'] / (1 - 0.9 ** t) / ((v['W'] / (1 - 0.99 ** t)).sqrt() + 1e-8)",
    },
    "running statistics": {
        "setup": "running = torch.zeros(3)",
        "update": "with torch.no_grad():\n    running.copy_(0.9 * running + 0.1 * H)\n"
        "W = W - 0.1 * dW * (1 + running.abs())",
    },
    "the data of a parameter": {"update": "W.data += -0.1 * dW"},
    "a list of parameters": {
        "parameters": "W = torch.tensor([0.5, -1.0, 2.0])\nparameters = [W]",
        "update": "for p, d in zip(parameters, [dW]):\n    p.data -= 0.01 * d",
    },
    "minibatches": {
        "setup": "X = torch.arange(12.0).view(4, 3)",
        "forward": "ix = torch.randint(0, 4, (2,))\nb = X[ix]\nH = W * b\nloss = (H * H).mean()",
        "backward": "dH = 2 * H / H.numel()\ndW = (dH * b).sum(0)",
    },
    "an iterator": {
        "setup": "def batches():\n    while True:\n        yield torch.rand(3)\nit = batches()",
        "forward": "b = next(it)\nH = W * b\nloss = (H * H).sum()",
        "backward": "dH = 2 * H\ndW = dH * b",
    },
    "a list that grows": {"setup": "seen = []", "update": "seen.append(dW)\nW = W - 0.01 * sum(seen)"},
    "data changed in place": {"update": "x += 0.1\nW = W - 0.01 * dW"},
    "signed zeros and NaN": {
        "setup": "z = torch.tensor([0.0, -0.0, float('nan')])",
        "update": "z.neg_()\nW = W - 0.01 * dW * (1 + z.nan_to_num())",
    },
}
LENGTH = 9


def _bytes_of(value: Any) -> Any:
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        return [*map(_bytes_of, parts)]
    if not isinstance(value, Tensor):
        return value if isinstance(value, int | float | str) else type(value)
    return (value.dtype, value.shape, value.detach().contiguous().view(-1).view(torch.uint8).tolist())


def _seen(record: Iteration) -> list[Any]:
    """All that a screen can show of an iteration."""
    steps = [(slot.name, _bytes_of(slot.value)) for step in record.steps for slot in step.slots]
    start = [(name, _bytes_of(slot.value)) for name, slot in record.start.slots.items()]
    autograd = [(name, _bytes_of(value)) for name, value in record.references.gradients.items()]
    return [record.number, record.loss, [*record.written.verdicts], start, steps, autograd, record.notes]


def _begun(build: Build, way: str) -> Session:
    sections = {"forward": FORWARD, "backward": BACKWARD, **STATES[way]}
    sections["setup"] = f"+\n{sections.get('setup', '')}"
    session = Session(build(**sections), remembers=True)
    assert session.begin() is None
    return session


def _walk(session: Session, number: int) -> Iteration:
    """The record of an iteration, gone to from wherever the session is."""
    assert session.go_to(number) is None
    while True:
        record = session.iterate()
        assert record.failure is None
        if record.number == number:
            return record


@pytest.fixture(scope="module")
def first_time() -> dict[str, list[list[Any]]]:
    return {}


@pytest.fixture(autouse=True)
def kept_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """States of every third iteration, so that some are gone to directly and some by running on."""
    monkeypatch.setattr(History, "is_due", lambda self, number: number % 3 == 0 and _is_new(self, number))


def _is_new(history: History, number: int) -> bool:
    return all(one.number < number for one in history.keepsakes)


@pytest.mark.parametrize("way", STATES)
@given(walk=st.lists(st.integers(0, LENGTH - 1), min_size=1, max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_an_iteration_was_it_is_again(
    way: str, walk: list[int], build: Build, first_time: dict[str, list[list[Any]]]
) -> None:
    if way not in first_time:
        plain = _begun(build, way)
        first_time[way] = [_seen(plain.iterate()) for _ in range(LENGTH)]
    session = _begun(build, way)
    for _ in range(LENGTH):
        session.iterate()
    for number in walk:
        assert _seen(_walk(session, number)) == first_time[way][number]


def test_what_does_not_change_is_kept_once(build: Build) -> None:
    session = _begun(build, "momentum in place")
    for _ in range(7):
        session.iterate()
    kept = [one.start.slots for one in session.history.keepsakes]
    assert len({id(slots["x"].value) for slots in kept}) == 1
    assert len({id(slots["v"].value) for slots in kept}) == 3


def test_states_thin_out_with_their_distance(build: Build) -> None:
    session = _begun(build, "momentum in place")
    session.iterate()
    one = session.history.keepsakes[0]
    kept = _thinned([replaced(one, number) for number in range(0, 100_000, 3)], 2.0)
    numbers = [one.number for one in kept]
    gaps = [after - before for before, after in pairwise(numbers)]
    assert numbers[0] == 0
    assert numbers[-1] == 99_999
    assert all(gap <= 2.0 * (99_999 - at) ** 0.5 + 3 for at, gap in zip(numbers, gaps, strict=False))
    assert len(numbers) < 1000


def test_what_thinning_takes_puts_no_state_off_by_much(monkeypatch: pytest.MonkeyPatch, build: Build) -> None:
    monkeypatch.undo()
    one = _begun(build, "momentum in place")._capture()
    clock = [0.0]

    def takes(seconds: float, result: Any = None) -> Any:
        clock[0] += seconds
        return result

    monkeypatch.setattr("backprop_tui.engine.execution.history.time.thread_time", lambda: clock[0])
    monkeypatch.setattr(History, "_thin_out", lambda self: takes(64.0))
    history = History()
    kept = []
    for number in range(40_000):
        if history.is_due(number):
            history.keep(number, lambda: takes(1.0, one), None)
            kept.append(number)
        history.passed(number, 0.0, 1.0)
    assert len(kept) > 400
    assert max(after - before for before, after in pairwise(kept)) <= 2 * 40


def replaced(keepsake: Any, number: int) -> Any:
    return type(keepsake)(number, keepsake.start, None, 0)


def test_no_more_is_kept_than_there_is_room_for(build: Build) -> None:
    session = _begun(build, "a list that grows")
    session.history.budget = 20_000
    losses = [session.iterate().loss for _ in range(60)]
    assert len(session.history.keepsakes) < 8
    assert [_walk(session, number).loss for number in (59, 30, 2)] == [losses[59], losses[30], losses[2]]


def test_what_iterators_gave_is_not_kept_for_ever(build: Build) -> None:
    session = _begun(build, "an iterator")
    session.history.budget = 20_000
    losses = [session.iterate().loss for _ in range(90)]
    assert session.history.keepsakes[0].number > 0
    assert [_walk(session, number).loss for number in (1, 80)] == [losses[1], losses[80]]
