"""From a key to what it changes on the screen while the engine is at work, 120 by 40.

First while a run goes at full speed; then while one line holds the interpreter of the engine's process, and
only the screen can answer.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from terminal import COLUMNS, ROWS, Replay, Terminal

KEYS = 30
WINDOW = 0.3
"""Seconds of output after each key that are looked through."""
DOWN, UP = b"\x1b[B", b"\x1b[A"
PAGE_UP, PAGE_DOWN = b"\x1b[5~", b"\x1b[6~"
NARRATION = "".join(f"# line {n} of the narration\n#\n" for n in range(60))
HELD = f"""\
# %% [markdown]
{NARRATION}# %% setup
import torch
# %% parameters
W = torch.randn(1)
# %% forward
if iteration == 1: sum(range(10**12))
loss = (W * W).sum()
"""


class App:
    """The app in its terminal, and the milliseconds from each key to what it changes."""

    def __init__(self, *arguments: str) -> None:
        self.terminal, self.replay = Terminal([sys.executable, "-m", "backprop_tui", *arguments]), Replay()
        self.milliseconds: list[float] = []

    def until(self, text: str) -> None:
        """Read until the text stands on the screen."""
        deadline = time.perf_counter() + 60
        while text not in self.replay.text:
            if time.perf_counter() > deadline:
                sys.exit(f"{text!r} never came\n{self.replay.text}")
            self.replay.feed(self.terminal.chunks(0.1, 1.0))

    def press(self, key: bytes, wanted: str) -> None:
        """One key, and when what it asks for stands on the screen."""
        sent = self.terminal.send(key)
        for _ in range(20):
            chunks = self.terminal.read_for(WINDOW)
            for chunk, text in zip(chunks, self.replay.feed(chunks), strict=True):
                if wanted in text:
                    self.milliseconds.append((chunk.at - sent) * 1e3)
                    return
        sys.exit(f"{wanted!r} never came\n{self.replay.text}")

    def line(self, name: str, goal: str) -> str:
        """The facts in one row."""
        found = self.milliseconds
        p95 = statistics.quantiles(found, n=20)[-1]
        return f"{name:<44} p50 {statistics.median(found):6.2f}  p95 {p95:6.2f} ms  n {len(found)} ({goal})"


def while_it_runs() -> str:
    """Select tensors while a run goes at full speed."""
    app = App()
    app.until(" ready ")
    app.terminal.send(b"r")
    app.until("▶ running")
    for _ in range(KEYS):
        app.press(DOWN, "▸ B1")
        app.press(UP, "▸ W1")
    app.terminal.close()
    return app.line("a tensor selected while a run goes", "p95 goal 30 ms")


def while_it_is_held() -> tuple[str, str]:
    """Scroll the program, and open and close the output, while nothing comes from the engine."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "held.py"
        path.write_text(HELD)
        scrolled, opened = App(str(path)), App(str(path))
        for app in (scrolled, opened):
            app.until(" ready ")
            app.terminal.send(b"  ")
            app.until("forward, line 127")
        scrolled.terminal.send(PAGE_UP * 9)  # the picture before the held line may have come, or not
        scrolled.until("line 0 of the narration")
        for _ in range(KEYS // 2):
            scrolled.press(PAGE_DOWN, "line 20 of the narration")
            scrolled.press(PAGE_UP, "line 0 of the narration")
            opened.press(b"o", "output ·")
            opened.press(b"o", "tensor ")
        for app in (scrolled, opened):
            app.terminal.close()
    return (
        scrolled.line("the program scrolled while a line is held", "goal 50 ms"),
        opened.line("the output opened while a line is held", "goal 50 ms"),
    )


def main() -> None:
    """Print them."""
    print(f"key to changed screen while the engine is at work, {COLUMNS} x {ROWS}")
    print(while_it_runs())
    print(*while_it_is_held(), sep="\n")


if __name__ == "__main__":
    main()
