"""What only the screen knows of how it is looked at; no command tells the engine of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..drawing.line import Line
from .search import Search, search


class Looks(Struct, frozen=True):
    """How the panes are looked at."""

    up: int = 0
    """How many rows the output is scrolled up."""
    search: Search | None = None
    """What is searched for, as long as its marks stand."""
    zoomed: bool = False
    """Whether the pane with the focus has the place of the others."""
    folded: bool = False
    """Whether narration is folded to a line."""

    def over(self, lines: Sequence[Line]) -> Looks:
        """The same over other lines of the program."""
        if self.search is None:
            return self
        return replace(self, search=search(lines, self.search.text, self.search.line or 1))


PLAIN = Looks()
