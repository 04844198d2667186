"""Every theme, and a terminal without colour."""

from __future__ import annotations

import pytest

from backprop_tui.tui.drawing.canvas import Canvas

from .. import scenes
from .stage import Stage

WIDE, NARROW, LARGE, TINY = (120, 36), (80, 24), (200, 60), (40, 12)


@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "nord", "no such theme"])
@pytest.mark.parametrize("size", [TINY, WIDE])
async def test_every_scene_is_drawn_in_every_theme(theme: str, size: tuple[int, int]) -> None:
    names = ("initial", "mid_backward", "wrong", "failed", "not_a_number", "after_iteration")
    stage = Stage(theme=theme)
    async with stage.app.run_test(size=size) as pilot:
        await pilot.pause()
        for name in names:
            stage.app.main.frame = getattr(scenes, name)()
            stage.app.main.paint()
            assert stage.app.export_screenshot()


async def test_in_the_ansi_themes_bars_are_reversed_and_nothing_has_a_colour_of_its_own() -> None:
    stage = Stage(theme="ansi")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        canvas = stage.app.main.query_one("#program", Canvas)
        segments = [segment for y in range(34) for segment in canvas.render_line(y)]
        assert any(segment.style and segment.style.reverse for segment in segments)
        colours = [segment.style.color for segment in segments if segment.style]
        assert all(colour is None or colour.triplet is None for colour in colours)


async def test_without_colour_a_theme_from_the_palette_leaves_the_terminals_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage = Stage()
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        stage.app.theme = "ansi-dark"
        await pilot.pause()
        canvas = stage.app.main.query_one("#program", Canvas)
        styles = [segment.style for y in range(34) for segment in canvas.render_line(y) if segment.style]
        colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour]
        assert {colour.name for colour in colours} == {"default"}
