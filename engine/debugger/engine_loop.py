"""The engine: it owns the session and every tensor; commands go in, frames come out."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..execution.cancel import Cancelled
from ..execution.silence import flush_streams
from ..execution.trouble import trouble
from ..program.program import Program
from .command_queue import CommandQueue
from .jobs import Jobs, watch, whereabouts
from .wire.commands import Command
from .wire.frame import Frame, opening_frame

if TYPE_CHECKING:
    from .stepper import Stepper

_FRAME_SECONDS = 1 / 30
_LATEST_SECONDS = 0.25
"""What runs is seen at most as often as the one says, and not more rarely than the other."""
_SHARE = 12
"""In between iterations take so many times as long as the picture, which takes the screen some three times as
long again."""
_TOLD_SECONDS = 0.1
_GRACE_SECONDS = 0.25
_FORCE_SECONDS = 0.6


class Engine:
    """Steps a program on the thread that calls `run`. Torch is imported there, never at import.

    `show` is called on that thread, or on one that watches it, with every frame.
    """

    def __init__(
        self,
        program: Program,
        seed: int,
        show: Callable[[Frame], None],
        passed: Callable[[int], None] = lambda iterations: None,
        handled: int = 0,
    ) -> None:
        """`handled` is what frames count commands from.

        `passed` is told how many iterations are complete where no frame is made for it, because more waits.
        """
        self._program = program
        self._seed = seed
        self._commands = CommandQueue(handled)
        self._jobs = Jobs()
        self._shown = show
        self._passed = passed
        self._last = opening_frame(program)
        self._stepper: Stepper | None = None
        self._checks_lines = False
        self._stopping = False
        self._thread = 0
        self._picture_seconds = 0.0
        """What the last picture took of the processor."""

    def run(self) -> None:
        """Handle commands until the engine is stopped; those sent before torch is there wait in order."""
        self._thread = threading.get_ident()
        try:
            self._live()
        except BaseException as error:
            self._show(self._apology(error))

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        # in one go: a command handled meanwhile must not stop the line check that follows it
        with self._jobs.lock:
            self._commands.send(command)
            if self._checks_lines and self._stepper is not None:
                self._stepper.now.line_check.give_way()

    def cancel(self, *, run: bool = False) -> None:
        """Stop what runs: a run after its iteration, a statement that never ends after a moment.

        Asked of a `run` that has ended by now, it does not stop the line check that has followed.
        """
        self._commands.call_off()
        with self._jobs.lock:
            stepper, job = self._stepper, self._jobs.number
            busy = self._jobs.busy and not (run and self._checks_lines)
        if stepper is None:
            return
        if stepper.now.pace.running:
            stepper.now.pace.pause()
            self._commands.wake()
        if not busy:
            return
        _later(_GRACE_SECONDS, self._interrupt, job)
        _later(_FORCE_SECONDS, self._break_into_program, job)

    def stop(self) -> None:
        """Let `run` come to its end, stopping what runs; returns at once."""
        self._stopping = True
        self._commands.wake()
        self._interrupt(self._jobs.number)
        _later(_GRACE_SECONDS, self._jobs.break_in, self._jobs.number, self._thread)

    def _interrupt(self, job: int) -> None:
        """Raise the flag that every hook looks at, if the same job still runs."""
        with self._jobs.lock:
            if self._stepper is not None and self._jobs.runs(job):
                self._stepper.now.cancel.ask()

    def _break_into_program(self, job: int) -> None:
        """Not where the program has stopped already and its long record is being looked through."""
        if whereabouts(self._thread, self._program):
            self._jobs.break_in(job, self._thread)

    def _live(self) -> None:
        from .stepper import Stepper

        stepper = Stepper(self._program, self._seed)
        with self._jobs.lock:
            self._stepper = stepper
        watch(self._jobs, self._words, self._tell, lambda: self._stopping)
        if self._stopping:
            return
        self._work(stepper.begin)
        self._publish()
        if self._commands.empty:
            _warm_up()
        gc.freeze()  # torch brings some 300,000 objects, which no collection has to pass through again
        while not self._stopping:
            # raised from outside, it may arrive when its job has just ended
            with suppress(Cancelled):
                self._turn(stepper)

    def _turn(self, stepper: Stepper) -> None:
        """Handle what waits; while running, iterate until a frame is due."""
        command = self._commands.next(stepper.now.pace.wait_seconds())
        if self._stopping:
            return
        if command is None:
            self._work(lambda: self._run_on(stepper))
        else:
            if self._commands.stands(command):
                self._work(lambda: stepper.handle(command))
            self._commands.done()
        if command is None or self._commands.empty:
            self._publish()
        else:
            self._passed(stepper.now.session.number)
        self._look_at_watches(stepper)
        if self._commands.empty:
            self._work(stepper.glance)
        if stepper.now.line_check.due:
            self._check_lines(stepper)
        self._look_through(stepper)

    def _run_on(self, stepper: Stepper) -> None:
        """Iterate until a picture is due: as time has passed, and as pictures are to take little of it."""
        now, spent = time.monotonic(), time.thread_time() + _SHARE * self._picture_seconds
        stepper.run_until(now + _FRAME_SECONDS, self._asked)
        while stepper.now.pace.goes_on and not self._asked() and time.thread_time() < spent:
            if time.monotonic() >= now + _LATEST_SECONDS:
                break
            stepper.run_until(0.0, self._asked)

    def _asked(self) -> bool:
        return not self._commands.empty

    def _look_at_watches(self, stepper: Stepper) -> None:
        """Evaluate what is watched once the picture is up, unless a command waits: no key waits for it."""
        place = stepper.now.standing.record, stepper.now.view.ran
        watches = stepper.now.beside.watches
        if watches.due(*place) and self._commands.empty:
            self._work(lambda: watches.look(stepper.now.session, *place))
            self._publish()

    def _look_through(self, stepper: Stepper) -> None:
        """Look through large tensors while no command waits, and tell how far that is."""
        surveys = stepper.now.summaries.surveys
        while surveys.due and self._commands.empty and not (stepper.now.pace.running or self._stopping):
            self._work(lambda: surveys.go_on(_TOLD_SECONDS, lambda: not self._commands.empty))
            self._publish()

    def _check_lines(self, stepper: Stepper) -> None:
        """Judge the lines unless a command waits; one that comes meanwhile puts it off."""
        with self._jobs.lock:
            self._checks_lines = True
        if self._commands.empty:
            self._work(stepper.check_lines)
            self._publish()
        with self._jobs.lock:
            self._checks_lines = False
            stepper.now.line_check.go_on()

    def _work(self, job: Callable[[], None]) -> None:
        """Do one job that a cancel can reach; nothing of a late cancel leaks into the next."""
        stepper = self._stepper
        assert stepper is not None
        try:
            self._jobs.begin()
            job()
        except BaseException as error:
            stepper.stumble(error)
        finally:
            self._jobs.end()
            stepper.now.cancel.clear()

    def _publish(self) -> None:
        stepper, began = self._stepper, time.thread_time()
        assert stepper is not None
        try:
            frame = stepper.frame(self._commands.handled)
        except Exception as error:
            frame = self._apology(error)
        self._show(frame)
        self._picture_seconds = time.thread_time() - began

    def _show(self, frame: Frame) -> None:
        flush_streams()
        with self._jobs.lock:
            self._last = frame
            self._shown(frame)

    def _words(self) -> str:
        if self._checks_lines:
            return "the line check"
        return whereabouts(self._thread, self._program) or "own work"

    def _tell(self, job: int, words: str, seconds: int) -> None:
        """The last picture with what is at work now, unless that has ended meanwhile."""
        flush_streams()
        with self._jobs.lock:
            if self._jobs.runs(job):
                self._shown(self._last.at_work(words, seconds))

    def _apology(self, error: BaseException) -> Frame:
        """The last picture with what went wrong in ourselves."""
        status = replace(
            self._last.status,
            loading=False,
            line_check_due=False,
            watches_due=False,
            running=False,
            target=None,
        )
        failure = trouble(error, self._program, "the engine could not draw this: ")
        return replace(self._last, handled=self._commands.handled, status=status, failure=failure)


def _later(seconds: float, act: Callable[..., object], *arguments: object) -> None:
    timer = threading.Timer(seconds, act, arguments)
    timer.daemon = True
    timer.start()


def _warm_up() -> None:
    """Autograd's first backward costs a tenth of a second; better before the first key than after it."""
    import torch

    with torch.enable_grad():
        weight = torch.zeros(2, requires_grad=True)
        loss = ((weight * weight + weight - 1) ** 2).sum() / 2
    loss.backward()  # type: ignore[no-untyped-call]
