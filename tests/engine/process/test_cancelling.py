"""What is stopped is what somebody saw at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import Restart
from backprop_tui.engine.debugger.wire.frame import Frame, opening_frame
from backprop_tui.engine.process import patience
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.messages import Cancel
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.program import Program


class Noting:
    """A child process that only notes what it is told."""

    printed = None

    def __init__(self) -> None:
        self.told: list[object] = []

    def send(self, message: object) -> None:
        self.told.append(message)

    def listen(self, came: Callable[[Any, Frame], None], gone: object) -> None:
        self.came = came

    def end(self, seconds: float = 0) -> None:
        pass


@pytest.mark.parametrize("running", [True, False])
def test_a_run_is_stopped_where_the_newest_picture_that_was_seen_shows_one(
    linear: Program, running: bool
) -> None:
    child = Noting()
    engine = RemoteEngine(Keeping(None, linear, 0), lambda: None, cast(Child, child))
    engine.start()
    try:
        frame = opening_frame(linear)
        child.came(child, replace(frame, status=replace(frame.status, running=running)))
        engine.take()
        child.came(child, replace(frame, status=replace(frame.status, running=not running)))
        engine.cancel()
        assert child.told[-1] == Cancel(run=running)
    finally:
        engine.stop()


class Clock:
    """Time that passes when the test says so."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(("seconds", "silence", "stuck"), [(0, 1.2, False), (1, 1.2, True), (0, 1.6, True)])
def test_only_what_takes_long_by_itself_can_be_ended(
    linear: Program, monkeypatch: pytest.MonkeyPatch, seconds: int, silence: float, stuck: bool
) -> None:
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    child = Noting()
    engine = RemoteEngine(Keeping(None, linear, 0), lambda: None, cast(Child, child))
    frame = opening_frame(linear)
    engine.send(Restart())
    child.listen(engine._came, None)
    child.came(child, frame.at_work("backward, line 7", seconds))
    engine.cancel()
    clock.now += silence
    engine._show(engine._frame)
    shown = engine.take()
    assert shown is not None
    assert any("does not stop" in note for note in shown.notes) is stuck
    assert not any("for 0 s" in note for note in shown.notes)
    engine.stop()
