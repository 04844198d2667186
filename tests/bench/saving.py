"""From a save to the verdict: what the engine takes for another text of the 26-gradient MLP, in one process.

The file is read, the iteration on the screen runs again with it, every gradient is compared, and the
picture is made. The lines are judged alone after that, as after any iteration.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Reload, Unit
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program_text import text_of

PROGRAM = "batchnorm_mlp"
ROUNDS, GOAL = 21, 150
RIGHT, WRONG = "dhpreact = ", "dhpreact = 2 * "


def main() -> None:
    """Print the milliseconds of a save that puts a line right, and of one that makes it wrong."""
    right = load(PROGRAM).text
    wrong = right.replace(RIGHT, WRONG, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{PROGRAM}.py"
        path.write_text(wrong)
        stepper = Stepper(load(str(path)), 0)
        stepper.begin()
        stepper.handle(Advance(Unit.ITERATION))
        found: dict[str, list[float]] = {}
        for number in range(1, 2 * ROUNDS + 1):
            text = right if number % 2 else wrong
            path.write_text(text)
            found.setdefault("right" if number % 2 else "wrong", []).append(
                _milliseconds(stepper, path, number)
            )
    for words, times in found.items():
        took = statistics.median(times)
        print(f"{PROGRAM}, a line is {words} now: save to verdict {took:.0f} ms (goal {GOAL})")


def _milliseconds(stepper: Stepper, path: Path, number: int) -> float:
    began = time.perf_counter()
    stepper.handle(Reload(text_of(load(str(path))), number))
    stepper.frame(0)
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
