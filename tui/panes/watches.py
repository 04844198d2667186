"""The watches, below the tensors: an expression in a row, its value, and how far it moved."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.debugger.wire.frame import Watched
from ...engine.debugger.wire.looks import watch_rows_in
from ..drawing.line import Line, Run, clean, columns_of, ellipsis, left
from ..drawing.numbers import RANGE, short, summary

GUTTER = 3
VALUE = 2 * RANGE
"""Columns for a value, which may be a word or two."""
CHANGE = 9


def watch_lines(watches: Sequence[Watched], rows: int, columns: int) -> list[Line]:
    """The heading and the watches, in their share of a pane's rows; those set last where not all fit."""
    share = watch_rows_in(rows, len(watches))
    if share < 2:
        return []
    shown = watches[-(share - 1) :]
    hidden = f", {len(watches) - len(shown)} more not in view" if len(shown) < len(watches) else ""
    return [_heading(hidden, columns), *(_row(one, columns) for one in shown)]


def _name_columns(columns: int) -> int:
    return max(columns - GUTTER - VALUE - CHANGE - 2, columns // 3)


def _heading(hidden: str, columns: int) -> Line:
    words = " " * GUTTER + left(f"watch{hidden}", _name_columns(columns)) + "  value"
    return (Run(left(words, columns - CHANGE) + " change" * (columns >= 40), "quiet"),)


def _row(watched: Watched, columns: int) -> Line:
    width = _name_columns(columns)
    name = ellipsis(clean(watched.text), width)
    head = (Run(" " * GUTTER), Run(name + " " * (width - columns_of(name)), "", "watches"), Run(" "))
    room = max(columns - GUTTER - width - 1, 1)
    if watched.problem:
        return (*head, Run(ellipsis(clean(watched.problem), room), "warn"))
    style = "changed" if watched.changed else ""
    value = ellipsis(summary(watched.value, VALUE) if watched.value else " …", max(room - CHANGE, 1))
    pad = " " * max(room - CHANGE - columns_of(value), 0)
    return (*head, Run(value, style), Run(pad), Run(_change(watched).rjust(CHANGE), style or "faint"))


def _change(watched: Watched) -> str:
    """`+0.012`; `0` where it stayed."""
    if watched.change is None:
        return "changed" if watched.changed else ""
    return f"+{short(watched.change)}" if watched.change > 0 else short(watched.change)
