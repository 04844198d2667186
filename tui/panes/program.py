"""The program pane: source lines, verdicts in the gutter, the current line as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...engine.debugger.wire.frame import Frame, LineState, ProgramLine
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, crop, wrap
from .code_rows import barred, code_rows, title_row
from .looks import PLAIN, Looks
from .narration import narration_rows
from .search import FOUND, HERE, marked
from .source import Source, folds_of, looked_at

if TYPE_CHECKING:
    from ...engine.execution.failure import Failure

PROBLEM = 3
"""Rows, at most, that say why the file is no program as it is now."""

CONTEXT = 3
"""Rows below the current line that are in view with it, where there are any."""

LEAP = 8
"""Rows, at most, by which the text moves on at once: it is the dearest thing to paint."""


def paint_program(source: Source, frame: Frame, room: Room, looks: Looks = PLAIN) -> list[Line]:
    """The whole pane."""
    if looks.search is not None or looks.folded:
        source = looked_at(source, looks.search, looks.folded)
    above = _problem(frame.file.problem, room)
    rows = [*above, *_rows(source, frame, replace(room, height=room.height - len(above)))]
    where = f"line {frame.current_line} of " if frame.current_line else ""
    unit = "" if frame.current_line else " lines"
    subtitle = f"{where}{frame.lines_total}{unit}" if frame.lines_total else ""
    title = (Run("program", "strong"), *((Run(f" · {frame.call}", "quiet"),) * bool(frame.call)))
    return boxed(rows, room, title, (Run(subtitle, "quiet"),) * bool(subtitle))


def _problem(problem: str, room: Room) -> list[Line]:
    """Why the file is no program as it is now, above its last text."""
    if not problem:
        return []
    words = wrap(problem, max(room.columns - 2, 10))[:PROBLEM]
    rows: list[Line] = [(Run("  " if at else "! ", "bad"), Run(row, "bad")) for at, row in enumerate(words)]
    return rows[: max(room.rows - 1, 0)]


def _rows(source: Source, frame: Frame, room: Room) -> list[Line]:
    """The rows in view; where wrapped lines push the current one out, or what follows, the top gives way.

    What is searched for goes before the line that wants attention, where the panes stand at one,
    and that before the current one.
    """
    rows: list[Line] = []
    start = end = 0
    hit = source.search.line if source.search is not None else None
    numbers = {line.number for line in frame.lines}
    first = next((number for number in (hit, _attended(frame)) if number in numbers), None)
    for line in frame.lines:
        failure = frame.failure if line.state is LineState.FAILED else None
        before = len(rows)
        if line.number in source.narration:
            rows += _narration(source, frame, line.number, room.columns)
        else:
            rows += _line_rows(source, frame, line, failure, room.columns)
        if line.number == first if first else line.state in (LineState.CURRENT, LineState.FAILED):
            start, end = (start if end else before), len(rows)
    if not end and frame.lines and frame.lines[-1].number == frame.lines_total and frame.lines[0].number > 1:
        start = end = len(rows)
    return rows[_top(start, end, len(rows), room.rows) :]


def _attended(frame: Frame) -> int | None:
    """The line at which the panes stand as it wants attention."""
    one = frame.attention
    return one.line if one is not None and one.here else None


def line_of_cursor(frame: Frame) -> int:
    """The line that is looked at: one that wants attention, else the current one, else the first in view."""
    shown = frame.lines[0].number if frame.lines else 1
    return _attended(frame) or frame.current_line or shown


def _top(start: int, end: int, total: int, height: int) -> int:
    """The first row in view: some rows below the current line, from `start` to `end`, are in view with it."""
    follows = min(end + min(CONTEXT, (height - 1) // 2), total) if end else 0
    leap = max(min(LEAP, height // 4), 1)
    over = min(-(-max(follows - height, 0) // leap) * leap, max(total - height, 0))
    return max(min(over, start), end - height, 0)


def _narration(source: Source, frame: Frame, number: int, columns: int) -> list[Line]:
    """The paragraph that a line of narration begins, or goes on with at the top of the pane."""
    if source.folded:
        return _folded(source, number, columns)
    if number in source.continued and number != frame.lines[0].number:
        return []
    last, end = number, frame.lines[-1].number
    while last < end and last + 1 in source.continued:
        last += 1
    rows = narration_rows(source.lines[number - 1 : last], source.gutter, columns)
    if source.search is None:
        return list(rows)
    here = source.search.line is not None and number <= source.search.line <= last
    return [marked(row, source.search.text, HERE if here else FOUND) for row in rows]


def _folded(source: Source, number: int, columns: int) -> list[Line]:
    """The one row of narration that is folded."""
    if any(first <= number <= last for first, last in folds_of(source)):
        return []
    text = crop((Run(" " * source.gutter), *source.lines[number - 1]), columns - 2)
    return [(*text, Run(" …", "faint"))]


def _line_rows(
    source: Source, frame: Frame, line: ProgramLine, failure: Failure | None, columns: int
) -> tuple[Line, ...]:
    title = source.titles.get(line.number)
    if title is not None:
        return (title_row(source, line, title, running=title == frame.status.phase),)
    if failure is None and line.number != _attended(frame):
        return code_rows(source, line, columns)
    return barred(source, line, failure, columns, "bar-failed")
