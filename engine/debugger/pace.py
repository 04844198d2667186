"""How fast iterations follow each other while the program runs free, and where it is to stop."""

from __future__ import annotations

import time

SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 30, 100, None)
"""Iterations per second; None is as fast as it goes."""


class Pace:
    """Whether the program runs free, how fast, and how far."""

    def __init__(self) -> None:
        self.running = False
        self.target: int | None = None
        """How many iterations are to be complete; None runs on."""
        self.straight = False
        """Whether it goes there whatever stops a run."""
        self._speed = len(SPEEDS) - 1
        self._due = 0.0

    def run(self, target: int | None = None, *, straight: bool = False) -> None:
        """Run free from now on."""
        self.running, self.target, self.straight = True, target, straight
        self._due = time.monotonic()

    def pause(self) -> None:
        """Stop running free."""
        self.running, self.target = False, None

    def toggle(self) -> None:
        """Pause, or run free without an end."""
        if self.running:
            self.pause()
        else:
            self.run()

    def change(self, by: int) -> None:
        """Faster (+1) or slower (-1)."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)

    @property
    def words(self) -> str:
        """The speed in words."""
        speed = SPEEDS[self._speed]
        return "as fast as it goes" if speed is None else f"{speed:g} a second"

    def reached(self, iterations: int) -> bool:
        """Whether so many complete iterations are as many as were wanted."""
        return self.target is not None and iterations >= self.target

    def passed(self, now: float) -> bool:
        """An iteration was run at this moment; whether the next one has to wait."""
        speed = None if self.target is not None else SPEEDS[self._speed]
        self._due = now if speed is None else max(self._due + 1 / speed, now)
        return self._due > now

    @property
    def goes_on(self) -> bool:
        """Whether the next iteration is due now."""
        return self.running and self._due <= time.monotonic()

    def wait_seconds(self) -> float | None:
        """How long the thread may sleep: until a command while paused, else until it is due."""
        return max(self._due - time.monotonic(), 0.0) if self.running else None
