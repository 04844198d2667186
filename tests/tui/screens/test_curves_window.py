"""The window of the curves: a cursor, a closer view, a choice of what is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import Advance, ToggleRun, Unit
from backprop_tui.engine.debugger.wire.curve import Columns, Curves, Measure, Measured
from backprop_tui.engine.debugger.wire.looks import Select, ShowCurves
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.panes.curves import CurvesView, column_of, paint_curves
from backprop_tui.tui.screens.curves_window import CurvesWindow

from .. import scenes
from .stage import Stage

WIDE, NARROW, TINY = (120, 36), (80, 24), (40, 12)


def shown(stage: Stage) -> str:
    return "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))


def of(count: int, start: int = 0, total: int | None = None, columns: int | None = None) -> Curves:
    """So many losses, each the number of its iteration, or in so many columns."""
    points = tuple(float(start + n) for n in range(columns or count))
    losses = Measured(Measure.LOSS, "", Columns(points))
    return Curves(start, start + count, total or start + count, "W1", (losses,))


async def test_the_window_asks_for_as_many_columns_as_it_has_and_for_none_once_it_is_closed() -> None:
    stage = Stage("with_curves")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("k")
        await pilot.pause()
        assert stage.commands == [ShowCurves(2 * 106)]
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves(2 * 66)
        await pilot.press("k")
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves()
        assert stage.app.screen is stage.app.main


async def test_a_frame_that_comes_while_it_opens_waits_for_it() -> None:
    stage = Stage("with_curves")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        stage.app.push_screen(CurvesWindow(stage.app.main))
        stage.app.main.on_frame_ready()
        stage.app.main.show_answer()
        await pilot.pause()
        assert "at iteration 149" in shown(stage)


async def test_the_cursor_tells_exact_values_and_what_is_not_measured_or_not_finite() -> None:
    stage = Stage("with_curves")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("k")
        await pilot.pause()
        assert "at iteration 149" in shown(stage)
        await pilot.press(*["left"] * 29)
        await pilot.pause()
        text = shown(stage)
        assert "at iteration 120" in text
        assert "update ratio W1 nan" in text
        await pilot.press("home", "right")
        await pilot.pause()
        losses = scenes.with_curves().curves
        assert losses is not None
        assert "at iteration 1\n" in shown(stage).replace("  ", "").replace(" \n", "\n")
        assert "gradient norm W1 not measured here" in shown(stage)


async def test_keys_choose_tensors_and_measures_and_move_the_program() -> None:
    stage = Stage("with_curves")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("down", "space", "r", "enter", "3", "4")
        await pilot.pause()
        assert stage.commands[1:] == [
            Select(1),
            Advance(Unit.ITERATION),
            ToggleRun(),
            ShowCurves(212, tensors=("W1",)),
        ]
        assert "kept W1" in shown(stage)
        assert "update ratio" not in shown(stage)
        assert "gradient norm W1" in shown(stage)
        await pilot.press("escape")
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves(tensors=("W1",))
        await pilot.press("k")
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves(212, tensors=("W1",))


async def test_a_closer_look_asks_for_a_part_and_a_wide_one_for_all() -> None:
    stage = Stage("with_curves")
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("plus")
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves(212, 75)
        await pilot.press("minus")
        await pilot.pause()
        assert stage.commands[-1] == ShowCurves(212)


def test_a_closer_look_keeps_the_cursor_in_view_down_to_a_few_iterations() -> None:
    view, curves = CurvesView(cursor=310), of(1000, columns=200)
    for _ in range(12):
        view = view.zoomed(curves, 1)
        stop = curves.total if view.stop is None else view.stop
        assert view.start <= 310 < stop
        curves = of(stop - view.start, view.start, 1000)
    assert stop - view.start == 8
    for _ in range(12):
        view = view.zoomed(curves, -1)
        stop = curves.total if view.stop is None else view.stop
        curves = of(stop - view.start, view.start, 1000)
    assert (view.start, view.stop, view.cursor) == (0, None, 310)


@pytest.mark.parametrize("columns", [7, 100])
def test_the_cursor_goes_through_every_column_and_takes_the_view_along(columns: int) -> None:
    curves = of(100, 300, 1000, columns)
    view = CurvesView(300, 400, 300)
    for column in range(columns):
        assert column_of(view, curves) == column
        assert (view.start, view.stop) == (300, 400)
        view = view.moved(curves, 1)
    assert view.start > 300
    assert view.stop == view.start + 100
    left = CurvesView(300, 400, 300).moved(curves, -1)
    assert left.start < 300
    assert left.cursor == left.start


def test_the_cursor_at_the_newest_iteration_goes_with_it() -> None:
    view = CurvesView().moved(of(50), -1)
    assert view.cursor == 48
    assert view.moved(of(50), 1).cursor is None
    assert column_of(view.moved(of(50), 1), of(60)) == 59


def test_what_does_not_fit_is_counted() -> None:
    curves = scenes.with_curves().curves
    assert curves is not None
    shown = [plain(line) for line in paint_curves(curves, CurvesView(), Room(80, 9))]
    assert "2 more do not fit" in shown[0]


@pytest.mark.parametrize("size", [(5, 3), (20, 4), TINY, NARROW, WIDE])
@pytest.mark.parametrize("total", [0, 1, 2, 150])
def test_every_row_is_as_wide_as_the_screen(size: tuple[int, int], total: int) -> None:
    curves = scenes.with_curves().curves
    assert curves is not None
    cut = tuple(replace(one, columns=Columns(one.columns.points[:total])) for one in curves.series)
    curves = replace(curves, stop=total, total=total, series=cut)
    lines = paint_curves(curves, CurvesView(), Room(*size))
    assert len(lines) == size[1]
    assert {width_of(line) for line in lines} == {size[0]}


def test_a_column_of_many_iterations_tells_their_mean_and_their_span() -> None:
    columns = Columns((2.0, 3.0), (1.0, 3.0), (4.0, 3.0))
    curves = replace(of(20, columns=2), series=(Measured(Measure.LOSS, "", columns),))
    text = plain(paint_curves(curves, CurvesView(cursor=3), Room(100, 10))[1])
    assert "loss mean 2.0000000 of 1.0000000 … 4.0000000" in text
    assert "at iterations 0–9" in plain(paint_curves(curves, CurvesView(cursor=3), Room(100, 10))[0])


async def test_before_the_first_iteration_it_says_what_it_would_show() -> None:
    stage = Stage("initial")
    none = Curves(0, 0, 0, "W1", (Measured(Measure.LOSS, "", Columns()),))
    stage.engine.frames = [replace(frame, curves=none) for frame in stage.engine.frames]
    async with stage.app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("k", "left", "plus", "enter")
        await pilot.pause()
        assert "No iteration is complete yet." in shown(stage)
