"""A second session that does what the screen asked of the first, and what the screen ought to show of it."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Command, GoTo, Reload, Restart, ToggleRun
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.process.printed import Output
from backprop_tui.engine.program.program import Program


class Mirror:
    """Commands go in as they are sent; a run goes to its end, or as far as the screen's went."""

    def __init__(self, program: Program, file: Path) -> None:
        """`file` is its own, so that what the keys write into it is written by each session once."""
        self._file = file
        file.write_bytes(program.source.data if program.source is not None else b"")
        program = replace(program, path=file)
        self._stepper = Stepper(program, 0)
        self._output = Output()
        self._done(self._stepper.begin)

    def follow(self, commands: list[Command], shown: Frame, *, stopped: bool) -> None:
        """Do what was asked of the other session, which came to rest with this to be seen.

        A run of it may have been `stopped`.
        """
        for command in commands:
            self._run_as_far_as(shown)
            if isinstance(command, Restart):
                self._output.clear()
            self._done(partial(self._stepper.handle, self._of_its_own(command)))
        if stopped:
            self._run_as_far_as(shown)
            self._stepper.now.pace.pause()
        while self._stepper.now.pace.running:
            self._run_on()
        self._done(partial(self._stepper.run_until, 0.0))
        if any(isinstance(command, ToggleRun | GoTo) for command in commands):
            self._scroll_as(shown)
        if self._stepper.now.line_check.due:
            self._done(self._stepper.check_lines)
        if any(isinstance(command, Layout) for command in commands):
            self._scroll_as(shown)  # rows came or went before or after the lines were judged

    @property
    def frame(self) -> Frame:
        """What there is to be seen."""
        lines, total = self._output.lines()
        return replace(self._stepper.frame(0), output=lines, output_total=total)

    def _of_its_own(self, command: Command) -> Command:
        """A save of the other's file is one of its own."""
        if not isinstance(command, Reload):
            return command
        if command.text.source is not None:
            self._file.write_bytes(command.text.source.data)
        return replace(command, text=dataclasses.replace(command.text, path=self._file))

    def _run_as_far_as(self, shown: Frame) -> None:
        """A run that was stopped ends between two iterations; one that failed goes on until it fails."""
        failed = shown.failure is not None
        while self._stepper.now.pace.running and (failed or self._is_behind(shown)):
            self._run_on()

    def _is_behind(self, shown: Frame) -> bool:
        """Whether the other session came further; the iteration that it stands in may be one that fails."""
        record, iteration = self._stepper.now.standing.record, shown.status.iteration
        begun = -1 if record is None else record.number
        fails = iteration is not None and begun < iteration
        return self._stepper.now.session.number < shown.complete or fails

    def _run_on(self) -> None:
        self._done(partial(self._stepper.run_until, 0.0))

    def _scroll_as(self, shown: Frame) -> None:
        """Where a run leaves the program's lines depends on which of its pictures there was time for."""
        if shown.lines:
            self._stepper.now.view = dataclasses.replace(
                self._stepper.now.view, program_top=shown.lines[0].number
            )

    def _done(self, job: Callable[[], Any]) -> None:
        with _printing_into(self._output):
            job()
        self._stepper.frame(0)  # what is selected, and from which line on, is settled where a picture is made


@contextmanager
def _printing_into(output: Output) -> Iterator[None]:
    """While inside, what is written to descriptor 1 is output: lines that run again are silenced there."""
    kept, before = os.dup(1), sys.stdout
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    os.close(writing)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stdout = before
        os.dup2(kept, 1)
        os.close(kept)
        with open(reading) as printed:
            output.write(printed.read())
