"""The engine thread: it owns the session and every tensor; commands go in, frames come out."""

from __future__ import annotations

import ctypes
import gc
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from .commands import Command
from .frame import Failure, Frame
from .opening import opening_frame
from .program import Program
from .whereabouts import whereabouts

if TYPE_CHECKING:
    from .stepper import Stepper

_FRAME_SECONDS = 1 / 30
_GRACE_SECONDS = 0.25
_LONG_SECONDS = 0.3
"""After so long the screen is told what is at work, and that it can be stopped."""
_LOOK_SECONDS = 0.1
_CHECKING = "the check of every line"


class _Stop:
    """Sent to end the thread."""


class Engine:
    """One owned daemon thread. Torch is imported there, after `start`, never at import.

    `on_frame` is called on the engine thread when a frame waits and the last one was taken; the
    screen then calls `take` for the newest. So frames coalesce, and one message is under way at most.
    """

    def __init__(self, program: Program, seed: int, on_frame: Callable[[], None]) -> None:
        self._program = program
        self._seed = seed
        self._on_frame = on_frame
        self._queue: queue.SimpleQueue[Command | _Stop] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._last: Frame | None = None
        self._sent = 0
        self._handled = 0
        self._stepper: Stepper | None = None
        self._job = 0
        self._busy = False
        self._since = 0.0
        self._checking = False
        self._stopping = False

    @property
    def sent(self) -> int:
        """How many commands were sent; a frame whose `handled` equals it is up to date."""
        return self._sent

    @property
    def alive(self) -> bool:
        """Whether the thread runs; after `stop` it may hang in code that cannot be interrupted."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; commands sent before torch is there wait in order."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        self._sent += 1
        self._queue.put(command)
        with self._lock:
            if self._checking and self._stepper is not None:
                self._stepper.lines.give_way()

    def take(self) -> Frame | None:
        """The newest frame, once; None when it was taken before."""
        with self._lock:
            frame, self._frame = self._frame, None
        return frame

    def cancel(self) -> None:
        """Stop what runs: a run after its iteration, a statement that never ends after a moment."""
        with self._lock:
            stepper, job, busy = self._stepper, self._job, self._busy
        if stepper is None or not busy:
            return
        stepper.pace.pause()
        for seconds, force in ((_GRACE_SECONDS, self._interrupt), (0.6, self._break_into_program)):
            timer = threading.Timer(seconds, force, (job,))
            timer.daemon = True
            timer.start()

    def stop(self) -> None:
        """Cancel and end the thread; waits briefly, never long."""
        self._stopping = True
        self._queue.put(_Stop())
        if not self._thread.is_alive():
            return
        self._interrupt(self._job)
        self._thread.join(0.2)
        if self._thread.is_alive():
            self._break_in(self._job)
            self._thread.join(0.3)

    def _interrupt(self, job: int) -> None:
        """Raise the flag that every hook looks at, if the same job still runs."""
        with self._lock:
            if self._stepper is not None and self._busy and self._job == job:
                self._stepper.cancel.wanted = True

    def _break_into_program(self, job: int) -> None:
        """Not where the program has stopped already and its long record is being looked through."""
        if whereabouts(self._thread.ident or 0, self._program):
            self._break_in(job)

    def _break_in(self, job: int) -> None:
        """Raise in the thread itself: a loop inside a function has no hooks."""
        from .recorder import Cancelled

        with self._lock:
            if self._busy and self._job == job and self._thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread.ident), ctypes.py_object(Cancelled)
                )

    def _main(self) -> None:
        try:
            self._live()
        except BaseException as error:
            self._show(self._apology(error))

    def _live(self) -> None:
        from .output import capture_thread
        from .recorder import Cancelled
        from .stepper import Stepper

        stepper = Stepper(self._program, self._seed)
        with self._lock:
            self._stepper = stepper
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        with capture_thread(stepper.output):
            self._work(stepper.begin)
            self._publish()
            if self._queue.empty():
                _warm_up()
            gc.freeze()  # torch brings some 300,000 objects, which no collection has to pass through again
            while not self._stopping:
                # raised from outside, it may arrive when its job has just ended
                with suppress(Cancelled):
                    self._turn(stepper)

    def _turn(self, stepper: Stepper) -> None:
        """Handle what waits; while running, iterate until a frame is due."""
        command = self._next(stepper)
        if isinstance(command, _Stop):
            return
        if command is None:
            self._work(lambda: stepper.run_until(time.monotonic() + _FRAME_SECONDS))
        else:
            self._work(lambda: stepper.handle(command))
            self._handled += 1
        if command is None or self._queue.empty():
            self._publish()
        if stepper.lines.wanted:
            self._check(stepper)

    def _check(self, stepper: Stepper) -> None:
        """Judge the lines unless a command waits; one that comes meanwhile puts it off."""
        with self._lock:
            self._checking = True
        if self._queue.empty():
            self._work(stepper.check_lines)
            self._publish()
        with self._lock:
            self._checking = False
            stepper.lines.go_on()

    def _next(self, stepper: Stepper) -> Command | _Stop | None:
        try:
            return self._queue.get(timeout=stepper.pace.wait_seconds())
        except queue.Empty:
            return None

    def _work(self, job: Callable[[], None]) -> None:
        """Do one job that a cancel can reach; nothing of a late cancel leaks into the next."""
        stepper = self._stepper
        assert stepper is not None
        try:
            with self._lock:
                self._job += 1
                self._busy = True
                self._since = time.monotonic()
            job()
        except BaseException as error:
            stepper.stumble(error)
        finally:
            with self._lock:
                self._busy = False
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), None)
            stepper.cancel.wanted = False

    def _publish(self) -> None:
        stepper = self._stepper
        assert stepper is not None
        try:
            frame = stepper.frame(self._handled)
        except Exception as error:
            frame = self._apology(error)
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        with self._lock:
            fresh = self._frame is None
            self._frame = self._last = frame
        if fresh and not self._stopping:
            self._on_frame()

    def _watch(self) -> None:
        """On a thread of its own: tell of a job that takes long, as often as it stands elsewhere."""
        told = (0, "")
        while not self._stopping:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                job, long = self._job, self._busy and time.monotonic() - self._since >= _LONG_SECONDS
            if long and (job, words := self._words()) != told:
                told = (job, words)
                self._tell(job, words)

    def _words(self) -> str:
        if self._checking:
            return _CHECKING
        return whereabouts(self._thread.ident or 0, self._program) or "between two lines"

    def _tell(self, job: int, words: str) -> None:
        """The last picture with what is at work now, unless that has ended meanwhile."""
        last = self._last or opening_frame(self._program)
        busy = replace(last, status=replace(last.status, loading=False, busy=words))
        with self._lock:
            if not self._busy or self._job != job:
                return
            fresh = self._frame is None
            self._frame = busy
        if fresh and not self._stopping:
            self._on_frame()

    def _apology(self, error: BaseException) -> Frame:
        """The last picture with what went wrong in ourselves."""
        message = f"the engine could not draw this: {type(error).__name__}: {error}"
        failure = Failure("engine", None, "mistake of backprop-tui", message)
        last = self._last or opening_frame(self._program)
        status = replace(last.status, loading=False, checking=False, running=False, target=None)
        return replace(last, handled=self._handled, status=status, failure=failure)


def _warm_up() -> None:
    """Autograd's first backward costs a tenth of a second; better before the first key than after it."""
    import torch

    with torch.enable_grad():
        weight = torch.zeros(2, requires_grad=True)
        loss = ((weight * weight + weight - 1) ** 2).sum() / 2
    loss.backward()  # type: ignore[no-untyped-call]
