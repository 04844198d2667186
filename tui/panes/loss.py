"""The loss pane: a sparkline that can be read, and that survives NaN and infinity."""

from __future__ import annotations

import math
from itertools import groupby

from ...engine.debugger.frame import Frame, LossCurve
from ..drawing.box import FRAME, PADDING, Room, boxed
from ..drawing.line import Line, Run, right
from ..drawing.numbers import scalar

BLOCKS = " ▁▂▃▄▅▆▇█"
EIGHTHS = 8
LABEL = 9
"""Columns for a number at either end of the curve."""
LARGE_SPAN = 100.0
"""Above this ratio of highest to lowest the curve is drawn on a log scale."""
EMPTY = "The loss of each iteration appears here."


def curve_columns(width: int) -> int:
    """Columns for points in a pane of `width` columns, beside the numbers at both ends."""
    return max(width - FRAME - 2 * PADDING - 2 * (LABEL + 1), 1)


def paint_loss(frame: Frame, room: Room) -> list[Line]:
    """The whole pane."""
    curve = frame.losses
    lines = _curve(curve, room.rows) if curve.points else [(Run(EMPTY, "quiet"),)]
    title = (Run("loss", "strong"), *((Run(_facts(curve), "quiet"),) if curve.iterations else ()))
    return boxed(lines, room, title)


def is_log(curve: LossCurve) -> bool:
    """Whether the span of the losses asks for a log scale."""
    low, high = curve.lowest, curve.highest
    return low is not None and high is not None and low > 0 and high / low > LARGE_SPAN


def _facts(curve: LossCurve) -> str:
    """` 0.0413 · 12 iterations · lowest 0.0413 · log`."""
    unit = "iteration" if curve.iterations == 1 else "iterations"
    facts = [f" {scalar(curve.last)}", f"{curve.iterations} {unit}"]
    facts += [f"lowest {scalar(curve.lowest)}"] if curve.lowest is not None else []
    facts += [f"× {curve.not_finite} not finite"] if curve.not_finite else []
    facts += ["log"] if is_log(curve) else []
    return " · ".join(facts)


def _curve(curve: LossCurve, rows: int) -> list[Line]:
    """Rows of blocks from top to bottom, with highest and lowest before and the last behind."""
    heights = heights_of(curve, rows * EIGHTHS)
    last_row = 0 if heights[-1] is None else (max(heights[-1], 1) - 1) // EIGHTHS
    return [
        (
            Run(_left_label(curve, row, rows) + " ", "quiet"),
            *_blocks(heights, row),
            Run(f" {scalar(curve.last)}" if row == last_row else "", "strong"),
        )
        for row in reversed(range(rows))
    ]


def _left_label(curve: LossCurve, row: int, rows: int) -> str:
    """The highest loss at the top, the lowest at the bottom."""
    if curve.highest is None:
        return " " * LABEL
    lowest = curve.lowest if curve.lowest != curve.highest else None
    value = curve.highest if row == rows - 1 else lowest if row == 0 else None
    return right(scalar(value), LABEL) if value is not None else " " * LABEL


def heights_of(curve: LossCurve, levels: int) -> list[int | None]:
    """How high each loss stands, from 1 to `levels`; None for one that is not finite."""
    low, high = curve.lowest, curve.highest
    if low is None or high is None:
        return [None for _ in curve.points]
    if high <= low:
        middle = max(levels // 2, 1)
        return [middle if math.isfinite(point) else None for point in curve.points]
    place = _log if is_log(curve) else _half
    start, end = place(low), place(high)
    scale = (levels - 1) / (end - start)
    return [
        1 + round((place(min(max(point, low), high)) - start) * scale) if math.isfinite(point) else None
        for point in curve.points
    ]


_log = math.log


def _half(value: float) -> float:
    """Half of it: the difference of two halves never overflows."""
    return value / 2


def _blocks(heights: list[int | None], row: int) -> list[Run]:
    """One row of the curve, neighbours of one kind in one run."""
    lost = "×" if row == 0 else " "
    base = row * EIGHTHS
    text = [lost if h is None else BLOCKS[min(max(h - base, 0), EIGHTHS)] for h in heights]
    kinds = groupby(zip(heights, text, strict=True), lambda pair: pair[0] is None)
    return [Run("".join(t for _, t in group), "warn" if bad else "accent") for bad, group in kinds]
