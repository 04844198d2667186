"""A program stepped as a reader would, every picture of it painted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from pickle import dumps, loads

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Command, Unit
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Layout, Select, ShowTab
from backprop_tui.engine.execution.failure import Failure
from backprop_tui.engine.execution.trouble import trouble
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import ProgramError
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.all_panes import paint
from backprop_tui.tui.panes.source import Source, source_of

ROOMS = {
    "status": Room(120, 1),
    "program": Room(60, 20),
    "tensors": Room(60, 10),
    "inspector": Room(60, 10),
    "loss": Room(120, 6),
    "notes": Room(120, 2),
    "footer": Room(120, 1),
    "output": Room(120, 20),
}
WALK: tuple[Command, ...] = (
    Layout(program_rows=18, tensor_rows=8),
    Advance(Unit.STATEMENT),
    *(ShowTab(tab) for tab in Tab),
    Select(1),
    Advance(Unit.STATEMENT),
    Advance(Unit.STATEMENT, -1),
    Advance(Unit.PHASE),
    *(Select(1) for _ in range(8)),
    Advance(Unit.ITERATION),
    *(Select(-1) for _ in range(9)),
    Advance(Unit.ITERATION),
)


def walked(path: str) -> list[str]:
    """What was wrong on the way; nothing where the program cannot even be read."""
    try:
        program = load(path)
    except ProgramError:
        return []
    source, stepper = source_of(program), Stepper(program, 0)
    wrong = _wrong_after(stepper.begin, stepper, source)
    for command in WALK:
        wrong += _wrong_after(partial(stepper.handle, command), stepper, source)
    return list(dict.fromkeys(wrong))


def _wrong_after(job: Callable[[], None], stepper: Stepper, source: Source) -> list[str]:
    try:
        job()
        if stepper.now.line_check.due:
            stepper.check_lines()
    except BaseException as error:
        stepper.stumble(error)
    try:
        frame = stepper.frame(0)
    except Exception as error:
        return _mistakes(trouble(error, stepper.now.session.program))
    wrong = _mistakes(frame.failure)
    for lines in paint(source, loads(dumps(frame)), ROOMS).values():
        wrong += [f"painted: {text!r}" for text in map(plain, lines) if _unprintable(text)]
    return wrong


def _mistakes(failure: Failure | None) -> list[str]:
    return [f"mistake: {failure.message}"] if failure is not None and failure.section == "engine" else []


def _unprintable(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" for character in text)
