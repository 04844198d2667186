"""What is searched for in the program and among the tensors: where it stands, and how it is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..drawing.line import Line, Run, plain

FOUND, HERE = "found", "found-here"


class Search(Struct, frozen=True):
    """A text, and the lines that have it; in small letters it stands for large ones, too."""

    text: str
    lines: tuple[int, ...] = ()
    """Their numbers, from 1 on."""
    at: int = 0
    """Which of them is gone to."""

    @property
    def line(self) -> int | None:
        """The line that is gone to."""
        return self.lines[self.at] if self.lines else None

    @property
    def words(self) -> str:
        """`2 of 7`."""
        if not self.text:
            return ""
        return f"{self.at + 1} of {len(self.lines)}" if self.lines else "not in the program"

    def moved(self, by: int) -> Search:
        """At the next (+1) or the previous (-1) of the lines, round and round."""
        return replace(self, at=(self.at + by) % len(self.lines)) if self.lines else self

    def style_at(self, line: int) -> str:
        """How it is marked in a line."""
        return HERE if line == self.line else FOUND


def search(lines: Sequence[Line], text: str, start: int) -> Search:
    """Look for a text in lines as they are shown; it goes to the first that has it from line `start` on."""
    found = tuple(number for number, line in enumerate(lines, 1) if has(plain(line), text))
    return Search(text, found, next((at for at, number in enumerate(found) if number >= start), 0))


def has(line: str, text: str) -> bool:
    """Whether a text stands in a line."""
    return next(_places(line, text), None) is not None


def marked(line: Line, text: str, style: str) -> Line:
    """The line with one more style wherever the text stands in it."""
    places = [*_places(plain(line), text)]
    if not places:
        return line
    edges = sorted({edge for start in places for edge in (start, start + len(text))})
    runs: list[Run] = []
    at = 0
    for run in line:
        cuts = [edge - at for edge in edges if at < edge < at + len(run.text)]
        for start, end in zip([0, *cuts], [*cuts, len(run.text)], strict=True):
            inside = any(place <= at + start < place + len(text) for place in places)
            styles = f"{run.style} {style}".strip() if inside else run.style
            runs.append(run._replace(text=run.text[start:end], style=styles))
        at += len(run.text)
    return tuple(runs)


def _places(line: str, text: str) -> Iterator[int]:
    """Where a text begins in a line."""
    if text.islower():
        line = line.lower()
    at = line.find(text) if text else -1
    while at >= 0:
        yield at
        at = line.find(text, at + len(text))
