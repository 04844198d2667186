"""The stepper: a cursor over recorded iterations, moved by commands, shown as frames."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

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
from .diagnosed import diagnosed
from .frame import Failure, Frame
from .iteration import Iteration
from .judgement import Judgement, explained, judgements
from .lesson import Asked, Lesson
from .linecheck.check import check_lines
from .linecheck.outcome import LineCheck
from .losses import LossHistory
from .output import Output
from .picture import picture
from .program import Program
from .recorder import Cancel, Cancelled
from .session import Session
from .summary import forget_summaries
from .view import View, phase_end, phase_start

if TYPE_CHECKING:
    from .tutor import Tutor

SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 30, 100, None)
"""Iterations per second; None is as fast as it goes."""


class Stepper:
    """A session and a view on it. Lives on the engine thread."""

    def __init__(self, program: Program, seed: int) -> None:
        self.cancel = Cancel()
        self.output = Output()
        self.session = Session(program, seed, self.cancel)
        self.losses = LossHistory()
        self.view = View()
        self.record: Iteration | None = None
        self.failure: Failure | None = None
        self.notes: tuple[str, ...] = ()
        self.check: LineCheck | None = None
        """The newest line check; what it says of the lines holds for later iterations too."""
        self.judged: dict[str, Judgement] = {}
        self.checking = False
        """Whether the record came to rest with something that only the line check can tell, or `c` asks."""
        self._giving_way = False
        self._tutor: Tutor | None = None
        self.running = False
        self.target: int | None = None
        self._speed = len(SPEEDS) - 1
        self._due = 0.0

    def begin(self) -> None:
        """Run setup and parameters."""
        self.failure = self.session.begin()

    def handle(self, command: Command) -> None:
        """Do what a command says."""
        match command:
            case Advance(unit, by):
                self.pause()
                self._advance(unit, by)
            case ToggleRun():
                self._toggle()
            case ChangeSpeed(by):
                self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
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

    def pause(self) -> None:
        """Stop running free, after the iteration under way."""
        self.running = False
        self.target = None

    def give_way(self) -> None:
        """Called while the lines are judged: a key waits; they are judged again after it."""
        self._giving_way = True
        self.cancel.wanted = True

    def go_on(self) -> None:
        """Nothing is left of a call to give way."""
        self._giving_way = False
        self.cancel.wanted = False

    def stumble(self, error: BaseException) -> None:
        """Something broke outside a program's own iteration: a cancel between two, or a mistake."""
        self.pause()
        if isinstance(error, Cancelled):
            self.notes = ("stopped",)
            return
        message = f"{type(error).__name__}: {error}"
        self.failure = Failure("engine", None, "mistake of backprop-tui", message)

    def wait_seconds(self) -> float | None:
        """How long the thread may sleep: until a command while paused, else until it is due."""
        if not self.running:
            return None
        return max(self._due - time.monotonic(), 0.0)

    def run_until(self, deadline: float) -> None:
        """Iterate while running, at the chosen speed, until the deadline."""
        while self.running:
            self._iterate()
            if self.target is not None and self.session.number >= self.target:
                self.pause()
            if self.failure is not None:
                self.pause()
            speed = None if self.target is not None else SPEEDS[self._speed]
            now = time.monotonic()
            if not self.running:
                self._judge(settled=True)
            self._due = now if speed is None else max(self._due + 1 / speed, now)
            if now >= deadline or self._due > now:
                return

    def frame(self, handled: int) -> Frame:
        """The picture of now. It settles the view first, so that what it shows is inside."""
        frame, self.view = picture(self, handled)
        return frame

    @property
    def speed(self) -> str:
        """The speed in words."""
        speed = SPEEDS[self._speed]
        return "as fast as it goes" if speed is None else f"{speed:g} a second"

    def _toggle(self) -> None:
        if self.running:
            self.pause()
        elif self.session.ready:
            self.running = True
            self._due = time.monotonic()

    def _go_to(self, iteration: int) -> None:
        self.pause()
        if self.session.ready and iteration > self.session.number:
            self.running, self.target = True, iteration
        elif self.session.ready:
            done = self.session.number
            self.notes = (f"{done} iterations are done; home restarts from the first",)

    def _restart(self) -> None:
        self.pause()
        self.session.restart()
        self.output.clear()
        self.losses = LossHistory()
        self.record, self.failure, self.notes = None, None, ()
        self.check, self.judged, self.checking = None, {}, False
        self.view = replace(self.view, ran=0, changed=frozenset(), program_top=1)
        self.begin()

    def _advance(self, unit: Unit, by: int) -> None:
        if not self.session.ready:
            return
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

    def _judge(self, *, settled: bool) -> None:
        """Judge the record end to end; at rest, a failure that nothing explains asks for the line check."""
        record = self.record
        if record is None:
            return
        self.judged = judgements(record, self.check)
        stopped = record.failure is not None and record.failure.type == Cancelled.__name__
        wanted = self.check is None or not explained(record, self.judged)
        self.checking = settled and wanted and not stopped

    def _ask(self, asked: Asked) -> None:
        """Answer about the selected tensor; the parts that answer are loaded when somebody asks."""
        from .tutor import Tutor

        self.pause()
        if self.record is None or self.record.loss is None:
            self.notes = ("there is no iteration yet whose gradients could be asked for",)
            return
        if self._tutor is None:
            self._tutor = Tutor(self.session.program)
        selected = self.view.selected
        judged = self.judged.get(f"d{selected}")
        right = judged is not None and judged.verdict.passes
        self._tutor.answer(asked, selected, self.session, self.record, right=right)

    @property
    def lesson(self) -> Lesson | None:
        """The newest answer."""
        return self._tutor.newest if self._tutor is not None else None

    def _want_check(self) -> None:
        self.checking = self.record is not None
        if self.record is None:
            self.notes = ("there is no iteration yet whose lines could be checked",)

    def check_lines(self) -> None:
        """Judge every line of the record on its own; a key that comes meanwhile goes before it."""
        self.checking = False
        try:
            self._check_lines()
        except Cancelled:
            if not self._giving_way:
                raise
            self.checking = True

    def _check_lines(self) -> None:
        if self.record is None:
            return
        if self.check is None or self.check.iteration != self.record.number or self.check.problem:
            self.check = check_lines(self.session, self.record)
            if self.check.problem:
                self.notes += (f"the lines could not be checked: {self.check.problem}",)
        self.judged = judgements(self.record, self.check)
        self.check = diagnosed(self.session, self.record, self.check)
        self.judged = judgements(self.record, self.check)

    def _iterate(self) -> None:
        forget_summaries()
        record = self.session.iterate()
        self.record, self.failure = record, record.failure
        self.notes = record.notes
        if record.failure is None:
            self.losses.append(self.session.losses[-1])
        self._judge(settled=not self.running)
        self.view = replace(self.view, ran=len(record.steps), changed=frozenset(), follow=True)
