"""Pictures of a run give way: to each other where they cost much, and to what a key asked for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.tui.screens import run_pictures

from .. import scenes
from .stage import Stage


def running(iteration: int, handled: int) -> Frame:
    """A picture of a run, after so many commands."""
    frame = scenes.after_iteration()
    return replace(frame, handled=handled, status=replace(frame.status, running=True, iteration=iteration))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of a run waits for as long as a test takes."""
    monkeypatch.setattr(run_pictures, "SHARE", 1e-9)
    monkeypatch.setattr(run_pictures, "LATEST_SECONDS", 60.0)
    monkeypatch.setattr(run_pictures, "OVERTAKEN_SECONDS", 60.0)


async def comes(pilot: Pilot[Any], stage: Stage, frame: Frame) -> str:
    """The top line once a frame has come."""
    stage.engine.frames = [frame]
    stage.engine.start()
    await pilot.pause()
    return stage.text("status")


@pytest.mark.usefixtures("patient")
async def test_a_second_picture_of_a_run_waits_and_the_end_of_the_run_does_not() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(120, 36)) as pilot:
        sent = stage.engine.sent
        assert "iteration 20 " in await comes(pilot, stage, running(20, sent))
        assert "iteration 20 " in await comes(pilot, stage, running(30, sent))
        ended = running(40, sent)
        ended = replace(ended, status=replace(ended.status, running=False))
        assert "iteration 40 " in await comes(pilot, stage, ended)


async def test_a_picture_that_waited_is_painted_when_its_turn_comes() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(120, 36)) as pilot:
        for iteration in (20, 30, 40):
            await comes(pilot, stage, running(iteration, stage.engine.sent))
        await pilot.pause(run_pictures.LATEST_SECONDS + 0.1)
        assert "iteration 40 " in stage.text("status")


@pytest.mark.usefixtures("patient")
async def test_a_picture_that_a_key_overtook_gives_way_to_the_answer() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(120, 36)) as pilot:
        sent = stage.engine.sent
        assert "iteration 20 " in await comes(pilot, stage, running(20, sent))
        assert "iteration 20 " in await comes(pilot, stage, running(30, sent - 1))
        assert "iteration 40 " in await comes(pilot, stage, running(40, sent + 1))
