"""The window of `:`: what is typed is sent, and what it came to is shown above the next."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import DoByHand, Evaluate
from backprop_tui.engine.debugger.wire.frame import Evaluated, Frame
from backprop_tui.engine.tutor.answer import Told
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.evaluate_window import EvaluateWindow

from .stage import Stage

WIDE, NARROW, TINY = (120, 36), (80, 24), (40, 12)


def answering(*evaluated: Evaluated) -> Stage:
    """A stage whose engine answers each command with one more of these."""
    stage = Stage()
    frame: Frame = stage.engine.frames[0]
    told = [replace(frame, evaluated=evaluated[: number + 1]) for number in range(len(evaluated))]
    stage.engine.frames = [frame, *told]
    return stage


def shown(stage: Stage) -> str:
    return "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))


async def test_what_is_typed_is_sent_and_what_it_came_to_is_shown() -> None:
    stage = answering(
        Evaluated(1, "W1 * 2", (Told("tensor([3.])"), Told("float32 [1]", "quiet"))),
        Evaluated(2, "zzz", (Told("`zzz`: NameError", "strong"),)),
    )
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("colon", *"W1 * 2", "enter")
        await pilot.pause()
        assert "› W1 * 2" in shown(stage)
        assert "tensor([3.])" in shown(stage)
        await pilot.press(*"zzz", "enter")
        await pilot.pause()
        text = shown(stage)
        assert text.index("tensor([3.])") < text.index("`zzz`: NameError")
        assert text.count("› W1 * 2") == 1
        assert stage.commands == [Evaluate("W1 * 2"), Evaluate("zzz")]
        await pilot.press("up", "up")
        assert "› W1 * 2▏" in shown(stage)


async def test_tab_has_it_done_by_hand_or_what_was_typed_last() -> None:
    stage = answering(Evaluated(1, "W1 *= 2", (Told("done, on copies"),)))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("colon", "tab", *"W1 *= 2", "enter", "tab", *"B1 += 1", "tab")
        await pilot.pause()
        assert stage.commands == [Evaluate("W1 *= 2"), DoByHand("W1 *= 2"), DoByHand("B1 += 1")]
        await pilot.press("up")
        assert "› B1 += 1▏" in shown(stage)


async def test_escape_closes_it_and_nothing_is_sent() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("colon", *"quit", "escape")
        await pilot.pause()
        assert stage.commands == []
        assert stage.app.screen is stage.app.main


async def test_escape_stops_what_is_evaluated() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        stage.engine.sent = stage.app.main.frame.handled + 1
        await pilot.press("colon", *"1", "enter", "escape")
        await pilot.pause()
        assert stage.engine.cancelled == 1
        assert isinstance(stage.app.screen, EvaluateWindow)


async def test_escape_closes_it_while_something_else_is_at_work() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("colon", *"1", "enter")
        stage.engine.sent = stage.app.main.frame.handled + 1
        await pilot.press("escape")
        await pilot.pause()
        assert stage.engine.cancelled == 0
        assert stage.app.screen is stage.app.main


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (20, 6)])
async def test_it_is_whole_at_every_size(size: tuple[int, int]) -> None:
    stage = answering(Evaluated(1, "x", tuple(Told(f"row {number}") for number in range(60))))
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("colon", "x", "enter", "y")
        await pilot.pause()
        lines = shown(stage).splitlines()
        assert lines[-1].startswith("╰")
        assert len(lines) <= size[1]
        assert "› y▏" in lines[-2]
