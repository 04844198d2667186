"""The rows of one line of code: its signs, its number, its text, and what it bound."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...engine.debugger.wire.commands import ToggleBreakpoint
from ...engine.debugger.wire.frame import LineState, ProgramLine, Relation
from ...engine.debugger.wire.looks import SelectAt
from ..drawing.cut import split
from ..drawing.line import Line, Run, crop, fill, plain, styled, width_of, wrap
from ..drawing.numbers import RANGE, shape, summary
from ..drawing.verdict_signs import BREAKPOINT, PARTIAL, sign_of
from .search import marked
from .source import Source

if TYPE_CHECKING:
    from ...engine.execution.failure import Failure

SHAPE = 8
"""Columns for a shape at the right edge; a longer one takes more."""

WRITTEN = "▎"
"""Beside a line that is new, or another one, since the file was saved."""

RELATIONS = {Relation.MAKES: "=", Relation.USES: "→", Relation.WRITES: "∂"}
"""Behind its number: what a line has to do with the selected tensor."""


def title_row(source: Source, line: ProgramLine, title: str, *, running: bool) -> Line:
    return _marked(source, line, (Run(title, "title accent" if running else "title"),))


@lru_cache(maxsize=512)
def code_rows(source: Source, line: ProgramLine, columns: int) -> tuple[Line, ...]:
    """The rows of a line of code at which nobody has to look for a failure."""
    if line.state in (LineState.CURRENT, LineState.FAILED):
        return barred(source, line, None, columns, "bar-failed" if line.state is LineState.FAILED else "bar")
    code, width = _calm_code(source, replace(line, bound=None, changed=False))
    bound = _bound(line)
    room = columns - width - width_of(bound)
    if not bound or room < 0:
        return (crop(code, columns),)
    return ((*code, *_selecting((Run(" " * room), *bound), line)),)


def barred(
    source: Source, line: ProgramLine, failure: Failure | None, columns: int, bar: str
) -> tuple[Line, ...]:
    """The current line, one that failed, or one that wants attention: in full, on a bar."""
    gutter, code = _gutter(source, line), _marked(source, line, _code(source, line.number))
    rows = [_selecting(row, line) for row in _in_full(gutter, code, _bound(line), columns)]
    rows += _failure_rows(failure, source.gutter, columns)
    return tuple(styled(fill(row, columns), bar) for row in rows)


@lru_cache(maxsize=512)
def _calm_code(source: Source, line: ProgramLine) -> tuple[Line, int]:
    """What stays of a line from frame to frame, whatever it binds, and how wide that is."""
    code = _code(source, line.number)
    if line.state is LineState.AHEAD:
        code = (Run(plain(code), "ahead"),)
    row = _selecting(_gutter(source, line) + _marked(source, line, code), line)
    return row, width_of(row)


def _marked(source: Source, line: ProgramLine, text: Line) -> Line:
    """A text with what is searched for marked in it."""
    found = source.search
    return text if found is None else marked(text, found.text, found.style_at(line.number))


def _selecting(row: Line, line: ProgramLine) -> Line:
    """The row with a click on it selecting the tensor that the line is about."""
    if line.state is LineState.STILL:
        return row
    select = SelectAt(line.number)
    return tuple([run if run.click is not None else Run(run.text, run.style, select) for run in row])


def _gutter(source: Source, line: ProgramLine) -> Line:
    """Sign, breakpoint, number, pointer. A click on the number sets a breakpoint, or takes it away."""
    sign = PARTIAL if line.partial else sign_of(line.verdict)
    failed = line.state is LineState.FAILED
    mark = Run("!", "bad") if failed else Run(sign.mark, sign.style)
    pointer = "▸" if failed or line.state is LineState.CURRENT else " "
    toggle = ToggleBreakpoint(line.number) if line.state is not LineState.STILL else None
    label = f"{line.number:>{source.digits}}"
    if line.breakpoint:
        number: Line = (Run(BREAKPOINT, "accent", toggle), Run(label, "faint", toggle))
    else:
        number = (Run(f" {label}", "faint", toggle),)
    relation = Run(RELATIONS[line.relation] if line.relation is not None else " ", "quiet")
    return (mark, *number, relation, Run(pointer, "accent"), Run(WRITTEN if line.written else " ", "changed"))


def _code(source: Source, number: int) -> Line:
    return source.lines[number - 1] if number <= len(source.lines) else ()


def _with_bound(row: Line, bound: Line, columns: int) -> Line:
    """The row with what the line bound at the right edge, where both fit."""
    room = columns - width_of(row) - width_of(bound)
    return (*row, Run(" " * room), *bound) if bound and room >= 0 else crop(row, columns)


def _bound(line: ProgramLine) -> Line:
    if line.bound is None:
        return ()
    style = "changed" if line.changed else "quiet"
    value = Run(f" {summary(line.bound, RANGE).strip():>{RANGE}}", style)
    return (value, _size(line.bound.shape))


@lru_cache(maxsize=256)
def _size(sizes: tuple[int, ...] | None) -> Run:
    return Run(f" {shape(sizes)}".rjust(SHAPE), "faint")


def _in_full(gutter: Line, code: Line, bound: Line, columns: int) -> list[Line]:
    """The current line, wrapped where it is longer than the pane."""
    room = max(columns - width_of(gutter), 1)
    if width_of(code) <= room:
        return [_with_bound(gutter + code, bound, columns)]
    first, rest = split(code, room)
    rows = [gutter + first]
    while rest:
        indent = Run(" " * (width_of(gutter) + 2))
        piece, rest = split(rest, max(room - 2, 1))
        rows.append((indent, *piece))
    return [*rows[:-1], _with_bound(rows[-1], bound, columns)]


def _failure_rows(failure: Failure | None, indent: int, columns: int) -> list[Line]:
    """What went wrong, under its line."""
    if failure is None:
        return []
    words = wrap(failure.words, max(columns - indent, 10), indent=2)
    return [(Run(" " * indent), Run(row, "bad")) for row in words[:4]]
