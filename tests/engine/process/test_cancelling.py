"""What is stopped is what somebody saw at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.frame import Frame, opening_frame
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
