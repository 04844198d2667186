"""The loss pane: a curve that can be read, and that survives NaN and infinity."""

from __future__ import annotations

from functools import lru_cache

from ...engine.debugger.wire.curve import Columns, Curve
from ...engine.debugger.wire.frame import Frame
from ..drawing.box import FRAME, PADDING, Room, boxed
from ..drawing.line import Line, Run, right
from ..drawing.numbers import scalar
from ..drawing.plot import Pen, Scale, pen, plot, scale_of

LABEL = 9
"""Columns for a number at either end of the curve."""
EMPTY = "The loss of each iteration appears here."
NONE = "The program computes no loss."
INCOMPLETE = "The loss appears here once its iteration is complete."


def curve_cells(width: int) -> int:
    """Columns for the curve in a pane of `width` columns, beside the numbers at both ends."""
    return max(width - FRAME - 2 * PADDING - 2 * (LABEL + 1), 1)


def curve_dots(width: int) -> int:
    """How many points can be told apart in a pane of `width` columns."""
    return curve_cells(width) * pen().wide


def paint_loss(frame: Frame, room: Room) -> list[Line]:
    """The whole pane."""
    status = frame.status
    empty = NONE if not status.computes_loss else EMPTY if status.loss is None else INCOMPLETE
    return _painted(frame.losses, room, pen(), empty)


@lru_cache(maxsize=4)
def _painted(curve: Curve, room: Room, pen: Pen, empty: str) -> list[Line]:
    """It stays as it is while statements run."""
    scale = scale_of(_columns(curve), curve.lowest, curve.highest)
    lines = _curve(curve, scale, room, pen) if curve.points else [(Run(empty, "quiet"),)]
    title = (Run("loss", "strong"), *((Run(_facts(curve, scale), "quiet"),) if curve.iterations else ()))
    return boxed(lines, room, title)


def _columns(curve: Curve) -> Columns:
    return Columns(curve.points, curve.lows, curve.highs)


def _facts(curve: Curve, scale: Scale) -> str:
    """` 0.0413 · 12 iterations · first 2.340 · lowest 0.0413 · log`."""
    unit = "iteration" if curve.iterations == 1 else "iterations"
    facts = [f" {scalar(curve.last)}", f"{curve.iterations} {unit}"]
    facts += [f"first {scalar(curve.first)}"] if curve.iterations > 1 else []
    facts += [f"lowest {scalar(curve.lowest)}"] if curve.lowest is not None else []
    facts += [f"× {curve.not_finite} not finite"] if curve.not_finite else []
    facts += ["log"] if scale.log else []
    return " · ".join(facts)


def _curve(curve: Curve, scale: Scale, room: Room, pen: Pen) -> list[Line]:
    """The curve, with highest and lowest before it and the last behind."""
    rows = plot(_columns(curve), scale, room.rows, curve_cells(room.width), pen)
    last = _row_of(curve.last, scale, room.rows, pen)
    before = labels(curve.lowest, curve.highest, room.rows, last)
    return [
        (
            Run(f"{label} ", "quiet"),
            *runs,
            Run(f" {scalar(curve.last)}" if row == last else "", "strong"),
        )
        for row, (label, runs) in enumerate(zip(before, rows, strict=True))
    ]


def _row_of(value: float | None, scale: Scale, rows: int, pen: Pen) -> int:
    """The row, from the top, in which a number stands; the lowest for one that is not finite."""
    height = scale.heights((value,), max(rows, 1) * pen.high)[0] or 0
    return rows - 1 - height // pen.high


def labels(low: float | None, high: float | None, rows: int, level: int = 0) -> list[str]:
    """What stands before the rows of a curve: the highest number at the top, the lowest at the bottom.

    Where both are one, it stands before the row `level`.
    """
    texts = [""] * rows
    if low != high and rows:
        texts[-1] = scalar(low)
    if high is not None and rows:
        texts[0 if low != high else level] = scalar(high)
    return [right(text, LABEL) for text in texts]
