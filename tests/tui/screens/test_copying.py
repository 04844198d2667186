"""What is copied and saved, and what is said of where it went."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.inspected import Cell, Tab
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.copies import copies
from backprop_tui.tui.terminal import new_files
from backprop_tui.tui.terminal.clipboard import takes_copies
from backprop_tui.tui.terminal.new_files import write_new

from .. import scenes
from .stage import Stage

WIDE = (120, 36)


def told(stage: Stage) -> str:
    return "\n".join(notification.message for notification in stage.app._notifications)


async def pressed(stage: Stage, *keys: str) -> str:
    """What is said after some keys."""
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return told(stage)


async def test_the_screen_is_saved_as_a_picture_in_the_current_folder_and_never_over_a_file() -> None:
    words = await pressed(Stage("wrong"), "S", "S")
    paths = [Path("linear_regression-iteration-0.svg"), Path("linear_regression-iteration-0-2.svg")]
    for path in paths:
        assert path.read_text(encoding="utf-8").startswith("<svg")
        assert "ddifference" in path.read_text(encoding="utf-8")
        assert f"saved: {path.absolute()}" in words


async def test_what_is_said_of_the_last_picture_is_not_in_the_next() -> None:
    stage = Stage("wrong")
    async with stage.app.run_test(size=WIDE, notifications=True) as pilot:
        await pilot.pause()
        for times in (1, 2):
            await pilot.press("S")
            while stage.app.export_screenshot().count("saved") < times:
                await pilot.pause()
    assert "saved" not in Path("linear_regression-iteration-0-2.svg").read_text(encoding="utf-8")


async def test_where_the_current_folder_takes_nothing_the_picture_goes_to_that_for_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no folder").write_text("")
    taken = [tmp_path / "no folder", tmp_path / "pictures"]
    monkeypatch.setattr(new_files, "picture_folders", lambda: iter(taken))
    assert "pictures/linear_regression-iteration-12.svg" in await pressed(Stage("after_iteration"), "S")
    monkeypatch.setattr(new_files, "picture_folders", lambda: iter(taken[:1]))
    assert "the screen was not saved" in await pressed(Stage("after_iteration"), "S")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("n", "difference"),
        ("l", "ddifference = 2 * difference * ddifference_squared"),
        ("d", "line 20, ddifference: sign flipped: -2 * difference for 2 * difference"),
        ("v", "0.06189\t0.036928\t0.011964\t-0.013"),
    ],
)
async def test_a_terminal_that_takes_copies_gets_them_and_no_file_is_written(
    key: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    stage = Stage("wrong")
    words = await pressed(stage, "y", key)
    copied = [float(part) for part in stage.app.clipboard.split("\t")] if key == "v" else stage.app.clipboard
    assert copied == (pytest.approx([float(part) for part in text.split("\t")]) if key == "v" else text)
    assert words.startswith("copied: ")
    assert not (tmp_path / "data").exists()


async def test_a_terminal_that_may_not_take_copies_is_not_trusted_with_them_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    stage = Stage("wrong")
    words = await pressed(stage, "y", "l")
    [path] = (tmp_path / "data").rglob("*.txt")
    assert path.read_text(encoding="utf-8") == "ddifference = 2 * difference * ddifference_squared"
    assert str(path) in words
    assert "may not take it" in words
    assert stage.app.clipboard == path.read_text(encoding="utf-8")


async def test_the_window_shows_what_each_key_copies() -> None:
    stage = Stage("wrong")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        shown = "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))
        for row in (
            "v  error of difference",
            "n  name  difference",
            "l  line 20  ddifference",
            "d  diagnosis",
        ):
            assert row in shown
        await pilot.press("y")
        await pilot.pause()
        assert stage.app.screen is stage.app.main


def test_the_entry_at_the_cell_cursor_is_copied_in_full() -> None:
    frame = scenes.wrong()
    cell = Cell((0, 2), (2,), {Tab.ERROR: "0.011964000761508942"})
    frame = replace(frame, inspector=replace(frame.inspector, cell=cell))
    value = copies(frame, scenes.program())[0]
    assert (value.words, value.text) == ("error of difference at [2]", "0.011964000761508942")


def test_what_is_not_there_is_not_offered() -> None:
    assert [one.key for one in copies(scenes.initial(), scenes.program())] == ["l"]


@pytest.mark.parametrize(
    ("environment", "takes"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, True),
        ({"TERM": "alacritty"}, True),
        ({"TERM": "xterm-kitty", "TMUX": "/run/tmux"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({}, False),
    ],
)
def test_terminals_that_take_copies_are_known_by_name(environment: dict[str, str], takes: bool) -> None:
    assert takes_copies(environment) is takes


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b/c", "", "...", "naïve ✗"])
def test_a_file_is_written_into_its_folder_whatever_the_program_is_called(name: str, tmp_path: Path) -> None:
    path = write_new([tmp_path / "into"], name, ".svg", "✗")
    assert path.parent == tmp_path / "into"
    assert path.read_text(encoding="utf-8") == "✗"
