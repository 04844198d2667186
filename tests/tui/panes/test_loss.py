"""The loss pane: a curve that can be read, whatever the losses are."""

from __future__ import annotations

import math

import pytest

from backprop_tui.engine.debugger.frame import (
    Frame,
    LossCurve,
    Status,
)
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, plain
from backprop_tui.tui.panes.loss import heights_of, paint_loss

from .. import scenes

ROOM = Room(60, 20)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


def test_highest_lowest_and_last_are_written() -> None:
    shown = text(paint_loss(scenes.mid_backward(), Room(120, 5)))
    assert "    2.340 █" in shown
    assert " 0.001377 █" in shown
    assert "▁ 0.001377" in shown
    assert "13 iterations · lowest 0.001377 · log" in shown


def test_losses_that_are_not_finite_are_marked_and_counted() -> None:
    lines = paint_loss(scenes.not_a_number(), Room(120, 5))
    assert styles_of(lines, "×××") == {"warn"}
    assert "× 3 not finite" in text(lines)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_curve_of_nothing_finite_is_drawn(bad: float) -> None:
    curve = LossCurve((bad, bad), 2, bad, None, None, 2)
    shown = text(paint_loss(Frame(0, Status("p"), losses=curve), Room(60, 5)))
    assert "××" in shown


def test_the_lowest_is_one_eighth_and_the_highest_fills_the_rows() -> None:
    curve = LossCurve((1.0, 2.0, 3.0), 3, 3.0, 1.0, 3.0)
    assert heights_of(curve, 24) == [1, 13, 24]


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_any_span_of_losses_is_drawn(scale: float) -> None:
    curve = LossCurve((-scale, 0.0, scale), 3, scale, -scale, scale)
    heights = heights_of(curve, 24)
    assert heights == [1, 13, 24]


def test_log_scale_only_where_the_span_is_large() -> None:
    small = LossCurve((1.0, 50.0), 2, 50.0, 1.0, 50.0)
    large = LossCurve((1.0, 500.0), 2, 500.0, 1.0, 500.0)
    assert " log " not in text(paint_loss(Frame(0, Status("p"), losses=small), Room(90, 5)))
    assert " log " in text(paint_loss(Frame(0, Status("p"), losses=large), Room(90, 5)))
