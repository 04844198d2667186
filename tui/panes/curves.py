"""The curves of a whole screen: a strip for each series, one cursor through all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from ...engine.debugger.wire.curve import Columns, Curves, Measure, Measured, spans
from ...engine.debugger.wire.looks import ShowCurves
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, clean, crop, fill
from ..drawing.numbers import scalar
from ..drawing.plot import pen, plot, scale_of, step_of
from .loss import LABEL, labels

LEAST = 3
"""Rows of a strip that can be read, its border among them."""
NARROWEST = 8
"""Iterations that are left in view at the least."""
EXACT = 8
"""Digits of what stands at the cursor."""
NOTHING = "No iteration is complete yet."
KEYS = "k closes · ←→ cursor · +- zoom · ↑↓ tensor · enter keeps it · 1–4 what · r run"


class CurvesView(Struct, frozen=True):
    """Which part of which curves is looked at."""

    start: int = 0
    stop: int | None = None
    """None follows the newest iteration."""
    cursor: int | None = None
    """The iteration of the cursor; None is the newest."""
    tensors: tuple[str, ...] = ()
    """Those that stay when another is selected."""
    hidden: frozenset[Measure] = frozenset()

    def asking(self, width: int) -> ShowCurves:
        """What the engine is asked for."""
        return ShowCurves(_cells(width) * pen().wide, self.start, self.stop, self.tensors)

    def at_rest(self) -> ShowCurves:
        """What it is asked for while nobody looks."""
        return ShowCurves(tensors=self.tensors)

    def moved(self, curves: Curves, by: int) -> CurvesView:
        """The cursor so many columns further; where that is out of view the view follows."""
        columns = _columns(curves)
        if not columns:
            return self
        here = column_of(self, curves)
        first = columns[min(max(here + by, 0), len(columns) - 1)][0]
        beyond = here + by - min(max(here + by, 0), len(columns) - 1)
        width = curves.stop - curves.start
        shift = -(-beyond * width // len(columns)) if beyond > 0 else beyond * width // len(columns)
        start = min(max(curves.start + shift, 0), curves.total - width)
        view = replace(self._over(start, width, curves), cursor=first + start - curves.start)
        return replace(view, cursor=None) if view.cursor == columns[-1][0] and view.stop is None else view

    def zoomed(self, curves: Curves, by: int) -> CurvesView:
        """Half as many iterations around the cursor (+1), or twice as many."""
        width = curves.stop - curves.start
        wanted = max(width // 2, NARROWEST) if by > 0 else width * 2
        cursor = curves.stop - 1 if self.cursor is None else self.cursor
        wanted = min(wanted, curves.total)
        start = min(max(cursor - wanted // 2, 0), curves.total - wanted)
        return self._over(start, wanted, curves)

    def keeping(self, tensor: str) -> CurvesView:
        """With a tensor among those that stay, or without it."""
        others = tuple(name for name in self.tensors if name != tensor)
        return replace(self, tensors=others if tensor in self.tensors else (*others, tensor))

    def showing(self, measure: Measure) -> CurvesView:
        """With a measure, or without it."""
        return replace(self, hidden=self.hidden ^ {measure})

    def _over(self, start: int, width: int, curves: Curves) -> CurvesView:
        stop = None if start + width >= curves.total else start + width
        return replace(self, start=0 if width >= curves.total else start, stop=stop)


def column_of(view: CurvesView, curves: Curves) -> int:
    """The column in which the cursor stands."""
    columns = _columns(curves)
    if view.cursor is None:
        return len(columns) - 1
    inside = min(max(view.cursor, curves.start), curves.stop - 1)
    return next(at for at, (_, stop) in enumerate(columns) if inside < stop)


def _columns(curves: Curves) -> list[tuple[int, int]]:
    return spans(curves.start, curves.stop, len(curves.series[0].columns.points))


def paint_curves(curves: Curves | None, view: CurvesView, room: Room) -> list[Line]:
    """The whole screen."""
    if curves is None or not curves.total:
        return boxed([(Run(NOTHING, "quiet"),)], room, (Run("curves", "strong"),), (Run(KEYS, "quiet"),))
    shown = [one for one in curves.series if one.measure not in view.hidden]
    rows = max(room.height - 2, 0)
    fitting = shown[: max(rows // LEAST, min(rows, 1))]
    heights = _shared(rows, len(fitting))
    lines = [fill(crop(_heading(curves, view, len(shown) - len(fitting)), room.width), room.width)]
    for one, height in zip(fitting, heights, strict=True):
        lines += _strip(one, curves, view, Room(room.width, height))
    lines += [fill((), room.width)] * (room.height - 1 - len(lines))
    return [*lines, fill(crop((Run(f" {KEYS}", "quiet"),), room.width), room.width)][: room.height]


def _cells(width: int) -> int:
    """Columns for the curves on a screen of `width` columns, behind their numbers."""
    return max(Room(width, 0).columns - LABEL - 1, 1)


def _shared(rows: int, strips: int) -> list[int]:
    return [stop - start for start, stop in spans(0, rows, strips)] if strips else []


def _heading(curves: Curves, view: CurvesView, more: int) -> Line:
    """` iterations 0–999 of 1000 · at iteration 531 · selected W1, kept: B1`."""
    low, stop = _columns(curves)[column_of(view, curves)]
    where = f"iteration {low}" if stop == low + 1 else f"iterations {low}–{stop - 1}"
    facts = [f" iterations {curves.start}–{curves.stop - 1} of {curves.total}"]
    facts += [f"selected {clean(curves.selected)}"] if curves.selected else []
    facts += [f"kept {', '.join(map(clean, view.tensors))}"] if view.tensors else []
    facts += [f"{more} more do not fit"] if more else []
    return (
        Run(" curves", "strong"),
        Run(" · ".join(facts), "quiet"),
        Run(" · at ", "quiet"),
        Run(where, "strong"),
    )


def _strip(one: Measured, curves: Curves, view: CurvesView, room: Room) -> list[Line]:
    """One series in a box; its title says what stands at the cursor."""
    column = column_of(view, curves)
    finite = [n for part in one.columns for n in part if n is not None and math.isfinite(n)]
    low, high = (min(finite), max(finite)) if finite else (None, None)
    scale = scale_of(one.columns, low, high)
    name = f"{one.measure} {clean(one.tensor)}".rstrip()
    title = (
        Run(name, "strong"),
        Run(f" {_told(one.columns, column)}"),
        *((Run(" · log", "quiet"),) * scale.log),
    )
    cells = _cells(room.width)
    rows = plot(one.columns, scale, room.rows, cells, pen(), most=cells)
    step = step_of(len(one.columns.points), cells, pen(), cells)
    cell = ((column + 1) * step - 1) // pen().wide
    lines = [
        (Run(f"{label} ", "quiet"), *_marked(row, min(cell, cells - 1)))
        for row, label in zip(rows, labels(low, high, room.rows), strict=True)
    ]
    return boxed(lines, room, title)


def _told(columns: Columns, column: int) -> str:
    """What a column holds: one number, or the mean with the span; what is not finite is said."""
    point = columns.points[column]
    if point is None:
        return "not measured here"
    low, high = (part[column] if part else point for part in columns[1:])
    if low is None or high is None or low == high == point:
        return scalar(point, EXACT)
    span = f"{scalar(low, EXACT)} … {scalar(high, EXACT)}"
    return f"mean {scalar(point, EXACT)} of {span}" if math.isfinite(point) else f"{point} among {span}"


def _marked(row: Sequence[Run], cell: int) -> Line:
    """The row with the cursor in a cell of it."""
    cells = [(text, run.style) for run in row for text in run.text]
    cells += [(" ", "")] * (cell + 1 - len(cells))
    text, _ = cells[cell]
    cells[cell] = ("│", "quiet") if text == " " else (text, "strong")
    kinds = groupby(cells, lambda one: one[1])
    return tuple(Run("".join(text for text, _ in group), style) for style, group in kinds)
