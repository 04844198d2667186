"""The tensors pane: one row per tensor, value beside gradient beside verdict."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.commands import SelectName
from ..engine.frame import Frame, Summary, TensorRow
from .box import Room, boxed
from .figures import RANGE, scalar, shape, short, summary
from .line import Line, Run, fill, left, styled
from .signs import sign_of

GUTTER = 3
"""Columns before a name: the sign and the ▸."""
EMPTY = "Tensors appear here once the program has run."


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of the table's columns; 0 hides one. They depend on the pane's width alone."""

    name: int
    shape: int
    value: int
    gradient: int
    check: int
    maxdiff: int


def columns_for(width: int) -> Columns:
    """The columns for a pane with `width` columns of text; narrow panes lose the least first."""
    if width >= 92:
        rest = width - GUTTER - (12 + 19 + 19 + 14 + 9 + 5)
        return Columns(rest, 12, 19, 19, 14, 9)
    if width >= 63:
        wide = width >= 74
        check, maxdiff, sizes = (7, 8, 7) if wide else (6, 7, 7)
        rest = width - GUTTER - (sizes + 2 * RANGE + check + maxdiff + 5)
        return Columns(rest, sizes, RANGE, RANGE, check, maxdiff)
    if width >= 46:
        return Columns(width - GUTTER - 2 * RANGE - 6 - 3, 0, RANGE, RANGE, 6, 0)
    return Columns(max(width - GUTTER - RANGE - 6 - 2, 4), 0, 0, RANGE, 6, 0)


def paint_tensors(frame: Frame, room: Room) -> list[Line]:
    """The whole pane."""
    columns = columns_for(room.columns)
    rows = [_header(columns), *(_row(row, columns, room.columns) for row in frame.tensors)]
    if not frame.tensors:
        rows = [(Run(EMPTY, "quiet"),)]
    subtitle = (Run(_extent(frame), "quiet"),) if frame.tensors_total else ()
    return boxed(rows, room, (Run("tensors", "strong"),), subtitle)


def _extent(frame: Frame) -> str:
    """`7`, or `4–9 of 27` where not all are in view."""
    total, shown = frame.tensors_total, len(frame.tensors)
    if shown >= total:
        return f"{total}"
    return f"{frame.tensors_top + 1}–{frame.tensors_top + shown} of {total}"


def _header(columns: Columns) -> Line:
    cells = (
        ("tensor", columns.name),
        ("shape", columns.shape),
        (" value", columns.value),
        (" gradient", columns.gradient),
        ("check", columns.check),
        ("maxdiff", columns.maxdiff),
    )
    words = " ".join(left(word, width) for word, width in cells if width)
    return (Run(" " * GUTTER + words, "quiet"),)


def _row(row: TensorRow, columns: Columns, width: int) -> Line:
    sign = sign_of(row.verdict, hidden=row.hidden)
    value = "changed" if row.changed else ""
    pointer = "▸ " if row.selected else "  "
    cells = (
        (row.name, columns.name, "strong" if row.selected else ""),
        (shape(row.value.shape if row.value else None), columns.shape, "faint"),
        (_glance(row.value, columns.value), columns.value, value),
        (
            _glance(row.gradient, columns.gradient),
            columns.gradient,
            value if row.gradient else "faint",
        ),
        (sign.word, columns.check, sign.style),
        (_maxdiff(row, columns.maxdiff), columns.maxdiff, "quiet"),
    )
    click = SelectName(row.name)
    shown = [cell for cell in cells if cell[1]]
    last = len(shown) - 1
    line = (
        Run(sign.mark, sign.style, click),
        Run(pointer, "accent", click),
        *[
            Run(left(text, size) + " " * (number < last), style, click)
            for number, (text, size, style) in enumerate(shown)
        ],
    )
    return styled(fill(line, width), "bar") if row.selected else line


def _glance(value: Summary | None, width: int) -> str:
    return summary(value, width) if width else ""


def _maxdiff(row: TensorRow, width: int) -> str:
    if row.maxdiff is None:
        return ""
    return scalar(row.maxdiff) if width >= 9 else short(row.maxdiff, width)
