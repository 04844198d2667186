"""How the command line prints: by rich, on a terminal as in a pipe."""

from __future__ import annotations

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from ...engine.program.printable import printable


class PlainConsole(Console):
    """A rich console for text that others wrote: no markup, and nothing cut off in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        # A pipe has no width, and a narrow guess would wrap the columns that a script reads.
        width = None if stream.isatty() else 10_000
        super().__init__(file=stream, width=width, markup=False, highlight=False, emoji=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich does, with nothing in the text that a terminal would obey."""
        super().print(*map(_printable, objects), **options)


def _printable(printed: object) -> object:
    if isinstance(printed, Text):
        cleaned = printed.copy()
        cleaned.plain = printable(printed.plain)
        return cleaned
    return printable(printed) if isinstance(printed, str) else printed
