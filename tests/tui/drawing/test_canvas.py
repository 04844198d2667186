"""The canvas: rows are made once, only changed ones again, and never in colour where none is wanted."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from backprop_tui.engine.program.library import load
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import Run

from .. import scenes


class Counting(Canvas):
    """Notes which rows were made."""

    made: list[int]

    def render_line(self, y: int) -> Strip:
        self.made.append(y)
        return super().render_line(y)


class Sheet(Screen[None]):
    def compose(self) -> ComposeResult:
        canvas = Counting(id="canvas")
        canvas.made = []
        yield canvas


class Bare(App[None]):
    def get_default_screen(self) -> Screen[None]:
        return Sheet()


def texts(strips: list[Strip]) -> list[str]:
    return [strip.text.rstrip() for strip in strips]


async def test_only_changed_rows_are_made_again() -> None:
    app = Bare()
    async with app.run_test(size=(20, 4)):
        canvas = app.screen.query_one(Counting)
        whole = Region(0, 0, 20, 4)
        canvas.show([(Run("one"),), (Run("two"),), (Run("three"),)])
        canvas.render_lines(whole)
        canvas.made.clear()
        canvas.show([(Run("one"),), (Run("TWO"),), (Run("three"),)])
        assert texts(canvas.render_lines(whole)) == ["one", "TWO", "three", ""]
        assert canvas.made == [1]


async def test_a_part_of_the_rows_can_be_asked_for() -> None:
    app = Bare()
    async with app.run_test(size=(20, 4)):
        canvas = app.screen.query_one(Counting)
        canvas.show([(Run("abcdef"),), (Run("ghijkl"),)])
        assert [strip.text for strip in canvas.render_lines(Region(2, 1, 3, 1))] == ["ijk"]


async def test_rows_are_made_again_for_another_width() -> None:
    app = Bare()
    async with app.run_test(size=(20, 4)) as pilot:
        canvas = app.screen.query_one(Counting)
        canvas.show([(Run("one"),)])
        await pilot.resize_terminal(30, 4)
        await pilot.pause()
        assert canvas.render_lines(Region(0, 0, 30, 1))[0].cell_length == 30


async def test_lines_for_a_new_size_are_asked_for_before_anything_is_drawn_at_it() -> None:
    app = Bare()
    async with app.run_test(size=(20, 4)) as pilot:
        canvas = app.screen.query_one(Counting)
        canvas.made.clear()
        canvas.fit = lambda: canvas.show([(Run(f"{canvas.size.width} columns"),)])
        await pilot.resize_terminal(30, 4)
        await pilot.pause()
        assert texts(canvas.render_lines(Region(0, 0, 30, 4))) == ["30 columns", "", "", ""]
        assert canvas.made == [0, 1, 2, 3]


@pytest.mark.parametrize("wanted", [True, False])
async def test_no_color_is_respected(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if wanted:
        monkeypatch.setenv("NO_COLOR", "1")
    app = BackpropApp(load("linear_regression"), scenes.FakeEngine(scenes.failed()))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        strips = app.main._compositor.render_strips()
    styles = [segment.style for strip in strips for segment in strip if segment.style]
    colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour]
    triplets = {colour.triplet for colour in colours if colour.triplet is not None}
    assert triplets
    grey = all(len(set(triplet)) == 1 for triplet in triplets)
    assert grey is wanted
