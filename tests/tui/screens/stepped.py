"""The real engine without a process of its own: a command is answered at once, with all there is to say."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Command
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.program.program import Program


class Stepped:
    """A link without threads and processes, and the factory of it."""

    def __init__(self, program: Program) -> None:
        self.stepper = Stepper(program, 0)
        self._early: list[Command] = []
        self._started = False
        self._waiting: Frame | None = None
        self._tell: Callable[[], None] = lambda: None
        self.sent = 0

    def __call__(self, on_frame: Callable[[], None]) -> Stepped:
        """Stand in for the factory as well."""
        self._tell = on_frame
        return self

    def start(self) -> None:
        """Run what comes before the first iteration."""
        self._started = True
        self.stepper.begin()
        for command in self._early:
            self.stepper.handle(command)
        self._answer()

    def send(self, command: Command) -> None:
        """Do it, judge the lines, look through what there is to look through."""
        self.sent += 1
        if not self._started:
            self._early.append(command)
            return
        self.stepper.handle(command)
        self._answer()

    def take(self) -> Frame | None:
        """The newest frame, once."""
        frame, self._waiting = self._waiting, None
        return frame

    def cancel(self) -> None:
        """Nothing goes on for long."""

    def go_on_with(self, program: Program) -> None:
        """The text stays."""

    def stop(self) -> None:
        """There is nothing to end."""

    def _answer(self) -> None:
        if self.stepper.now.line_check.due:
            self.stepper.check_lines()
        self._waiting = self.stepper.frame(self.sent)
        surveys = self.stepper.now.summaries.surveys
        while surveys.due:
            surveys.go_on(1.0, lambda: False)
            self._waiting = self.stepper.frame(self.sent)
        self._tell()
