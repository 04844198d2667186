"""The program pane: source lines, verdicts in the gutter, the current line as a bar."""

from __future__ import annotations

from functools import lru_cache
from itertools import count, takewhile

from msgspec import Struct
from msgspec.structs import replace

from ...engine.debugger.folds import Folds
from ...engine.debugger.wire.commands import ToggleBreakpoint
from ...engine.debugger.wire.frame import Frame, LineState, ProgramLine, Relation
from ...engine.debugger.wire.looks import SelectAt
from ...engine.execution.failure import Failure
from ...engine.program.program import Program
from ..drawing.box import FRAME, PADDING, Room, boxed
from ..drawing.cut import split
from ..drawing.line import Line, Run, crop, fill, plain, styled, width_of, wrap
from ..drawing.numbers import RANGE, shape, summary
from ..drawing.verdict_signs import BREAKPOINT, PARTIAL, sign_of
from .highlighting import narration_lines, source_lines
from .looks import PLAIN, Looks
from .narration import narration_rows, paragraphs
from .search import FOUND, HERE, Search, marked

SHAPE = 8
"""Columns for a shape at the right edge; a longer one takes more."""

WRITTEN = "▎"
"""Beside a line that is new, or another one, since the file was saved."""

RELATIONS = {Relation.MAKES: "=", Relation.USES: "→", Relation.WRITES: "∂"}
"""Behind its number: what a line has to do with the selected tensor."""

PROBLEM = 3
"""Rows, at most, that say why the file is no program as it is now."""

CONTEXT = 3
"""Rows below the current line that are in view with it, where there are any."""

LEAP = 8
"""Rows, at most, by which the text moves on at once: it is the dearest thing to paint."""


class Source(Struct, frozen=True, eq=False):
    """What of the program never changes: its coloured lines and where its titles stand."""

    lines: tuple[Line, ...]
    titles: dict[int, str]
    narration: frozenset[int]
    continued: frozenset[int]
    """Lines of narration that go on with the paragraph of the line before."""
    digits: int
    search: Search | None = None
    """What is marked in it."""
    folded: bool = False
    """Whether of narration only the first line is seen."""

    @property
    def gutter(self) -> int:
        """Columns before the code: sign, number, ▸."""
        return self.digits + 5


@lru_cache(maxsize=4)
def columns_of_code(source: Source) -> int:
    """How wide a pane is in which no line of code is cut."""
    lines = enumerate(source.lines, 1)
    widest = max((width_of(line) for number, line in lines if number not in source.narration), default=0)
    return FRAME + 2 * PADDING + source.gutter + widest


def source_of(program: Program, *, coloured: bool = True) -> Source:
    """What is painted of a program; to colour it takes a moment."""
    titles = {s.title_line: s.kind for s in program.sections if s.title_line is not None}
    digits = max(len(str(len(program.lines))), 2)
    lines, narration = source_lines(program, coloured=coloured), narration_lines(program)
    return Source(lines, titles, narration, narration - paragraphs(lines, narration), digits)


@lru_cache(maxsize=8)
def _looked_at(source: Source, search: Search | None, folded: bool) -> Source:
    return replace(source, search=search, folded=folded)


@lru_cache(maxsize=8)
def folds_of(source: Source) -> Folds:
    """What is folded away of the narration: of what stands together all but the first line with words."""
    folds: list[tuple[int, int]] = []
    for number in sorted(source.narration):
        if number - 1 not in source.narration:
            together = takewhile(source.narration.__contains__, count(number))
            kept = next((n for n in together if plain(source.lines[n - 1])), number)
        if number == kept:
            continue
        if folds and folds[-1][1] == number - 1:
            folds[-1] = (folds[-1][0], number)
        else:
            folds.append((number, number))
    return tuple(folds)


def paint_program(source: Source, frame: Frame, room: Room, looks: Looks = PLAIN) -> list[Line]:
    """The whole pane."""
    if looks.search is not None or looks.folded:
        source = _looked_at(source, looks.search, looks.folded)
    above = _problem(frame.file.problem, room)
    rows = [*above, *_rows(source, frame, room._replace(height=room.height - len(above)))]
    where = f"line {frame.current_line} of " if frame.current_line else ""
    unit = "" if frame.current_line else " lines"
    subtitle = f"{where}{frame.lines_total}{unit}" if frame.lines_total else ""
    return boxed(rows, room, (Run("program", "strong"),), (Run(subtitle, "quiet"),) * bool(subtitle))


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
        return (_title(source, line, title, running=title == frame.status.phase),)
    if failure is None and line.number != _attended(frame):
        return _code_rows(source, line, columns)
    return _barred(source, line, failure, columns, "bar-failed")


def _title(source: Source, line: ProgramLine, title: str, *, running: bool) -> Line:
    return _marked(source, line, (Run(title, "title accent" if running else "title"),))


@lru_cache(maxsize=512)
def _code_rows(source: Source, line: ProgramLine, columns: int) -> tuple[Line, ...]:
    """The rows of a line of code at which nobody has to look for a failure."""
    if line.state in (LineState.CURRENT, LineState.FAILED):
        return _barred(source, line, None, columns, "bar-failed" if line.state is LineState.FAILED else "bar")
    code, width = _calm_code(source, line._replace(bound=None, changed=False))
    bound = _bound(line)
    room = columns - width - width_of(bound)
    if not bound or room < 0:
        return (crop(code, columns),)
    return ((*code, *_selecting((Run(" " * room), *bound), line)),)


def _barred(
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
