"""An expression that holds the whole process: it is told, ended, and not evaluated again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    Command,
    Evaluate,
    Restart,
    SetNumber,
    SetStops,
    SetWatches,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.stops import Stops
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.program import parse

PATIENCE = 120.0
ENDLESS = "sum(range(10**12))"
TEXT = """\
# %% setup
import torch
lr = 0.1
x = torch.tensor([1.0, 2.0])
# %% parameters
w = torch.tensor([1.0, 1.0])
# %% forward
loss = (w * x).sum()
# %% backward
dw = x.clone()
# %% update
w = w - lr * dw
"""


class Watcher:
    """An engine in a process of its own, and its newest frame."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.frame: Frame | None = None
        program = parse(TEXT, "little")
        self.engine = RemoteEngine(Keeping(None, program, 0), self.came.set, Child())
        self.engine.start()

    def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame that is as wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.came.wait(0.1)
            self.came.clear()
            self.frame = self.engine.take() or self.frame
            if self.frame is not None and wanted(self.frame):
                return self.frame
        pytest.fail("no such frame in time")

    def settled(self) -> Frame:
        """The frame that all that was sent is part of."""
        return self.until(lambda frame: frame.handled == self.engine.sent and not frame.status.busy)


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    yield made
    made.engine.stop()


@pytest.mark.parametrize("command", [SetWatches((ENDLESS,)), Evaluate(ENDLESS)], ids=repr)
def test_it_is_told_and_ended_and_what_else_was_set_is_there_again(
    command: Command, watcher: Watcher
) -> None:
    watcher.engine.send(Advance(Unit.ITERATION))
    watcher.settled()
    watcher.engine.send(SetStops(Stops(frozenset({8}), below=-99, expression="loss > 99")))
    watcher.engine.send(SetNumber("lr", 0.5))
    before = watcher.settled()
    watcher.engine.send(command)
    watcher.until(lambda frame: frame.status.busy == "the expression")
    watcher.engine.cancel()
    watcher.until(lambda frame: any("the expression has run" in note for note in frame.notes))
    watcher.engine.cancel()
    frame = watcher.until(lambda one: one.status.iteration == 0 and one.handled == watcher.engine.sent)
    assert frame.stops == Stops(frozenset({8}), below=-99)
    assert frame.watches == ()
    assert frame.by_hand == before.by_hand
    assert [row.value for row in frame.tensors] == [row.value for row in before.tensors]


def test_one_that_ends_the_process_is_told_and_not_evaluated_again(watcher: Watcher) -> None:
    watcher.engine.send(Advance(Unit.ITERATION))
    watcher.engine.send(SetNumber("lr", 0.5))
    watcher.engine.send(SetStops(Stops(frozenset({8}))))
    watcher.engine.send(SetWatches(("loss", "__import__('os')._exit(3)")))
    failure = watcher.until(lambda frame: frame.failure is not None).failure
    assert failure is not None
    assert failure.message == "the expression ended the program's process: exit 3"
    watcher.engine.send(Restart())
    frame = watcher.until(lambda frame: frame.failure is None and frame.handled == watcher.engine.sent)
    assert (frame.watches, frame.stops) == ((), Stops(frozenset({8})))
    watcher.engine.send(Advance(Unit.ITERATION))
    frame = watcher.settled()
    assert (frame.status.iteration, frame.by_hand) == (0, ())
