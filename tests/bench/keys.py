"""Key to painted frame in a real pseudo-terminal, 120 by 40, beside two floors in the same run.

The floors are a process that echoes a counter straight to the terminal, and a minimal Textual app
whose counter is a `var`. `whole` is the moment from which the screen looks as it does once all is
painted; the wanted text has to stand on it by then.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, field

from terminal import COLUMNS, ROWS, Chunk, Replay, Terminal

ECHO = """
import sys, tty
tty.setraw(0)
n = 0
sys.stdout.write("\\x1b[2J\\x1b[Hready")
sys.stdout.flush()
while sys.stdin.buffer.raw.read(1):
    n += 1
    sys.stdout.write(f"\\x1b[H#{n}  ")
    sys.stdout.flush()
"""
MINIMAL = """
from textual.app import App
from textual.reactive import var
from textual.widgets import Static
class Minimal(App):
    count = var(0)
    def compose(self):
        yield Static("ready", markup=False)
    def on_key(self):
        self.count += 1
    def watch_count(self, count):
        if count:
            self.query_one(Static).update(f"#{count}", layout=False)
Minimal().run()
"""
WARM, KEYS = 10, 60
GOALS = "goals: p50 8 ms, p95 16 ms, 6 kB"


@dataclass
class Series:
    """The latencies of one key in one process, in milliseconds, and the bytes that each took."""

    name: str
    shown: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def add(self, sent: float, chunks: list[Chunk], texts: list[str], wanted: str) -> None:
        """One key."""
        if not texts or wanted not in texts[-1]:
            sys.exit(f"{self.name}: {wanted!r} never came\n" + (texts[-1] if texts else ""))
        first = next(i for i, text in enumerate(texts) if wanted in text)
        last = next(i for i, text in enumerate(texts) if text == texts[-1])
        self.shown.append((chunks[first].at - sent) * 1e3)
        self.whole.append((chunks[max(first, last)].at - sent) * 1e3)
        self.sizes.append(sum(len(chunk.data) for chunk in chunks))

    def line(self) -> str:
        """The facts in one row."""
        p50, p95 = statistics.median(self.whole), statistics.quantiles(self.whole, n=20)[-1]
        return (
            f"{self.name:<34} floor {min(self.whole):6.2f}  p50 {p50:6.2f}  p95 {p95:6.2f} ms  "
            f"text p50 {statistics.median(self.shown):6.2f}  "
            f"{statistics.median(self.sizes):6.0f} bytes (most {max(self.sizes)})  n {len(self.whole)}"
        )


@dataclass
class Subject:
    """A process under test: what to press, and what must stand on the screen after the nth press."""

    name: str
    command: list[str]
    keys: tuple[bytes, ...]
    """Pressed in turn."""
    wanted: list[str]
    ready: str = "ready"


def subjects() -> list[Subject]:
    """The two floors, and the app by iteration and by statement."""
    count = WARM + KEYS
    iterations = [f"iteration {n} " for n in range(count)]
    echoed = [f"#{n + 1}" for n in range(count)]
    app = [sys.executable, "-m", "backprop_tui"]
    return [
        Subject("raw echo", [sys.executable, "-c", ECHO], (b" ",), echoed),
        Subject("minimal app", [sys.executable, "-c", MINIMAL], (b" ",), echoed),
        Subject("space, linear regression", app, (b" ",), iterations),
        Subject("right, linear regression", app, (b"\x1b[C",), _statements(count)),
        Subject("space, batch norm MLP", [*app, "batchnorm_mlp"], (b" ",), iterations),
    ]


def _statements(count: int) -> list[str]:
    """The program has 5 forward, 7 backward and 2 update statements."""
    phases = [("forward", 5), ("backward", 7), ("update", 2)]
    one = [f"{phase:>8} {n:>2}/{of} " for phase, of in phases for n in range(1, of + 1)]
    return [one[n % len(one)] for n in range(count)]


class Run:
    """A subject in its terminal, pressed one key at a time."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.series = Series(subject.name)
        self.terminal = Terminal(subject.command)
        self.replay = Replay()
        self._pressed = 0
        deadline = time.monotonic() + 60
        while subject.ready not in self.replay.text and time.monotonic() < deadline:
            self.replay.feed(self.terminal.chunks(0.3, 1.0))
        self.replay.feed(self.terminal.chunks(1.0, 1.0))

    def press(self) -> None:
        """One key; the first few warm up and do not count: the lines are checked after the first."""
        warm = self._pressed >= WARM
        time.sleep(0.02)
        sent = self.terminal.send(self.subject.keys[self._pressed % len(self.subject.keys)])
        wanted = self.subject.wanted[self._pressed]
        chunks: list[Chunk] = []
        texts: list[str] = []
        # a busy machine may stop for longer than any pause that tells the end of a frame
        while not (texts and wanted in texts[-1]) and time.perf_counter() < sent + 5.0:
            chunks += self.terminal.chunks(0.08 if warm else 0.6, 5.0)
            texts += self.replay.feed(chunks[len(texts) :])
        series = self.series if warm else Series(self.subject.name)
        series.add(sent, chunks, texts, wanted)
        self._pressed += 1


def main() -> None:
    """Press all in turn, so that what else the machine does falls on all alike."""
    runs = [Run(subject) for subject in subjects()]
    try:
        for _ in range(WARM + KEYS):
            for run in runs:
                run.press()
    finally:
        for run in runs:
            run.terminal.close()
    print(f"key to painted frame, {COLUMNS} x {ROWS} ({GOALS})")
    floor = statistics.median(runs[1].series.whole)
    for run in runs:
        times = statistics.median(run.series.whole) / floor
        print(f"{run.series.line()}  {times:.2f} x the minimal app")


if __name__ == "__main__":
    main()
