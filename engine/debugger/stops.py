"""Where a run is to stop: plain data, and the sentences of a run that did. Nothing here needs torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stops:
    """What stops a run before its end."""

    lines: frozenset[int] = frozenset()
    """Breakpoints, by the numbers of the lines that they stand before."""

    def toggled(self, line: int) -> Stops:
        """With a breakpoint before a line, or without the one that is there."""
        return Stops(self.lines ^ {line})


@dataclass(frozen=True)
class Stop:
    """A run that stopped: in words, with so many steps of the iteration behind it, for this line."""

    words: str
    ran: int
    line: int | None = None


def at_breakpoint(line: int, ran: int) -> Stop:
    """A stop before a line."""
    return Stop(f"stopped at line {line} · breakpoint", ran, line)
