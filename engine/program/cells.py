"""The percent cell format: where cells begin, what they are called, which are narration.

The format is the one that Jupytext, VS Code, Spyder and PyCharm share: a line that begins with
`# %%`, then a title, then a cell type in brackets.
"""

from __future__ import annotations

import re

from msgspec import Struct

ASIDE = "# magic: "
"""What stands before a line of a notebook that is no Python; a comment, and no marker of a cell."""
_MARKER = re.compile(r"^#\s*%%+(?P<rest>.*)$")
_KIND = re.compile(r"\[(?P<kind>markdown|md|raw)\]", re.IGNORECASE)
_OPTIONS = re.compile(r"\s[\w.-]+=.*$")


class Cell(Struct, frozen=True):
    """One cell. Lines count from 1; `first` is the line after the marker, `last` is inclusive."""

    title: str
    narration: bool
    marker: int | None
    first: int
    last: int


def split(lines: tuple[str, ...]) -> tuple[Cell, ...]:
    """The cells of a file, in order; text before the first marker is a cell without one."""
    markers = [(n, m) for n, line in enumerate(lines, 1) if (m := _MARKER.match(line))]
    ends = [n - 1 for n, _ in markers[1:]] + [len(lines)]
    cells = [_cell(match.group("rest"), n, last) for (n, match), last in zip(markers, ends, strict=False)]
    head = markers[0][0] - 1 if markers else len(lines)
    return (Cell("", False, None, 1, head), *cells)


def _cell(rest: str, marker: int, last: int) -> Cell:
    title = _OPTIONS.sub("", _KIND.sub("", rest)).strip()
    return Cell(title, _KIND.search(rest) is not None, marker, marker + 1, last)
