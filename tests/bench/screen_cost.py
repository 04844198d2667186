"""What a run costs that is seen on the screen, against `check` of as many iterations, in processor time.

The screen's is that of both its processes, from the key that runs to the picture of the last iteration; how
often it was painted meanwhile is counted in the marks of synchronised output.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

from terminal import COLUMNS, ROWS, Replay, Terminal

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load

ITERATIONS, ROUNDS, GOAL = 1000, 5, 1.5
PICTURE = b"\x1b[?2026h"
CLOCK = os.sysconf("SC_CLK_TCK")


def checked(name: str) -> float:
    """The seconds of so many iterations more in `check`."""
    program = load(name)

    def seconds(iterations: int) -> float:
        began = time.process_time()
        check(program, iterations=iterations)
        return time.process_time() - began

    return seconds(ITERATIONS + 1) - seconds(1)


def seen(name: str) -> tuple[float, float]:
    """The seconds of so many iterations on the screen, and how often it was painted in one second."""
    terminal, replay = Terminal([sys.executable, "-m", "backprop_tui", name]), Replay()
    _until(terminal, replay, lambda text: " ready " in text)
    terminal.send(b" ")
    _until(terminal, replay, lambda text: "iteration 0" in text and "to come" not in text)
    processes = _family(terminal.process)
    before, began = sum(map(_seconds, processes)), time.perf_counter()
    terminal.send(b"g%d\r" % ITERATIONS)
    pictures = _until(terminal, replay, lambda text: f"iteration {ITERATIONS}  " in text)
    spent, took = sum(map(_seconds, processes)) - before, time.perf_counter() - began
    terminal.close()
    return spent, pictures / took


def _until(terminal: Terminal, replay: Replay, holds: Callable[[str], bool]) -> int:
    """Read until the screen is so; how many pictures that took."""
    pictures = 0
    while not holds(replay.text):
        chunks = terminal.chunks(0.2, 60)
        if not chunks:
            sys.exit(f"it never came\n{replay.text}")
        replay.feed(chunks)
        pictures += sum(chunk.data.count(PICTURE) for chunk in chunks)
    return pictures


def _family(process: int) -> list[int]:
    """A process and those that it has started, and those that these have."""
    with open(f"/proc/{process}/task/{process}/children") as children:
        return [process, *(one for child in children.read().split() for one in _family(int(child)))]


def _seconds(process: int) -> float:
    """The processor time of a process so far."""
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


def main() -> None:
    """Print the ratios."""
    if not os.path.exists("/proc/self/stat"):
        sys.exit("processor time of other processes is read in /proc, which is not here")
    print(f"{ITERATIONS} iterations on the screen, {COLUMNS} x {ROWS}, against check; processor time")
    for name in ("linear_regression", "batchnorm_mlp"):
        ratios, rates = [], []
        for _ in range(ROUNDS):
            plain = checked(name)
            spent, rate = seen(name)
            ratios.append(spent / plain)
            rates.append(rate)
        each = plain / ITERATIONS * 1e6
        found = f"{statistics.median(ratios):.2f} (goal {GOAL}; {min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name}: screen / check {found}; check {each:.0f} µs; {max(rates):.0f} pictures/s (goal 30)")


if __name__ == "__main__":
    main()
