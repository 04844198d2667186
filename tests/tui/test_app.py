"""The app over a stand-in for the engine: what keys send, what frames show, what sizes do."""

from __future__ import annotations

import gc
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
from textual.events import Paste
from textual.geometry import Region, Size
from textual.strip import Strip

from backprop_tui.engine.commands import (
    Advance,
    ChangeSlice,
    ChangeSpeed,
    GoTo,
    Layout,
    Pane,
    Restart,
    Scroll,
    Select,
    SelectName,
    ShowTab,
    ToggleRun,
    Unit,
)
from backprop_tui.engine.frame import Tab
from backprop_tui.engine.program import parse
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.canvas import Canvas
from backprop_tui.tui.go_to import GoToScreen
from backprop_tui.tui.help import HelpScreen
from backprop_tui.tui.keys import KEYS
from backprop_tui.tui.line import plain

WIDE, NARROW, LARGE, TINY = (120, 36), (80, 24), (200, 60), (40, 12)


class Stage:
    """An app under test with its stand-in engine."""

    def __init__(self, scenes: ModuleType, *names: str, theme: str | None = None) -> None:
        frames = [getattr(scenes, name)() for name in names or ("mid_backward",)]
        self.engine = scenes.FakeEngine(*frames)
        self.app = BackpropApp(scenes.program(), self.engine, theme)

    def text(self, name: str) -> str:
        return "\n".join(map(plain, self.app.main.query_one(f"#{name}", Canvas).lines))

    def seen(self) -> set[str]:
        return {name for name in self.app.main.rooms() if name in (*Pane, "loss", "output")}

    @property
    def commands(self) -> list[Any]:
        return [command for command in self.engine.sent if not isinstance(command, Layout)]

    @property
    def layouts(self) -> list[Layout]:
        return [command for command in self.engine.sent if isinstance(command, Layout)]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("space", Advance(Unit.ITERATION)),
        ("right", Advance(Unit.STATEMENT)),
        ("left", Advance(Unit.STATEMENT, -1)),
        ("right_square_bracket", Advance(Unit.PHASE)),
        ("left_square_bracket", Advance(Unit.PHASE, -1)),
        ("r", ToggleRun()),
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
async def test_a_key_sends_its_command(scenes: ModuleType, key: str, command: object) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press(key)
        assert stage.commands == [command]


async def test_the_program_is_on_the_screen_before_the_engine_starts(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    texts: list[str] = []
    stage.engine.start = lambda: texts.append(stage.text("program") + stage.text("status"))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
    assert "difference = H - y" in texts[0]
    assert "loading torch" in texts[0]


async def test_keys_pressed_before_the_engine_is_ready_are_sent(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    stage.engine.start = lambda: None
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("space", "space")
        assert stage.commands == [Advance(Unit.ITERATION)] * 2


async def test_a_frame_replaces_the_picture(scenes: ModuleType) -> None:
    stage = Stage(scenes, "initial", "mid_backward")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "ready" in stage.text("status")
        await pilot.press("space")
        await pilot.pause()
        assert "backward  3/7" in stage.text("status")
        assert "▸ difference" in stage.text("tensors")


async def test_tab_goes_through_the_panes_and_back(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        found = []
        for key in ("tab", "tab", "tab", "shift+tab"):
            await pilot.press(key)
            found.append(stage.app.focused and stage.app.focused.id)
        assert found == ["tensors", "inspector", "program", "inspector"]


async def test_scrolling_is_for_the_pane_that_has_the_focus(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("enter", "shift+down", "shift+left")
        assert stage.commands == [Scroll(Pane.INSPECTOR, 1, 0), Scroll(Pane.INSPECTOR, 0, -1)]


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        (WIDE, {"program", "tensors", "inspector", "loss"}),
        (LARGE, {"program", "tensors", "inspector", "loss"}),
        (NARROW, {"program", "tensors", "loss"}),
        (TINY, {"program"}),
    ],
)
async def test_the_panes_of_each_size(scenes: ModuleType, size: tuple[int, int], seen: set[str]) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        assert stage.seen() == seen


@pytest.mark.parametrize("size", [NARROW, TINY])
async def test_every_pane_can_be_reached_where_not_all_fit(scenes: ModuleType, size: tuple[int, int]) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=size) as pilot:
        reached = set(stage.seen())
        for _ in range(3):
            await pilot.press("tab")
            await pilot.pause()
            assert stage.app.focused is not None
            assert stage.app.focused.id in stage.seen()
            reached |= stage.seen()
        assert reached >= set(Pane)


async def test_enter_shows_the_inspector_in_the_place_of_the_tensors(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert stage.seen() == {"program", "inspector", "loss"}
        assert "-0.03095" in stage.text("inspector")
        await pilot.press("enter")
        await pilot.pause()
        assert stage.seen() == {"program", "tensors", "loss"}


async def test_the_engine_learns_the_sizes_and_learns_them_again(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert stage.layouts[-1].program_rows == 27
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert stage.layouts[-1].program_rows > 40


async def test_output_opens_over_the_screen_and_escape_closes_it(scenes: ModuleType) -> None:
    stage = Stage(scenes)
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


async def test_go_to_takes_a_number(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", *"250", "enter")
        await pilot.pause()
        assert stage.commands == [GoTo(250)]


async def test_a_thousand_iterations_are_g_and_enter_away(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", "enter")
        await pilot.pause()
        assert stage.commands == [GoTo(1000)]


async def test_go_to_can_be_left_and_takes_digits_alone(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g", "x", "minus", "7", "8", "backspace", "r")
        prompt = stage.app.screen
        assert isinstance(prompt, GoToScreen)
        assert prompt.typed == "7"
        await pilot.press("escape")
        await pilot.pause()
        assert stage.commands == []
        assert stage.app.screen is stage.app.main


async def test_a_number_can_be_pasted_into_go_to(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("g")
        for text in ("12 ", "many", "1234567890"):
            stage.app.post_message(Paste(text))
            await pilot.pause()
        await pilot.press("enter")
        assert stage.commands == [GoTo(12)]


@pytest.mark.parametrize("size", [WIDE, NARROW, TINY, (60, 20), (20, 6)])
async def test_the_prompt_of_go_to_is_seen_at_every_size(scenes: ModuleType, size: tuple[int, int]) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=size) as pilot:
        await pilot.press("g", *"250")
        await pilot.pause()
        canvas = stage.app.screen.query_one(Canvas)
        assert canvas.region.bottom_left == (0, size[1])
        shown = plain(canvas.lines[0])
        assert "run until" in shown
        assert "250" in shown
        assert ("enter runs" in shown) == (size[0] >= 40)
        assert "…" not in shown


async def test_escape_cancels_what_runs(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("escape")
        assert stage.engine.cancelled == 1


async def test_help_opens_scrolls_and_closes(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(stage.app.screen, HelpScreen)
        canvas = stage.app.screen.query_one(Canvas)
        assert "one iteration" in "\n".join(map(plain, canvas.lines))
        await pilot.press("pagedown")
        assert "wrong shape" in "\n".join(map(plain, canvas.lines))
        await pilot.press("escape")
        await pilot.pause()
        assert stage.app.screen is stage.app.main


async def test_the_palette_holds_every_command(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE):
        commands = list(stage.app.get_system_commands(stage.app.main))
        titles = {command.title for command in commands}
        assert {key.words.capitalize() for key in KEYS if key.id != "palette"} <= titles
        (step,) = [command for command in commands if command.title == "One iteration"]
        await step.callback()
        assert stage.commands == [Advance(Unit.ITERATION)]


async def test_a_click_on_a_tensor_selects_it_and_one_on_a_tab_shows_it(
    scenes: ModuleType,
) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#tensors", offset=(8, 3))
        await pilot.click("#inspector", offset=(6, 1))
        await pilot.pause()
        assert stage.commands == [SelectName("B1"), ShowTab(Tab.VALUE)]


async def test_a_click_on_the_footer_does_what_its_key_does(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#footer", offset=(3, 0))
        await pilot.pause()
        assert stage.commands == [Advance(Unit.ITERATION)]


async def test_only_the_columns_that_changed_are_painted_again(scenes: ModuleType) -> None:
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        canvas = stage.app.main.query_one("#status", Canvas)
        regions: list[Any] = []
        canvas.refresh = lambda *found, **_: regions.extend(found) or canvas  # type: ignore[assignment]
        canvas.show(canvas.lines)
        assert regions == []
        stage.app.main.frame = scenes.after_iteration()
        stage.app.main.paint()
        assert 0 < sum(region.width for region in regions) < 40


async def test_notes_have_a_place_only_while_there_are_any(scenes: ModuleType) -> None:
    stage = Stage(scenes, "wrong", "mid_backward")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "did you mean" in stage.text("notes")
        await pilot.press("space")
        await pilot.pause()
        assert "notes" not in stage.app.main.rooms()


@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "nord", "no such theme"])
@pytest.mark.parametrize("size", [TINY, WIDE])
async def test_every_scene_is_drawn_in_every_theme(
    scenes: ModuleType, theme: str, size: tuple[int, int]
) -> None:
    names = ("initial", "mid_backward", "wrong", "failed", "not_a_number", "after_iteration")
    stage = Stage(scenes, theme=theme)
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        for name in names:
            stage.app.main.frame = getattr(scenes, name)()
            stage.app.main.paint()
            assert stage.app.export_screenshot()


async def test_in_the_ansi_themes_bars_are_reversed_and_nothing_has_a_colour_of_its_own(
    scenes: ModuleType,
) -> None:
    stage = Stage(scenes, theme="ansi")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        canvas = stage.app.main.query_one("#program", Canvas)
        segments = [segment for y in range(34) for segment in canvas.render_line(y)]
        assert any(segment.style and segment.style.reverse for segment in segments)
        colours = [segment.style.color for segment in segments if segment.style]
        assert all(colour is None or colour.triplet is None for colour in colours)


async def test_without_colour_a_theme_from_the_palette_leaves_the_terminals_own(
    scenes: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage = Stage(scenes)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        stage.app.theme = "ansi-dark"
        await pilot.pause()
        canvas = stage.app.main.query_one("#program", Canvas)
        styles = [segment.style for y in range(34) for segment in canvas.render_line(y) if segment.style]
        colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour]
        assert {colour.name for colour in colours} == {"default"}


async def test_names_and_text_full_of_markup_are_shown_as_they_are(scenes: ModuleType) -> None:
    program = parse("# %% forward\nloss = 'a[/]b [bold]x[/foo]'", "a[/]b")
    app = BackpropApp(program, scenes.FakeEngine(scenes.failed()))
    async with app.run_test(size=WIDE) as pilot:
        lines = app.main.query_one("#program", Canvas).lines
        assert any("a[/]b [bold]x[/foo]" in plain(line) for line in lines)
        await pilot.pause()


async def test_what_is_unused_is_collected_again_once_the_screen_stands(scenes: ModuleType) -> None:
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
    size: tuple[int, int], scenes: ModuleType, monkeypatch: pytest.MonkeyPatch
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


def test_the_screen_is_painted_before_torch_is_imported() -> None:
    code = """
import sys
from backprop_tui.engine.program import parse
from backprop_tui.engine.worker import Engine
from backprop_tui.tui.app import BackpropApp

class Watching(Engine):
    def start(self):
        print("torch" in sys.modules, "rich" in sys.modules)
        app.exit()

app = BackpropApp(parse("# %% forward\\nloss = 1", "p"), lambda tell: Watching(app_program, 0, tell))
"""
    code = code.replace("app = Back", 'app_program = parse("# %% forward\\nloss = 1", "p")\napp = Back')
    code += "\napp.run(headless=True)\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
