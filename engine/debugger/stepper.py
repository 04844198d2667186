"""The stepper: a cursor over recorded iterations, moved by commands, shown as frames."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ..execution.cancel import Cancel, Cancelled
from ..execution.captured_output import Output
from ..execution.failure import Failure
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..program.program import Program
from ..tutor.answer import Asked, Lesson
from .background_check import LineJudge
from .commands import (
    Advance,
    Ask,
    ChangeSlice,
    ChangeSpeed,
    CheckLines,
    Command,
    GoTo,
    Layout,
    Pane,
    Restart,
    Scroll,
    Select,
    SelectName,
    ShowTab,
    ToggleRun,
    Unit,
)
from .cursor import View, phase_end, phase_start
from .frame import Frame
from .loss_history import LossHistory
from .pace import Pace
from .rendering import picture
from .stop_notes import why_not_begun, why_stopped
from .tensor_summary import forget_summaries

if TYPE_CHECKING:
    from ..tutor.tutor import Tutor


_AT_ONCE = 0.05
"""Seconds that a run to an iteration goes on before the next key, which would pause it, is looked at."""


class Stepper:
    """A session and a view on it. Lives on the engine thread."""

    def __init__(self, program: Program, seed: int, output: Output | None = None) -> None:
        self.cancel = Cancel()
        self.output = output if output is not None else Output()
        self.session = Session(program, seed, self.cancel)
        self.losses = LossHistory()
        self.view = View()
        self.record: Iteration | None = None
        self.failure: Failure | None = None
        self.notes: tuple[str, ...] = ()
        self.lines = LineJudge(self.cancel)
        self.pace = Pace()
        self._tries = 0
        """How often the iteration on the screen has failed."""
        self._tutor: Tutor | None = None
        self._asked = False
        """Whether somebody asked for the check under way."""

    def begin(self) -> None:
        """Run setup and parameters."""
        self.failure = self.session.begin()

    def handle(self, command: Command) -> None:
        """Do what a command says."""
        match command:
            case Advance() | ToggleRun() | GoTo() if not self.session.ready:
                self.notes = why_not_begun(self.failure)
            case Advance(unit, by):
                self.pace.pause()
                self._advance(unit, by)
            case ToggleRun():
                self._toggle()
            case ChangeSpeed(by):
                self.pace.change(by)
            case GoTo(iteration):
                self._go_to(iteration)
            case Restart():
                self._restart()
            case CheckLines():
                self._want_check()
            case Ask(asked):
                self._ask(asked)
            case _:
                self._look(command)

    def _look(self, command: Command) -> None:
        """Commands that change only what is in view."""
        match command:
            case Select(by):
                self.view = self.view.selecting(self.session, self.record, by)
            case SelectName(name):
                self.view = replace(self.view, selected=name, grid_top=0, grid_left=0, slice=0)
            case ShowTab(tab):
                self.view = replace(self.view, tab=tab)
            case Scroll(pane, rows, columns):
                self.view = self.view.scrolling(Pane(pane), rows, columns)
            case ChangeSlice(by):
                self.view = replace(self.view, slice=max(self.view.slice + by, 0))
            case Layout():
                self.view = replace(self.view, layout=command)

    def stumble(self, error: BaseException) -> None:
        """Something broke outside a program's own iteration: a cancel between two, or a mistake."""
        self.pace.pause()
        if isinstance(error, Cancelled):
            self.notes = ("stopped",)
            return
        message = f"{type(error).__name__}: {error}"
        self.failure = Failure("engine", None, "mistake of backprop-tui", message)

    def run_until(self, deadline: float) -> None:
        """Iterate while running, at the chosen speed, until the deadline."""
        while self.pace.running:
            self._iterate()
            if self.failure is not None or self.pace.reached(self.session.number):
                self.pace.pause()
            if not self.pace.running:
                self.lines.judge(self.record, settled=True)
            now = time.monotonic()
            if self.pace.passed(now) or now >= deadline:
                return

    def frame(self, handled: int) -> Frame:
        """The picture of now. It settles the view first, so that what it shows is inside."""
        frame, self.view = picture(self, handled)
        return frame

    def _toggle(self) -> None:
        if self.pace.running:
            self.pace.pause()
        else:
            self.pace.run()

    def _go_to(self, iteration: int) -> None:
        self.pace.pause()
        if iteration > self.session.number:
            self.pace.run(iteration)
            self.run_until(time.monotonic() + _AT_ONCE)
        else:
            done = self.session.number
            self.notes = (f"{done} iterations are done; home restarts from the first",)

    def _restart(self) -> None:
        self.pace.pause()
        self.session.restart()
        self.output.clear()
        self.losses = LossHistory()
        self.record, self.failure, self.notes, self._tries = None, None, (), 0
        self.lines.forget()
        self.view = replace(self.view, ran=0, changed=frozenset(), program_top=1)
        self.begin()

    def _advance(self, unit: Unit, by: int) -> None:
        record, ran = self.record, self.view.ran
        if by < 0:
            self._move(0 if unit is Unit.ITERATION else self._back(unit))
        elif record is None or ran >= len(record.steps):
            self._iterate()
            self._move(self._forth(unit, 0), fresh=True)
        else:
            self._move(self._forth(unit, ran))

    def _back(self, unit: Unit) -> int:
        if self.record is None:
            return 0
        return phase_start(self.record, self.view.ran) if unit is Unit.PHASE else self.view.ran - 1

    def _forth(self, unit: Unit, ran: int) -> int:
        assert self.record is not None
        if unit is Unit.ITERATION:
            return len(self.record.steps)
        return phase_end(self.record, ran) if unit is Unit.PHASE else ran + 1

    def _move(self, ran: int, *, fresh: bool = False) -> None:
        if self.record is not None:
            self.view = self.view.moving(self.record, ran, fresh=fresh)

    def _ask(self, asked: Asked) -> None:
        """Answer about the selected tensor; the parts that answer are loaded when somebody asks."""
        from ..tutor.tutor import Tutor

        self.pace.pause()
        if self.record is None or self.record.loss is None:
            self.notes = ("there is no iteration yet whose gradients could be asked for",)
            return
        if self._tutor is None:
            self._tutor = Tutor(self.session.program)
        selected = self.view.selected
        judged = self.lines.judged.get(f"d{selected}")
        with self.output.muted():
            self._tutor.answer(asked, selected, self.session, self.record, judged)

    @property
    def lesson(self) -> Lesson | None:
        """The newest answer."""
        return self._tutor.newest if self._tutor is not None else None

    def _want_check(self) -> None:
        self.lines.wanted = self._asked = self.record is not None
        if self.record is None:
            self.notes = ("there is no iteration yet whose lines could be checked",)

    def check_lines(self) -> None:
        """Judge every line of the record on its own."""
        with self.output.muted():
            problem = self.lines.look(self.session, self.record)
        if problem:
            self.notes += (f"the lines could not be checked: {problem}",)
        elif self._asked and not self.lines.wanted:
            self.notes = tuple(dict.fromkeys((*self.notes, *self.lines.in_words())))
        self._asked = self._asked and self.lines.wanted

    def _iterate(self) -> None:
        forget_summaries()
        if self._tutor is not None:
            self._tutor.forget()
        record = self.session.iterate()
        self.record, self.failure = record, record.failure
        self._tries = self._tries + 1 if record.failure is not None else 0
        self.notes = record.notes + why_stopped(record, self._tries)
        if record.failure is None:
            self.losses.append(self.session.losses[-1])
        self.lines.judge(record, settled=not self.pace.running)
        self.view = replace(self.view, ran=len(record.steps), changed=frozenset(), follow=True)
