"""Keys that come faster than anything is drawn, in terminals of every size: none of them ends the app."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest
from rich.style import Style
from textual.command import CommandList
from textual.events import Click, Key, Paste

from backprop_tui.tui.keys import KEYS
from backprop_tui.tui.screens.main_screen import MainScreen

from .stage import Stage

SIZES = [(1, 1), (2, 2), (5, 3), (10, 4), (200, 3), (80, 24)]
OURS = [name for key in KEYS if key.id != "quit" for name in key.keys.split(",")]
OTHERS = ["a", "z", "0", "9", "f1", "enter", "backspace", "delete", "end", "ctrl+home", "ctrl+end", "ctrl+up"]
WINDOWS = {"none": [], "output": ["o"], "help": ["question_mark"], "palette": ["ctrl+p"], "prompt": ["g"]}
WINDOWS["answer"] = ["h"]


async def pressed_at_once(stage: Stage, keys: Sequence[str], size: tuple[int, int]) -> MainScreen | None:
    """Send all keys before any is handled, wait, and close what is open: the screen that is left."""
    async with stage.app.run_test(size=size) as pilot:
        for name in keys:
            stage.app.post_message(Key(name, name if len(name) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        for _ in range(4):
            if not isinstance(stage.app.screen, MainScreen):
                await pilot.press("escape")
                await pilot.pause()
        return stage.app.screen if isinstance(stage.app.screen, MainScreen) else None


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("window", WINDOWS)
async def test_every_key_at_every_size_over_every_window(window: str, size: tuple[int, int]) -> None:
    stage = Stage("mid_backward", *["answered"] * (window == "answer"))
    keys = [name for key in [*OURS, *OTHERS] for name in (*WINDOWS[window], key)]
    assert await pressed_at_once(stage, keys, size) is not None


@pytest.mark.parametrize("key", ["pagedown", "pageup", "down", "enter", "end", "ctrl+end", "z"])
async def test_keys_that_come_before_the_palettes_list(key: str) -> None:
    assert await pressed_at_once(Stage(), ["ctrl+p", key, key], (80, 24)) is not None


async def test_a_command_that_is_chosen_twice_in_the_palette_closes_it_once() -> None:
    assert await pressed_at_once(Stage(), ["ctrl+p", "z", "enter", "z", "z", "enter"], (80, 24)) is not None


async def test_a_click_on_a_command_that_has_gone_from_the_palette_does_nothing() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        commands = stage.app.screen.query_one(CommandList)
        while commands.option_count < 2:
            await pilot.pause(0.01)
        last = Style.from_meta({"option": commands.option_count - 1})
        commands.clear_options()
        commands.post_message(Click(commands, 0, 0, 0, 0, 1, False, False, False, style=last))
        await pilot.pause()
        assert stage.app.is_running


async def test_the_palette_lists_the_themes_for_quick_hands_too() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.action_change_theme()
        await pilot.pause()
        await pilot.press("pagedown")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, MainScreen)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (10, 4)], ids=str)
@pytest.mark.parametrize("key", ["shift+up", "shift+left", "pagedown", "shift+down"])
async def test_the_output_is_scrolled_where_there_is_no_room_for_it(key: str, size: tuple[int, int]) -> None:
    assert await pressed_at_once(Stage(), ["o", key, key, "o", key], size) is not None


@pytest.mark.parametrize("seed", range(4))
async def test_keys_pastes_and_sizes_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    stage = Stage("mid_backward")
    async with stage.app.run_test(size=rng.choice(SIZES)) as pilot:
        for _ in range(60):
            if rng.random() < 0.1:
                await pilot.resize_terminal(*rng.choice(SIZES))
            elif rng.random() < 0.1:
                stage.app.post_message(Paste(rng.choice(["12\x1b]0;x\x07", "٣", "", "\n\n", "9" * 5000])))
            else:
                name = rng.choice([*OURS, *OTHERS])
                stage.app.post_message(Key(name, name if len(name) == 1 else None))
            if rng.random() < 0.2:
                await asyncio.sleep(0)
        await pilot.pause()
        assert stage.app.is_running
