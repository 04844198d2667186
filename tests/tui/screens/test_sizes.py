"""What is seen at each size, and how the rest is reached."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.frame import opening_frame
from backprop_tui.engine.debugger.wire.looks import Pane
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.app import BackpropApp

from .. import scenes
from .stage import Stage

WIDE, NARROW, LARGE, TINY = (120, 36), (80, 24), (200, 60), (40, 12)


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        (WIDE, {"program", "tensors", "inspector", "loss"}),
        (LARGE, {"program", "tensors", "inspector", "loss"}),
        (NARROW, {"program", "tensors", "loss"}),
        (TINY, {"program"}),
    ],
)
async def test_the_panes_of_each_size(size: tuple[int, int], seen: set[str]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        assert stage.seen() == seen


@pytest.mark.parametrize("size", [NARROW, TINY])
async def test_every_pane_can_be_reached_where_not_all_fit(size: tuple[int, int]) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        reached = set(stage.seen())
        for _ in range(3):
            await pilot.press("tab")
            await pilot.pause()
            assert stage.app.focused is not None
            assert stage.app.focused.id in stage.seen()
            reached |= stage.seen()
        assert reached >= set(Pane)


async def test_enter_shows_the_inspector_in_the_place_of_the_tensors() -> None:
    stage = Stage()
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert stage.seen() == {"program", "inspector", "loss"}
        assert "-0.03095" in stage.text("inspector")
        await pilot.press("i")
        await pilot.pause()
        assert stage.seen() == {"program", "tensors", "loss"}


async def test_a_failure_has_its_entries_in_view_until_a_tensor_is_selected() -> None:
    stage = failing()
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("space")
        await pilot.pause()
        assert stage.seen() == {"program", "inspector", "loss"}
        assert "4 error" in stage.text("inspector")
        assert stage.app.focused is not None
        assert stage.app.focused.id == "program"
        await pilot.press("down")
        await pilot.pause()
        assert stage.seen() == {"program", "tensors", "loss"}


async def test_a_failure_moves_nothing_that_somebody_arranged() -> None:
    stage = failing()
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("i", "i")
        await pilot.press("space")
        await pilot.pause()
        assert stage.seen() == {"program", "tensors", "loss"}


async def test_what_came_forward_by_itself_gives_its_place_back() -> None:
    stage = failing()
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("space")
        await pilot.pause()
        await pilot.press("i")
        await pilot.pause()
        assert stage.seen() == {"program", "tensors", "loss"}


def failing() -> Stage:
    """An engine that goes to a failure, and then selects another tensor."""
    stage = Stage("mid_backward", "wrong", "wrong")
    _, gone_to, selected = stage.engine.frames
    assert gone_to.attention is not None
    assert selected.attention is not None
    stage.engine.frames[1] = replace(gone_to, attention=replace(gone_to.attention, gone_to=True))
    stage.engine.frames[2] = replace(selected, attention=replace(selected.attention, here=False))
    return stage


async def test_the_engine_learns_the_sizes_and_learns_them_again() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert stage.layouts[-1].program_rows == 27
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert stage.layouts[-1].program_rows > 40


LONG = scenes.TEXT.replace("loss = summed / n", f"loss = summed / n  # {'long ' * 13}")


@pytest.mark.parametrize(
    ("text", "columns", "beside"),
    [
        (scenes.TEXT, 120, 67),
        (scenes.TEXT, 144, 69),
        (scenes.TEXT, 160, 80),
        (LONG, 160, 67),
        (LONG, 170, 73),
        (LONG, 200, 100),
    ],
)
async def test_the_program_has_what_its_code_needs_before_the_panes_beside_it_have_more(
    text: str, columns: int, beside: int
) -> None:
    program = parse(text, "p")
    app = BackpropApp(program, scenes.FakeEngine(opening_frame(program)))
    async with app.run_test(size=(columns, 36)) as pilot:
        await pilot.pause()
        assert app.main.rooms()["tensors"].width == beside
        room = app.main.rooms()["program"]
        assert room.width == columns - beside
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.main.rooms()["tensors"].width == 80
        await pilot.resize_terminal(columns, 36)
        await pilot.pause()
        assert app.main.rooms()["program"] == room
