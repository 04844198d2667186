"""What the program pane paints of a program, and which of its lines are folded away."""

from __future__ import annotations

from functools import lru_cache
from itertools import count, takewhile

from msgspec import Struct
from msgspec.structs import replace

from ...engine.debugger.folds import Folds
from ...engine.program.program import Program
from ..drawing.box import FRAME, PADDING
from ..drawing.line import Line, plain, width_of
from .highlighting import narration_lines, source_lines
from .narration import paragraphs
from .search import Search


class Source(Struct, frozen=True, eq=False):
    """What of the program never changes: its coloured lines and where its titles stand."""

    lines: tuple[Line, ...]
    titles: dict[int, str]
    narration: frozenset[int]
    continued: frozenset[int]
    """Lines of narration that go on with the paragraph of the line before."""
    digits: int
    search: Search | None = None
    """What is marked in it."""
    folded: bool = False
    """Whether of narration only the first line is seen."""

    @property
    def gutter(self) -> int:
        """Columns before the code: sign, number, ▸."""
        return self.digits + 5


@lru_cache(maxsize=4)
def columns_of_code(source: Source) -> int:
    """How wide a pane is in which no line of code is cut."""
    lines = enumerate(source.lines, 1)
    widest = max((width_of(line) for number, line in lines if number not in source.narration), default=0)
    return FRAME + 2 * PADDING + source.gutter + widest


def source_of(program: Program, *, coloured: bool = True) -> Source:
    """What is painted of a program; to colour it takes a moment."""
    titles = {s.title_line: s.kind for s in program.sections if s.title_line is not None}
    digits = max(len(str(len(program.lines))), 2)
    lines, narration = source_lines(program, coloured=coloured), narration_lines(program)
    return Source(lines, titles, narration, narration - paragraphs(lines, narration), digits)


@lru_cache(maxsize=8)
def looked_at(source: Source, search: Search | None, folded: bool) -> Source:
    return replace(source, search=search, folded=folded)


@lru_cache(maxsize=8)
def folds_of(source: Source) -> Folds:
    """What is folded away of the narration: of what stands together all but the first line with words."""
    folds: list[tuple[int, int]] = []
    for number in sorted(source.narration):
        if number - 1 not in source.narration:
            together = takewhile(source.narration.__contains__, count(number))
            kept = next((n for n in together if plain(source.lines[n - 1])), number)
        if number == kept:
            continue
        if folds and folds[-1][1] == number - 1:
            folds[-1] = (folds[-1][0], number)
        else:
            folds.append((number, number))
    return tuple(folds)
