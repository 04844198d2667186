"""Key to painted frame among the cells of a tensor: of 10^8 entries beside one of 100, and a minimal app.

To open a tensor, to go to another entry in numbers and in a heatmap, to find the next worst entry: none of
them may cost more than the screen is big. Each is pressed once everything there is to know has arrived.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from keys import KEYS, MINIMAL, WARM, Run, Series, Subject
from terminal import COLUMNS, ROWS

from backprop_tui.tui.panes.inspector import in_order

PROGRAM = """
# %% setup
import torch
x = torch.ones({size})
# %% parameters
W = torch.ones({size}, {size})
W[0, 0], W[0, 1] = 9.0, -7.0
# %% forward
loss = (W @ x).sum()
# %% backward
dW = torch.ones({size}, 1) * x
"""
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
ENTER = b"\r"
COUNT = WARM + KEYS
GOALS = "goals: 10^8 entries 1.2 x 100; in a heatmap 3 x the minimal app, 6 kB"


def stages(command: list[str]) -> list[tuple[Subject, tuple[bytes, ...]]]:
    """What is pressed and what then stands on the screen, after some keys that lead there."""
    cells = ["[0, 1", "[0, 0"] * COUNT
    worst, far = [in_order(number) for number in range(2, COUNT + 2)], ["]"] * COUNT
    return [
        (Subject("open", command, (DOWN, UP), ["─ x ", "─ W "] * COUNT), (b" ", b"1")),
        (Subject("move in numbers", command, (RIGHT, LEFT), cells), (ENTER, ENTER)),
        (Subject("next worst", command, (b"!",), worst), (b"!",)),
        (Subject("move in a heatmap", command, (RIGHT, LEFT), far), (b"t",)),
    ]


class Pressed(Run):
    """One process, pressed in stages."""

    def lead(self, subject: Subject, keys: tuple[bytes, ...]) -> None:
        """Press keys until the screen is at rest after each, then be at the next stage."""
        for key in keys:
            self.terminal.send(key)
            self._rest()
        self.subject, self.series, self._pressed = subject, Series(subject.name), 0

    def _rest(self) -> None:
        """Wait until nothing runs, nothing is looked through, and nothing has come for a while."""
        deadline = time.monotonic() + 120.0
        while time.monotonic() < deadline:
            quiet = not self.replay.feed(self.terminal.chunks(2.0, 3.0))
            if quiet and not any(words in self.replay.text for words in ("running", "looked through")):
                return


def main() -> None:
    """Press all in turn, so that what else the machine does falls on all alike."""
    minimal = Subject("minimal app", [sys.executable, "-c", MINIMAL], (b" ",), [])
    print(f"key to painted frame, {COLUMNS} x {ROWS} ({GOALS})")
    with TemporaryDirectory() as folder:
        files = {"100": Path(folder) / "small.py", "10^8": Path(folder) / "large.py"}
        for file, size in zip(files.values(), (10, 10_000), strict=True):
            file.write_text(PROGRAM.format(size=size), "utf-8")
        apps = {of: [sys.executable, "-m", "backprop_tui", str(file)] for of, file in files.items()}
        runs = {of: Pressed(stages(command)[0][0]) for of, command in apps.items()}
        floor = Run(minimal)
        try:
            for number in range(len(stages([]))):
                _stage(number, floor, runs)
        finally:
            for run in (floor, *runs.values()):
                run.terminal.close()


def _stage(number: int, floor: Run, runs: dict[str, Pressed]) -> None:
    for run in runs.values():
        run.lead(*stages(run.subject.command)[number])
    floor.series, floor._pressed = Series(floor.subject.name), 0
    echoed = range(number * COUNT + 1, (number + 1) * COUNT + 1)
    floor.subject = replace(floor.subject, wanted=[f"#{n}" for n in echoed])
    for _ in range(COUNT):
        for run in (floor, *runs.values()):
            run.press()
    _tell(floor, runs)


def _tell(floor: Run, runs: dict[str, Pressed]) -> None:
    median = {of: statistics.median(run.series.whole) for of, run in runs.items()}
    least = statistics.median(floor.series.whole)
    for of, run in runs.items():
        run.series.name += f", {of} entries"
        print(f"{run.series.line()}  {median[of] / least:.2f} x the minimal app")
    print(f"{'':<34} 10^8 entries against 100: {median['10^8'] / median['100']:.2f}")


if __name__ == "__main__":
    main()
