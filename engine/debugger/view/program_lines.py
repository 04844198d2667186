"""The source lines in view: what has run, what it bound, what is said of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter
from types import ModuleType

from ...execution.failure import Failure
from ...execution.gradients.gradient import Gradient
from ...execution.iteration import Iteration
from ...execution.recording.steps import MISSING
from ...program.program import BEGINNING, BETWEEN
from ...program.statements import Statement
from ...tensors.inert import is_a
from ...verdict import Verdict
from ..cursor import View
from ..folds import line_of, row_of
from ..scene import Scene, is_told
from ..wire.frame import LineState, ProgramLine, Summary
from .lines_of_tensor import relation

_CONTEXT = 3
"""Lines kept in view around the current one."""

_GRAVITY = (
    Verdict.NOT_CHECKED,
    Verdict.EXACT,
    Verdict.RIGHT,
    Verdict.CLOSE,
    Verdict.DELIBERATE,
    Verdict.PART,
    Verdict.SCALED,
    Verdict.LEANING,
    Verdict.NOT_EXERCISED,
    Verdict.NOT_WRITTEN,
    Verdict.NOT_FINITE,
    Verdict.INHERITED,
    Verdict.WRONG,
    Verdict.WRONG_SHAPE,
    Verdict.WRONG_TYPE,
    Verdict.WRONG_HERE,
)


def program_lines(
    scene: Scene, view: View, attended: int | None = None
) -> tuple[tuple[ProgramLine, ...], View]:
    """The lines in view, and the view scrolled to where the current line is, or one that is attended."""
    total = len(scene.session.program.lines)
    line = attended or _line_of_stop(scene, view) or current_line(scene.record, view)
    line = line or _failed_line(scene.failure(view.ran), view)
    line = line or _first_line(scene.record, view)
    view = _scrolled(view, line, total)
    folds = view.layout.folds
    top = row_of(folds, view.program_top)
    last = min(top + view.layout.program_rows - 1, row_of(folds, total))
    numbers = (line_of(folds, row) for row in range(top, last + 1))
    return tuple([_line(scene, view, number) for number in numbers]), view


def current_line(record: Iteration | None, view: View) -> int | None:
    """The line of the statement that ran last; that of the failure at the end of a failed one."""
    if record is None:
        return None
    if record.failure is not None and view.ran >= len(record.steps):
        return record.failure.line
    return record.steps[view.ran - 1].statement.line if view.ran else None


def call_of_line(record: Iteration | None, view: View) -> str:
    """The call that the current line is a line of, in words; nothing where it stands in its section."""
    if record is None or not view.ran:
        return ""
    statement = record.steps[view.ran - 1].statement
    if record.failure is not None and view.ran >= len(record.steps):
        return ""
    return statement.caller.words if statement.caller is not None else ""


def _line_of_stop(scene: Scene, view: View) -> int | None:
    """The line that a run has stopped before, while the cursor is there."""
    stop = scene.standing.stop
    return stop.line if stop is not None and stop.ran == view.ran else None


def _failed_line(failure: Failure | None, view: View) -> int | None:
    return failure.line if failure is not None and view.ran == 0 else None


def _first_line(record: Iteration | None, view: View) -> int | None:
    """The line that runs first, where the iteration was gone back through to its start."""
    return record.steps[0].statement.line if record is not None and view.ran == 0 and record.steps else None


def _scrolled(view: View, line: int | None, total: int) -> View:
    rows, folds = max(view.layout.program_rows, 1), view.layout.folds
    top = row_of(folds, view.program_top)
    if line is not None and view.follow:
        context, row = min(_CONTEXT, (rows - 1) // 2), row_of(folds, line)
        top = min(max(top, row + context - rows + 1), row - context)
    top = max(min(top, row_of(folds, total) - rows + 1), 1)
    return replace(view, program_top=line_of(folds, top))


def _line(scene: Scene, view: View, number: int) -> ProgramLine:
    statements = scene.session.facts.statements_by_line.get(number, ())
    marks = number in scene.stops.lines, number in view.written
    if not statements:
        return ProgramLine(number, LineState.STILL, None, None, False, False, *marks)
    state = _state(scene, view, statements, number)
    ends_here = statements[-1].end_line == number
    verdict = _verdict(scene, statements) if ends_here else None
    partial = ends_here and verdict is None and _writes_a_part(scene, statements)
    known: tuple[Summary | None, bool] = None, False
    if state not in (LineState.AHEAD, LineState.FAILED):
        known = _bound(scene, view, _of_newest_call(scene, view, statements), ends_here=ends_here)
    related = relation(scene.gradient_of(view.selected), view.selected, statements)
    return ProgramLine(number, state, verdict, *known, partial, *marks, related)


def _of_newest_call(scene: Scene, view: View, statements: tuple[Statement, ...]) -> Statement:
    """The last statement of a line; of one in a function, that of the call that ran it last."""
    record = scene.record
    if record is None or statements[-1].frame is None:
        return statements[-1]
    ran = {s: bisect_left(record.positions.get(s, []), view.ran) for s in statements}
    last = {s: record.positions[s][many - 1] for s, many in ran.items() if many}
    return max(last, key=last.__getitem__, default=statements[-1])


def _bound(scene: Scene, view: View, statement: Statement, *, ends_here: bool) -> tuple[Summary | None, bool]:
    """What a statement bound when it last ran, on the line where it ends, and whether that is new."""
    name = _shown_name(statement)
    ran = _ran_until(scene, view, statement, name)
    value = scene.value(name, ran) if ends_here and name else MISSING
    shown = scene.summaries.of(value) if _worth_showing(value) else None
    return shown, name in view.changed and ran == view.ran


def _ran_until(scene: Scene, view: View, statement: Statement, name: str) -> int:
    """After how many steps the value that a line bound is shown: later ones may have changed it."""
    record = scene.record
    if record is None or statement.section in BEGINNING:
        return view.ran
    positions = record.positions.get(statement, [])
    last = bisect_left(positions, view.ran) - 1
    if last < 0:
        return view.ran
    writes = record.history.get(name, ())
    following = bisect_left(writes, positions[last] + 1, key=itemgetter(0))
    later = following < len(writes) and writes[following][0] < view.ran
    return positions[last] + 1 if later else view.ran


def _state(scene: Scene, view: View, statements: tuple[Statement, ...], number: int) -> LineState:
    record, failure = scene.record, scene.failure(view.ran)
    end = record is None or view.ran >= len(record.steps)
    if failure is not None and failure.line == number:
        return LineState.FAILED
    at_first = any(statement in scene.session.beginning for statement in statements)
    if record is None or statements[0].section in BEGINNING:
        return LineState.RAN if at_first else LineState.AHEAD
    if view.ran and not (end and record.failure):
        current = record.steps[view.ran - 1].statement
        if current in statements and current.line <= number <= current.end_line:
            return LineState.CURRENT
    ran = any(bisect_left(record.positions.get(s, []), view.ran) for s in statements)
    ran = ran or (at_first and statements[0].section == BETWEEN)
    return LineState.RAN if ran else LineState.AHEAD


def _writes_a_part(scene: Scene, statements: tuple[Statement, ...]) -> bool:
    """Whether the line, which completes no gradient, writes one."""
    gradients = {} if scene.record is None else scene.record.gradients
    return any(
        name in gradients
        for statement in statements
        if statement.section == "backward"
        for name in statement.writes
    )


def _shown_name(statement: Statement) -> str:
    names = statement.writes
    return names[-1] if names else ""


def _worth_showing(value: object) -> bool:
    """Modules, functions and classes say nothing beside their line."""
    return value is not MISSING and not callable(value) and not is_a(value, ModuleType)


def _verdict(scene: Scene, statements: tuple[Statement, ...]) -> Verdict | None:
    """The gravest verdict on the line: of gradients that it completes, or that it helps to get wrong.

    It belongs to the text: it stands there whether the line has run in this iteration or not.
    """
    record = scene.record
    if record is None:
        return None
    names = {name for statement in statements for name in _told_at(scene, record, statement)}
    return max((scene.judgements[name].verdict for name in names), key=_GRAVITY.index, default=None)


def _told_at(scene: Scene, record: Iteration, statement: Statement) -> Iterator[str]:
    """The gradients, and the helper variables, whose verdicts a statement carries."""
    for finished in record.finished_by.get(statement, ()):
        if _carries(scene, finished.name, statement):
            yield finished.name
    for name in statement.writes:
        gradient = record.gradients.get(name)
        if gradient is None:
            continue
        if gradient.writes and scene.judgements[name].verdict.accuses and _carries(scene, name, statement):
            yield name
        if statement.section == "backward" and _never_ran(record, gradient):
            yield name
    for by_line in (scene.to_be_edited, scene.wrong_helpers):
        yield from by_line.get(statement.line, ())


def _carries(scene: Scene, name: str, statement: Statement) -> bool:
    """Whether a line carries the sign of a gradient: not where others that build it are the wrong ones."""
    line = scene.judgements[name].line
    return line is None or not line.accused_lines or statement.line in line.accused_lines


def _never_ran(record: Iteration, gradient: Gradient) -> bool:
    """Whether no line of it ran, because one before raised; they were judged alone."""
    return not gradient.writes and is_told(record, gradient, len(record.steps))
