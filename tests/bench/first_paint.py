"""From the start of the process to the first picture, beside a Textual app that shows one word.

Both are started as an installed program is, with compiled bytecode, whatever the environment says.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile

from terminal import COLUMNS, ROWS, Replay, Terminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready", markup=False)
Empty().run()
"""
ROUNDS = 11
GOAL = 1.2
PAINTED, READY = "iteration   ← → statement", " ready "
"""What stands on the screen with the first picture, and once the program has begun."""


def moments(command: list[str], *wanted: str) -> list[float]:
    """Milliseconds from the start of the process until each of the wanted texts stands on the screen."""
    terminal, replay = Terminal(command), Replay()
    found: list[float] = []
    try:
        for _ in range(100):
            chunks = terminal.chunks(0.1, 10.0)
            for chunk, text in zip(chunks, replay.feed(chunks), strict=True):
                while len(found) < len(wanted) and wanted[len(found)] in text:
                    found.append((chunk.at - terminal.started) * 1e3)
            if len(found) == len(wanted):
                return found
    finally:
        terminal.close()
    sys.exit(f"{wanted[len(found)]!r} never came\n{replay.text}")


def measure() -> tuple[list[float], list[float], list[float]]:
    """Start both in turn, so that what else the machine does falls on both alike; the first ones compile."""
    empty, painted, ready = [], [], []
    for _ in range(ROUNDS + 1):
        empty += moments([sys.executable, "-c", EMPTY], "ready")
        first, second = moments([sys.executable, "-m", "backprop_tui"], PAINTED, READY)
        painted.append(first)
        ready.append(second)
    return empty[1:], painted[1:], ready[1:]


def main() -> None:
    """Print the ratio."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        empty, painted, ready = measure()
    ratio = statistics.median(one / other for one, other in zip(painted, empty, strict=True))
    print(f"first paint, {COLUMNS} x {ROWS}, {ROUNDS} starts each")
    for name, found in (("empty app", empty), ("backprop-tui", painted), ("until ready", ready)):
        print(f"{name:<14} floor {min(found):4.0f}  p50 {statistics.median(found):4.0f} ms")
    print(f"backprop-tui / empty app {ratio:.2f} (goal {GOAL})")


if __name__ == "__main__":
    main()
