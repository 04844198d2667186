"""The heatmap: two rows of cells in a row of text where there are shades, else a sign for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from ...engine.debugger.wire.inspected import LEVELS, ODD, Heat
from ..drawing.line import Line, Run
from ..drawing.shades import CURSOR, OUTSIDE, WORST

_SIGNS = "·" + "+" * LEVELS + "-" * LEVELS + "!"


def paint_heat(heat: Heat, *, shades: bool) -> list[Line]:
    """As many rows of text as the engine has counted with."""
    if not heat.lines:
        return []
    return _halves(heat) if shades else [_signs(heat, line) for line in range(len(heat.lines))]


def _halves(heat: Heat) -> list[Line]:
    rows = [row for line in range(len(heat.lines)) for row in [_marked(heat, line)] * heat.tall]
    rows += [bytes([OUTSIDE]) * len(rows[0])] * (len(rows) % 2)
    return [_half(*pair, heat.wide) for pair in zip(rows[::2], rows[1::2], strict=True)]


def _marked(heat: Heat, line: int) -> bytes:
    """The levels of a line with the worst cell and the cursor in them, filled up to the longest."""
    row = bytearray(heat.lines[line].ljust(len(heat.lines[0]), bytes([OUTSIDE])))
    for place, level in ((heat.worst, WORST), (heat.cursor, CURSOR)):
        if place is not None and place[0] == line:
            row[place[1]] = level
    return bytes(row)


@lru_cache(maxsize=512)
def _half(upper: bytes, lower: bytes, wide: int) -> Line:
    return tuple(
        Run("▀" * (wide * sum(1 for _ in same)), f"heat-{above} ground-{below}")
        for (above, below), same in groupby(zip(upper, lower, strict=True))
    )


def _signs(heat: Heat, line: int) -> Line:
    """A sign for each cell; the worst is underlined, the cursor reversed."""
    marks = {heat.worst: "active", heat.cursor: "cursor"}
    styles = [
        f"{_sign_style(level)} {marks.get((line, at), '')}".strip()
        for at, level in enumerate(heat.lines[line])
    ]
    signs = [_SIGNS[level] for level in heat.lines[line]]
    return tuple(_spaced(styles, signs, " " * (heat.wide - 1)))


def _spaced(styles: Sequence[str], signs: Sequence[str], gap: str) -> Iterator[Run]:
    """Signs in runs of one style, what is between them apart from a mark."""
    for style, cells in groupby(zip(styles, signs, strict=True), lambda cell: cell[0]):
        yield Run(gap.join(sign for _, sign in cells), style)
        if gap:
            yield Run(gap)


def _sign_style(level: int) -> str:
    """Faint for zero, in the colour of its side for others, bold for what is large."""
    if level in (0, ODD):
        return f"heat-{ODD} strong" if level else "faint"
    side, size = divmod(level - 1, LEVELS)
    return f"heat-{(side + 1) * LEVELS}" + " strong" * (size >= LEVELS // 2)


def pooled_words(heat: Heat) -> str:
    """`4x2 entries a cell, the worst shown`; '' where each is one."""
    if not heat.lines:
        return "heatmap under way"
    if heat.grid.down * heat.grid.across == 1:
        return ""
    return f"{heat.grid.down}x{heat.grid.across} entries a cell, the worst shown"
