"""The app over a stand-in for the engine: what keys send, what frames show, what sizes do."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import Any

import pytest
from textual.geometry import Region, Size
from textual.strip import Strip

from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    ChangeSpeed,
    GoToChange,
    Restart,
    ToggleBreakpoint,
    ToggleRun,
    Unit,
)
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import ChangeSlice, Pane, Scroll, Select, SelectName, ShowTab
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import cells, plain
from backprop_tui.tui.keys import KEYS
from backprop_tui.tui.screens.help_window import HelpWindow

from .. import scenes
from .stage import Stage

WIDE, NARROW, LARGE, TINY = (120, 36), (80, 24), (200, 60), (40, 12)


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("space", Advance(Unit.ITERATION)),
        ("right", Advance(Unit.STATEMENT)),
        ("left", Advance(Unit.STATEMENT, -1)),
        ("right_square_bracket", Advance(Unit.PHASE)),
        ("left_square_bracket", Advance(Unit.PHASE, -1)),
        ("r", ToggleRun()),
        ("B", ToggleBreakpoint()),
        ("b", GoToChange()),
        ("plus", ChangeSpeed(1)),
        ("minus", ChangeSpeed(-1)),
        ("home", Restart()),
        ("up", Select(-1)),
        ("down", Select(1)),
        ("1", ShowTab(Tab.VALUE)),
        ("4", ShowTab(Tab.ERROR)),
        ("comma", ChangeSlice(-1)),
        ("full_stop", ChangeSlice(1)),
        ("shift+right", Scroll(Pane.PROGRAM, 0, 1)),
        ("pagedown", Scroll(Pane.PROGRAM, 25, 0)),
    ],
)
async def test_a_key_sends_its_command(key: str, command: object) -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press(key)
        assert stage.commands == [command]


async def test_the_program_is_on_the_screen_before_the_engine_starts() -> None:
    stage = Stage()
    texts: list[str] = []
    stage.engine.start = lambda: texts.append(stage.text("program") + stage.text("status"))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
    assert "difference = H - y" in texts[0]
    assert "loading torch" in texts[0]


async def test_keys_pressed_before_the_engine_is_ready_are_sent() -> None:
    stage = Stage()
    stage.engine.start = lambda: None
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("space", "space")
        assert stage.commands == [Advance(Unit.ITERATION)] * 2


async def test_a_frame_replaces_the_picture() -> None:
    stage = Stage("initial", "mid_backward")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "ready" in stage.text("status")
        await pilot.press("space")
        await pilot.pause()
        assert "backward  3/7" in stage.text("status")
        assert "▸ difference" in stage.text("tensors")


async def test_tab_goes_through_the_panes_and_back() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        found = []
        for key in ("tab", "tab", "tab", "shift+tab"):
            await pilot.press(key)
            found.append(stage.app.focused and stage.app.focused.id)
        assert found == ["tensors", "inspector", "program", "inspector"]


async def test_scrolling_is_for_the_pane_that_has_the_focus() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", "shift+down", "shift+left")
        assert stage.commands == [Scroll(Pane.INSPECTOR, 1, 0), Scroll(Pane.INSPECTOR, 0, -1)]


async def test_output_opens_over_the_screen_and_escape_closes_it() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("o")
        await pilot.pause()
        assert "output" in stage.seen()
        assert "printed nothing" in stage.text("output")
        await pilot.press("space")
        assert stage.commands == [Advance(Unit.ITERATION)]
        await pilot.press("escape")
        await pilot.pause()
        assert "output" not in stage.seen()


async def test_output_covers_no_notes() -> None:
    stage = Stage("ended_from_outside")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("o")
        await pilot.pause()
        notes, output = (stage.app.main.query_one(f"#{name}").region for name in ("notes", "output"))
        assert "SIGKILL" in stage.text("notes")
        assert output.bottom <= notes.y


async def test_escape_cancels_what_runs() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("escape")
        assert stage.engine.cancelled == 1


async def test_help_opens_scrolls_and_closes() -> None:
    stage = Stage()
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(stage.app.screen, HelpWindow)
        canvas = stage.app.screen.query_one(Canvas)
        assert "one iteration" in "\n".join(map(plain, canvas.lines))
        seen = set()
        for _ in range(12):
            seen.update(map(plain, canvas.lines))
            await pilot.press("pagedown")
        assert "wrong shape" in "\n".join(seen)
        await pilot.press("escape")
        await pilot.pause()
        assert stage.app.screen is stage.app.main


async def test_the_palette_holds_every_command() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE):
        commands = list(stage.app.get_system_commands(stage.app.main))
        titles = {command.title for command in commands}
        rows = {f"{key.words.capitalize():<30}{key.label}" for key in KEYS if key.id != "palette"}
        assert rows <= titles
        assert not any(command.help for command in commands)
        (step,) = [command for command in commands if command.title == f"{'One iteration':<30}space"]
        await step.callback()
        assert stage.commands == [Advance(Unit.ITERATION)]


async def test_a_click_on_a_tensor_selects_it_and_one_on_a_tab_shows_it() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#tensors", offset=(8, 3))
        await pilot.click("#inspector", offset=(6, 1))
        await pilot.pause()
        assert stage.commands == [SelectName("B1"), ShowTab(Tab.VALUE)]


async def test_a_click_on_the_footer_does_what_its_key_does() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#footer", offset=(3, 0))
        await pilot.pause()
        assert stage.commands == [Advance(Unit.ITERATION)]


async def test_nothing_behind_the_last_column_that_changed_is_painted_again() -> None:
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        canvas = stage.app.main.query_one("#status", Canvas)
        regions: list[Any] = []
        canvas.refresh = lambda *found, **_: regions.extend(found) or canvas  # type: ignore[assignment]
        canvas.show(canvas.lines)
        assert regions == []
        before = cells(canvas.lines[0])
        stage.app.main.frame = scenes.after_iteration()
        stage.app.main.paint()
        pairs = zip(before, cells(canvas.lines[0]), strict=True)
        last = max(column for column, (was, now) in enumerate(pairs) if was != now)
        assert regions == [Region(0, 0, last + 1, 1)]
        assert last < canvas.size.width - 1


async def test_notes_have_a_place_only_while_there_are_any() -> None:
    stage = Stage("wrong", "mid_backward")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "did you mean" in stage.text("notes")
        await pilot.press("space")
        await pilot.pause()
        assert "notes" not in stage.app.main.rooms()


async def test_names_and_text_full_of_markup_are_shown_as_they_are() -> None:
    program = parse("# %% forward\nloss = 'a[/]b [bold]x[/foo]'", "a[/]b")
    app = BackpropApp(program, scenes.FakeEngine(scenes.failed()))
    async with app.run_test(size=WIDE) as pilot:
        lines = app.main.query_one("#program", Canvas).lines
        assert any("a[/]b [bold]x[/foo]" in plain(line) for line in lines)
        await pilot.pause()


async def test_what_is_unused_is_collected_again_once_the_screen_stands() -> None:
    engine = scenes.FakeEngine(scenes.failed())
    gc.disable()
    try:
        async with BackpropApp(scenes.program(), engine).run_test(size=WIDE) as pilot:
            await pilot.pause()
            assert engine.started
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


@pytest.mark.parametrize("size", [WIDE, NARROW, LARGE, TINY])
async def test_the_first_picture_has_its_text_and_is_laid_out_for_good(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, list[tuple[Size, str]]] = {}
    render = Canvas.render_lines

    def watched(canvas: Canvas, crop: Region) -> list[Strip]:
        strips = render(canvas, crop)
        drawn.setdefault(str(canvas.id), []).append((canvas.size, "".join(strip.text for strip in strips)))
        return strips

    monkeypatch.setattr(Canvas, "render_lines", watched)
    async with BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward())).run_test(
        size=size
    ) as pilot:
        await pilot.pause()
    assert all(text.strip() for (_, text), *_ in drawn.values())
    assert "Linear regression" in drawn["program"][0][1]
    assert all(len({size for size, _ in draws}) == 1 for draws in drawn.values())


def test_the_screen_loads_no_torch() -> None:
    code = """
import sys
from backprop_tui.engine.program.library import load
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.tui.app import BackpropApp

program, child = load("linear_regression"), Child()
app = BackpropApp(program, lambda tell: RemoteEngine(Keeping(None, program, 0), tell, child))

class Watching(type(app.main)):
    def on_frame_ready(self):
        super().on_frame_ready()
        if not self.frame.status.loading:
            app.exit("torch" in sys.modules)

app.main.__class__ = Watching
print(app.run(headless=True))
app.main.link.stop()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
