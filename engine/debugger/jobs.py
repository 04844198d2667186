"""What the engine is at, told from outside when it takes long: the job itself pays for nothing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

from ..execution.cancel import Cancelled
from ..program.around import EXPRESSION
from ..program.program import Program

_LONG_SECONDS = 0.3
"""After so long the screen is told what is at work, and that it can be stopped."""
_LOOK_SECONDS = 0.1
AT_EXPRESSION = "the expression"
"""What is at work where something is evaluated that somebody typed."""


class Jobs:
    """The job under way, if any, and since when. `lock` guards whatever must not change while one ends."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.number = 0
        self.busy = False
        self._since = 0.0

    def begin(self) -> None:
        """A job begins."""
        with self.lock:
            self.number += 1
            self.busy = True
            self._since = time.monotonic()

    def runs(self, number: int) -> bool:
        """Whether it is still that job. To be called with the lock."""
        return self.busy and self.number == number

    def break_in(self, number: int, thread: int) -> None:
        """Raise in the thread itself, if it is still at that job: a loop in a function has no hooks."""
        with self.lock:
            if self.runs(number):
                _raise_in(thread, Cancelled)

    def end(self) -> None:
        """The job is over, and nothing that was to be raised in it leaks into the next."""
        with self.lock:
            self.busy = False
            _raise_in(threading.get_ident(), None)

    def long(self) -> int | None:
        """The number of the job under way, if it has been for long."""
        with self.lock:
            takes_long = self.busy and time.monotonic() - self._since >= _LONG_SECONDS
            return self.number if takes_long else None


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """What a thread is to raise next; None takes it back."""
    import ctypes  # takes a while, and nothing is to be raised before the first picture

    raised = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def watch(
    jobs: Jobs, words: Callable[[], str], tell: Callable[[int, str, int], None], over: Callable[[], bool]
) -> None:
    """On a thread of its own, until it is over: tell of a job that takes long, where it is, how long."""

    def look() -> None:
        place, since, told = (0, ""), 0.0, -1
        while not over():
            time.sleep(_LOOK_SECONDS)
            number = jobs.long()
            if number is None:
                place = (0, "")
                continue
            now = time.monotonic()
            if (number, words()) != place:
                place, since, told = (number, words()), now, -1
            if (seconds := int(now - since)) != told:
                told = seconds
                tell(*place, seconds)

    threading.Thread(target=look, name="watch", daemon=True).start()


def whereabouts(thread: int, program: Program) -> str:
    """`forward, line 6`: the section's own statement that runs; nothing where none does."""
    frame = sys._current_frames().get(thread)
    line, evaluates = 0, False
    while frame is not None:
        evaluates = evaluates or frame.f_code.co_filename == EXPRESSION
        if frame.f_code.co_filename == program.filename:
            line = frame.f_lineno
        frame = frame.f_back
    kinds = [s.kind for s in program.sections if line in s.numbers]
    if evaluates:
        return AT_EXPRESSION
    return f"{kinds[0]}, line {line}" if kinds else ""
