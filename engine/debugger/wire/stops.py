"""Where a run is to stop: plain data, and the sentences of a run that did. Nothing here needs torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from ...program.moves import Moves


class Stops(Struct, frozen=True):
    """What stops a run before its end: a line, or a condition in the iteration where it begins to hold."""

    lines: frozenset[int] = frozenset()
    """Breakpoints, by the numbers of the lines that they stand before."""
    not_finite: bool = True
    """The loss, or a gradient, is infinite or NaN."""
    failing: bool = False
    """A gradient fails."""
    below: float | None = None
    """The loss is below this."""
    rises: int | None = None
    """The loss rose so many times in a row."""
    expression: str = ""
    """An expression over the program's names is true after the iteration."""

    def toggled(self, line: int) -> Stops:
        """With a breakpoint before a line, or without the one that is there."""
        return replace(self, lines=self.lines ^ {line})

    def moved(self, moves: Moves) -> Stops:
        """Those of a text in a later one."""
        return replace(self, lines=frozenset(map(moves, self.lines)))


class Stop(Struct, frozen=True):
    """A run that stopped: in words, with so many steps of the iteration behind it."""

    words: str
    ran: int
    line: int | None = None
    """The line that it stopped before; None where it stopped behind one."""
    gradient: str = ""
    """The tensor whose gradient it stopped for."""


def at_breakpoint(line: int, ran: int) -> Stop:
    """A stop before a line."""
    return Stop(f"stopped at line {line} · breakpoint", ran, line)
