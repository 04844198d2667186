"""The tensors pane: one row per tensor, value beside gradient beside verdict."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from ...engine.debugger.wire.frame import Frame, TensorRow
from ...engine.debugger.wire.inspected import Inspector
from ...engine.debugger.wire.looks import SelectName
from ...engine.program.frame import in_table
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, clean, columns_of, ellipsis, fill, left, right, styled
from ..drawing.numbers import RANGE, scalar, shape, short, summary
from ..drawing.verdict_signs import Sign, sign_of
from .search import FOUND, Search, marked
from .watches import watch_lines

GUTTER = 3
"""Columns before a name: the sign and the ▸."""
VERDICT = 11
"""Columns for a verdict's word where long names and shapes leave no more: `wrong shape`."""
EMPTY = "Tensors appear here once the program has run."


class Columns(Struct, frozen=True):
    """Widths of the table's columns; 0 hides one. No value changes them.

    A name shares its column with the shape, a verdict's word its column with the maxdiff: each takes of
    it what the other leaves, so that words are whole where there is room for them.
    """

    name: int
    value: int
    gradient: int
    verdict: int
    shapes: bool
    maxdiffs: bool


def columns_for(width: int, names: int = 0) -> Columns:
    """The columns for a pane with `width` columns of text; narrow panes lose the least first.

    Names with their shapes that are `names` columns wide take what they need of the room for maxdiffs.
    """
    if width >= 92:
        return Columns(width - GUTTER - 2 * 19 - 24 - 3, 19, 19, 24, True, True)
    if width >= 63:
        verdict = 18 if width >= 70 else 16
        room = width - GUTTER - 2 * RANGE - 3
        verdict = max(min(verdict, room - names), VERDICT)
        return Columns(room - verdict, RANGE, RANGE, verdict, True, True)
    if width >= 52:
        return Columns(width - GUTTER - 2 * RANGE - 10 - 3, RANGE, RANGE, 10, False, False)
    verdict = 13 if width >= 42 else 10
    return Columns(max(width - GUTTER - RANGE - verdict - 2, 4), 0, RANGE, verdict, False, False)


def _widest(frame: Frame) -> int:
    """Columns for the widest name in view and its shape."""
    sizes = (columns_of(clean(in_table(row.name))) + 1 + len(_sizes(row)) for row in frame.tensors)
    return max(sizes, default=0)


def _sizes(row: TensorRow) -> str:
    return shape(row.value.shape if row.value else None)


def paint_tensors(
    frame: Frame, room: Room, *, alone: bool = False, search: Search | None = None
) -> list[Line]:
    """The whole pane. `alone`: the inspector is not in view; the title says the verdict and what opens it."""
    columns = columns_for(room.columns, _widest(frame))
    rows: list[Line] = [
        _header(columns),
        *(_row(row, columns, room.columns, search) for row in frame.tensors),
    ]
    if not frame.tensors:
        rows = [(Run(EMPTY, "quiet"),)]
    watches = watch_lines(frame.watches, room.rows - 1, room.columns)
    if watches:
        rows = [*rows, *[()] * (room.rows - len(rows) - len(watches)), *watches]
    subtitle = (Run(_extent(frame), "quiet"),) if frame.tensors_total else ()
    told = frame.attention is not None and frame.attention.here
    title = (Run("tensors", "strong"), *(_about(frame.inspector, room.columns, told) if alone else ()))
    return boxed(rows, room, title, subtitle)


def _about(tensor: Inspector, columns: int, told: bool) -> Line:
    """` · ✗ y: wrong here, line 38 · enter opens it`; the sentence only of what is wrong and not `told`."""
    if not tensor.name:
        return ()
    hint = (
        Run(" · ", "quiet"),
        Run("enter", "accent strong", "inspect"),
        Run(" opens it", "quiet", "inspect"),
    )
    sign, name = sign_of(tensor.verdict), clean(tensor.name)
    if tensor.verdict is None or tensor.verdict.passes:
        return (Run(f" · {name}", "quiet"), *hint)
    words = f"{sign.mark} {name}" + f": {tensor.sentence or sign.words}" * (columns >= 50 and not told)
    return (Run(" · ", "quiet"), Run(ellipsis(words, max(columns - 29, 3)), sign.style), *hint)


def _extent(frame: Frame) -> str:
    """`7`, or `4–9 of 27` where not all are in view."""
    total, shown = frame.tensors_total, len(frame.tensors)
    if shown >= total:
        return f"{total}"
    return f"{frame.tensors_top + 1}–{frame.tensors_top + shown} of {total}"


@lru_cache(maxsize=16)
def _header(columns: Columns) -> Line:
    maxdiff = "maxdiff" if columns.verdict >= len("check maxdiff") else "diff"
    cells = (
        (_shared("tensor", "shape" * columns.shapes, columns.name), columns.name),
        (" value", columns.value),
        (" gradient", columns.gradient),
        (_shared("check", maxdiff * columns.maxdiffs, columns.verdict), columns.verdict),
    )
    words = " ".join(left(word, width) for word, width in cells if width)
    return (Run(" " * GUTTER + words, "quiet"),)


def _shared(text: str, other: str, width: int) -> str:
    """Two texts at the ends of one column; the second gives way where both do not fit."""
    room = width - columns_of(text)
    return text + right(other, room) if other and columns_of(other) < room else left(text, width)


@lru_cache(maxsize=512)
def _row(row: TensorRow, columns: Columns, width: int, search: Search | None) -> Line:
    click = SelectName(row.name)
    sign = sign_of(row.verdict, hidden=row.hidden)
    changed = "changed" if row.changed else ""
    runs = [
        Run(sign.mark, sign.style, click),
        Run("▸ " if row.selected else "  ", "accent", click),
        *_name(row, columns, click, search),
    ]
    if columns.value:
        runs.append(Run(f" {left(summary(row.value, columns.value), columns.value)}", changed, click))
    style = changed if row.gradient else "faint"
    runs.append(Run(f" {left(summary(row.gradient, columns.gradient), columns.gradient)} ", style, click))
    runs += _verdict(row, sign, columns, click)
    return styled(fill(tuple(runs), width), "bar") if row.selected else tuple(runs)


def _name(row: TensorRow, columns: Columns, click: SelectName, search: Search | None) -> Line:
    """The name, and the shape at the column's right edge where it fits whole."""
    name = ellipsis(clean(in_table(row.name)), columns.name)
    room = columns.name - columns_of(name)
    sizes = _sizes(row) if columns.shapes else ""
    sizes = sizes if len(sizes) < room else ""
    style = "strong" if row.selected else ""
    shown: Line = (Run(name, style, click),)
    if search is not None:
        shown = marked(shown, search.text, FOUND)
    return (*shown, Run(right(sizes, room), "faint", click))


def _verdict(row: TensorRow, sign: Sign, columns: Columns, click: SelectName) -> Line:
    """The verdict's word, and the maxdiff in what it leaves."""
    word = ellipsis(sign.word, columns.verdict)
    room = columns.verdict - columns_of(word)
    maxdiff = _maxdiff(row, room - 1) if columns.maxdiffs else ""
    return (Run(word, sign.style, click), Run(right(maxdiff, room), "quiet", click))


def _maxdiff(row: TensorRow, width: int) -> str:
    """The maxdiff in at most `width` columns; nothing where it would not fit."""
    if row.maxdiff is None or width < 3:
        return ""
    text = scalar(row.maxdiff) if width >= 12 else short(row.maxdiff, min(width, 7))
    return text if len(text) <= width else ""
