"""A million iterations of the linear regression as the screen runs them, and back to anywhere in them.

The engine stands in a process of its own, which is sent what keys send. What that process, and this one,
take in memory is printed on the way; then the milliseconds from asking for an iteration to its picture.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from backprop_tui.engine.debugger.wire.commands import Command, GoTo, ToggleRun
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.library import load

ITERATIONS = 1_000_000
WARM = 2_000
"""What is loaded, and filled once, is there after so many."""
TOLD = 10
GOAL = 64
JOURNEYS = 40


class Screen:
    """What a screen does: it takes the frames as they come."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._child = Child()
        program = load("linear_regression")
        self._engine = RemoteEngine(Keeping(None, program, 0), self._came.set, self._child)
        self._frame: Frame | None = None
        self._engine.start()

    def send(self, command: Command) -> None:
        """Ask for something, and wait until it is done."""
        self._engine.send(command)
        self._until(lambda frame: frame.handled == self._engine.sent and frame.status.target is None)

    def run_to(self, iterations: int) -> None:
        """Run until at least so many are complete."""
        self.send(ToggleRun())
        self._until(lambda frame: frame.complete >= iterations)
        self.send(ToggleRun())

    @property
    def complete(self) -> int:
        """How many iterations are complete."""
        return self._frame.complete if self._frame is not None else 0

    def megabytes(self) -> list[int]:
        """What the engine's process has in memory, and this one."""
        return [_megabytes(self._child._process.pid), _megabytes(os.getpid())]

    def stop(self) -> None:
        """End it."""
        self._engine.stop()

    def _until(self, holds: Callable[[Frame], bool]) -> None:
        while self._frame is None or not holds(self._frame):
            self._came.wait()
            self._came.clear()
            self._frame = self._engine.take() or self._frame
            if self._frame is not None and self._frame.failure is not None:
                sys.exit(self._frame.failure.message)


def _megabytes(process: int) -> int:
    """What a process has in memory, as every system tells it."""
    asked = ["ps", "-o", "rss=", "-p", str(process)]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) >> 10


def _journey(screen: Screen, iteration: int) -> float:
    began = time.perf_counter()
    screen.send(GoTo(iteration))
    assert screen.complete == iteration
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    """Print them."""
    screen, chance = Screen(), random.Random(0)
    screen.run_to(WARM)
    before, began = screen.megabytes(), time.perf_counter()
    print(f"after {screen.complete} iterations: engine {before[0]} MiB, screen {before[1]} MiB")
    for part in range(1, TOLD + 1):
        screen.run_to(ITERATIONS * part // TOLD)
        grown = [now - then for now, then in zip(screen.megabytes(), before, strict=True)]
        each = (time.perf_counter() - began) / (screen.complete - WARM) * 1e6
        words = f"engine grew by {grown[0]} MiB, screen by {grown[1]} (goal {GOAL}); {each:.0f} µs each"
        print(f"after {screen.complete} iterations: {words}", flush=True)
    last = screen.complete
    for back in (*(10**n for n in range(6) if 10**n < last), last - 1):
        times = []
        for _ in range(5):
            _journey(screen, last)
            times.append(_journey(screen, last - back))
        print(f"{back} back: {statistics.median(times):.0f} ms, at most {max(times):.0f}")
    times = [_journey(screen, chance.randrange(1, last)) for _ in range(JOURNEYS)]
    print(f"to anywhere from anywhere: {statistics.median(times):.0f} ms, at most {max(times):.0f}")
    grown = [now - then for now, then in zip(screen.megabytes(), before, strict=True)]
    print(f"then: engine grew by {grown[0]} MiB, screen by {grown[1]}")
    screen.stop()


if __name__ == "__main__":
    main()
