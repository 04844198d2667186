"""A loop that never ends is stopped before its record has eaten the machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from backprop_tui.engine.execution.failure import ProgramFault
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.recording import record_limits as room
from backprop_tui.engine.execution.recording.record_limits import MOST_STATEMENTS, Room
from backprop_tui.engine.execution.session import Session

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]
ENDLESS = "h = W * x\nwhile True:\n    h = h + 1\nloss = h.sum()"
IN_PLACE = "h = W * x\nc = torch.zeros(100, 100)\nwhile True:\n    c += 1\nloss = h.sum()"


def message_of(record: Iteration) -> str:
    assert record.failure is not None
    return record.failure.message


def test_an_endless_loop_of_small_tensors_ends_with_a_sentence(
    iterated: Iterated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_STATEMENTS", 2000)
    record = iterated(forward=ENDLESS)
    assert record.failure is not None
    assert record.failure.line == 9
    assert "is there a loop that never ends?" in message_of(record)
    assert len(record.steps) < 2500


@pytest.mark.parametrize("forward", [ENDLESS.replace("W * x", "W * torch.ones(4096, 3)"), IN_PLACE])
def test_an_endless_loop_of_large_tensors_ends_before_its_statements_are_many(
    iterated: Iterated, monkeypatch: pytest.MonkeyPatch, forward: str
) -> None:
    monkeypatch.setattr(room, "most_bytes", lambda: 10_000_000)
    record = iterated(forward=forward)
    assert "more than a quarter of the memory" in message_of(record)
    assert len(record.steps) < 2000


def test_what_shares_memory_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "most_bytes", lambda: 10_000)
    data = torch.zeros(2000)
    found = Room()
    for ran in range(100):
        found.require(ran, [data[ran], data[ran:], "no tensor"])
    with pytest.raises(ProgramFault):
        found.require(101, [torch.zeros(2000)])


def test_a_long_loop_that_ends_is_recorded(iterated: Iterated) -> None:
    loop = "h = W * x\nfor i in range(3000):\n    h = h + 1\nloss = h.sum()"
    assert iterated(forward=loop, backward="dW = x.clone()").failure is None
    assert MOST_STATEMENTS > 100_000


SWALLOWED = {
    "a bare except": """
while True:
    try:
        h = h + 1
    except:
        pass""",
    "an except that runs on": """
for i in range(10**9):
    try:
        h = h + 1
    except BaseException as error:
        h = h + 2""",
    "a finally that goes on": """
while True:
    try:
        h = h + 1
    finally:
        continue""",
    "a with that keeps it": """
while True:
    with suppress(BaseException):
        h = h + 1""",
    "a with around the loop": """
with suppress(BaseException):
    while True:
        h = h + 1""",
    "an except around that": """
try:
    while True:
        try:
            h = h + 1
        except:
            h = h + 2
except:
    pass""",
}
in_every_way = pytest.mark.parametrize("loop", SWALLOWED.values(), ids=SWALLOWED)


@in_every_way
@pytest.mark.parametrize("section", ["forward", "backward"])
def test_a_program_that_lets_no_exception_through_is_stopped_all_the_same(
    iterated: Iterated, monkeypatch: pytest.MonkeyPatch, loop: str, section: str
) -> None:
    monkeypatch.setattr(room, "MOST_STATEMENTS", 2000)
    setup = "+from contextlib import suppress\nh = torch.ones(3)"
    forward = "H = W * x\nloss = H.sum()"
    lines = {"forward": f"{loop}\n{forward}"} if section == "forward" else {"backward": f"dW = x * 1\n{loop}"}
    record = iterated(setup=setup, **lines)
    assert "is there a loop that never ends?" in message_of(record)
    assert record.failure is not None
    assert record.failure.line is not None


@in_every_way
def test_a_program_that_lets_no_exception_through_is_cancelled_all_the_same(begun: Begun, loop: str) -> None:
    setup = "+from contextlib import suppress\nh = torch.ones(3)"
    session = begun(setup=setup, forward=f"H = W * x\nloss = H.sum()\nasked()\n{loop}")
    session.namespace["asked"] = session.interpreter.cancel.ask
    record = session.iterate()
    assert record.failure is not None
    assert record.failure.cancelled
