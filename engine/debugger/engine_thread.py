"""The engine thread: it owns the session and every tensor; commands go in, frames come out."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..execution.cancel import Cancelled
from ..execution.failure import own_mistake
from ..execution.recording.captured_output import Output, capture_thread
from ..program.program import Program
from .command_queue import CommandQueue
from .commands import Command
from .frame import Frame, opening_frame
from .jobs import Jobs, watch, whereabouts
from .latest_frame import LatestFrame

if TYPE_CHECKING:
    from .stepper import Stepper

_FRAME_SECONDS = 1 / 30
_GRACE_SECONDS = 0.25


class Engine:
    """One owned daemon thread. Torch is imported there, after `start`, never at import.

    `on_frame` is called on the engine thread when a frame waits and the last one was taken; the
    screen then calls `take` for the newest. So frames coalesce, and one message is under way at most.
    `output` keeps what the program prints.
    """

    def __init__(
        self, program: Program, seed: int, on_frame: Callable[[], None], output: Output | None = None
    ) -> None:
        self._program = program
        self._output = output if output is not None else Output()
        self._seed = seed
        self._commands = CommandQueue()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._jobs = Jobs()
        self._latest = LatestFrame(self._jobs.lock, on_frame)
        self._last = opening_frame(program)
        self._stepper: Stepper | None = None
        self._checks_lines = False
        self._stopping = False

    @property
    def sent(self) -> int:
        """How many commands were sent; a frame whose `handled` equals it is up to date."""
        return self._commands.sent

    @property
    def alive(self) -> bool:
        """Whether the thread runs; after `stop` it may hang in code that cannot be interrupted."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; commands sent before torch is there wait in order."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        # in one go: a command handled meanwhile must not stop the line check that follows it
        with self._jobs.lock:
            self._commands.send(command)
            if self._checks_lines and self._stepper is not None:
                self._stepper.line_check.give_way()

    def take(self) -> Frame | None:
        """The newest frame, once; None when it was taken before."""
        return self._latest.take()

    def cancel(self) -> None:
        """Stop what runs: a run after its iteration, a statement that never ends after a moment."""
        with self._jobs.lock:
            stepper, job, busy = self._stepper, self._jobs.number, self._jobs.busy
        if stepper is None or not busy:
            return
        self._commands.call_off()
        stepper.pace.pause()
        for seconds, force in ((_GRACE_SECONDS, self._interrupt), (0.6, self._break_into_program)):
            timer = threading.Timer(seconds, force, (job,))
            timer.daemon = True
            timer.start()

    def stop(self) -> None:
        """Cancel and end the thread; waits briefly, never long."""
        self._stopping = True
        self._latest.close()
        self._commands.wake()
        if not self._thread.is_alive():
            return
        self._interrupt(self._jobs.number)
        self._thread.join(0.2)
        if self._thread.is_alive():
            self._jobs.break_in(self._jobs.number, self._thread.ident or 0)
            self._thread.join(0.3)

    def _interrupt(self, job: int) -> None:
        """Raise the flag that every hook looks at, if the same job still runs."""
        with self._jobs.lock:
            if self._stepper is not None and self._jobs.runs(job):
                self._stepper.cancel.ask()

    def _break_into_program(self, job: int) -> None:
        """Not where the program has stopped already and its long record is being looked through."""
        thread = self._thread.ident or 0
        if whereabouts(thread, self._program):
            self._jobs.break_in(job, thread)

    def _main(self) -> None:
        try:
            self._live()
        except BaseException as error:
            self._show(self._apology(error))

    def _live(self) -> None:
        from .stepper import Stepper

        stepper = Stepper(self._program, self._seed, self._output)
        with self._jobs.lock:
            self._stepper = stepper
        watch(self._jobs, self._words, self._tell, lambda: self._stopping)
        with capture_thread(self._output):
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
        command = self._commands.next(stepper.pace.wait_seconds())
        if self._stopping:
            return
        if command is None:
            self._work(lambda: stepper.run_until(time.monotonic() + _FRAME_SECONDS))
        else:
            if self._commands.stands(command):
                self._work(lambda: stepper.handle(command))
            self._commands.done()
        if command is None or self._commands.empty:
            self._publish()
        if stepper.line_check.due:
            self._check_lines(stepper)

    def _check_lines(self, stepper: Stepper) -> None:
        """Judge the lines unless a command waits; one that comes meanwhile puts it off."""
        with self._jobs.lock:
            self._checks_lines = True
        if self._commands.empty:
            self._work(stepper.check_lines)
            self._publish()
        with self._jobs.lock:
            self._checks_lines = False
            stepper.line_check.go_on()

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
            stepper.cancel.clear()

    def _publish(self) -> None:
        stepper = self._stepper
        assert stepper is not None
        try:
            frame = stepper.frame(self._commands.handled)
        except Exception as error:
            frame = self._apology(error)
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        self._last = frame
        self._latest.offer(frame)

    def _words(self) -> str:
        if self._checks_lines:
            return "the line check"
        return whereabouts(self._thread.ident or 0, self._program) or "between two lines"

    def _tell(self, job: int, words: str) -> None:
        """The last picture with what is at work now, unless that has ended meanwhile."""
        last = self._last
        busy = replace(last, status=replace(last.status, loading=False, busy=words))
        self._latest.offer(busy, lambda: self._jobs.runs(job))

    def _apology(self, error: BaseException) -> Frame:
        """The last picture with what went wrong in ourselves."""
        status = replace(self._last.status, loading=False, line_check_due=False, running=False, target=None)
        failure = own_mistake(error, "the engine could not draw this: ")
        return replace(self._last, handled=self._commands.handled, status=status, failure=failure)


def _warm_up() -> None:
    """Autograd's first backward costs a tenth of a second; better before the first key than after it."""
    import torch

    with torch.enable_grad():
        weight = torch.zeros(2, requires_grad=True)
        loss = ((weight * weight + weight - 1) ** 2).sum() / 2
    loss.backward()  # type: ignore[no-untyped-call]
