"""The search: every letter goes to what is found, n and N repeat it, escape ends it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.looks import Attend, SelectAt, ShowLine
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.search_prompt import SearchPrompt

from .. import scenes
from .stage import Stage
from .test_snapshots import SIZES, sized

WIDE = (120, 36)


def row(stage: Stage) -> str:
    assert isinstance(stage.app.screen, SearchPrompt)
    return plain(stage.app.screen.query_one(Canvas).lines[0])


async def test_every_letter_searches_and_says_how_many_there_are() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", "d", "H")
        await pilot.pause()
        assert "/dH▏" in row(stage)
        assert "1 of 3" in row(stage)
        first = ShowLine(2)  # of `Linear regression by hand`
        assert stage.commands == [first, ShowLine(21)]
        await pilot.press("backspace", "backspace")
        assert stage.commands[2:] == [first, ShowLine(1, first=True)]
        assert stage.app.main.looks.search is not None


async def test_enter_keeps_it_and_n_goes_on_from_there() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", "d", "W", "1", "enter")
        await pilot.pause()
        assert stage.app.screen is stage.app.main
        assert "/dW1  1 of 2" in stage.text("footer")
        await pilot.press("n")
        assert "/dW1  2 of 2" in stage.text("footer")
        await pilot.press("N", "N")
        shown = [command for command in stage.commands if isinstance(command, ShowLine)]
        assert [command.line for command in shown[-4:]] == [23, 26, 23, 26]


async def test_a_name_that_is_searched_for_is_selected_where_it_is_bound() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", *"dW1", "enter", "n")
        assert [one for one in stage.commands if isinstance(one, SelectAt)] == [SelectAt(23)]


async def test_escape_in_the_prompt_goes_back_to_what_was_seen() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", "u", "escape")
        await pilot.pause()
        assert stage.app.main.looks.search is None
        assert stage.commands[-1] == ShowLine(1, first=True)
        assert stage.engine.cancelled == 0


async def test_escape_ends_the_search_first_and_does_not_count_towards_stopping() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", "d", "H", "enter", "escape")
        await pilot.pause()
        assert stage.engine.cancelled == 0
        assert stage.app.main.looks.search is None
        await pilot.press("n")
        assert stage.commands[-1] == Attend(1)
        await pilot.press("escape")
        assert stage.engine.cancelled == 1


async def test_enter_without_a_text_leaves_no_search() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("slash", "enter", "n")
        assert stage.commands[-1] == Attend(1)


@pytest.mark.parametrize("size", [*SIZES, (40, 12), (20, 6)], ids=sized)
async def test_the_prompt_is_seen_at_every_size(size: Any) -> None:
    stage = Stage()
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("slash", *"dH")
        await pilot.pause()
        canvas = stage.app.screen.query_one(Canvas)
        assert canvas.region.bottom_left == (0, size[1])
        assert "/dH▏" in plain(canvas.lines[0])
        assert ("escape goes back" in plain(canvas.lines[0])) == (size[0] >= 80)


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_search(snap_compare: Callable[..., bool], size: Any) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward()), "dark")
    assert snap_compare(app, press=["slash", *"diff"], terminal_size=size)


@pytest.mark.parametrize("theme", ["ansi", "light"])
def test_what_stands_of_a_search(snap_compare: Callable[..., bool], theme: str) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward()), theme)
    assert snap_compare(app, press=["slash", *"diff", "enter"], terminal_size=WIDE)


def test_search_without_colours(snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward()), "ansi")
    assert snap_compare(app, press=["slash", *"diff", "enter"], terminal_size=WIDE)
