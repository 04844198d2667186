"""Lines of styled text, the one thing that panes paint: plain data, no markup, no widget."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cached_cell_len, cell_len, set_cell_size

from ...engine.debugger.wire.commands import Command
from ...engine.program.frame import told
from ...engine.program.printable import printable

Click = Command | str | None
"""What a click on a run asks for: an engine command, or a declared key by its id."""


class Run(NamedTuple):
    """Text in one style. `style` names styles of `inks`, separated by spaces."""

    text: str
    style: str = ""
    click: Click = None


Line = tuple[Run, ...]
GROUNDS = ("bar", "bar-failed", "active", "cursor", "found", "found-here")
"""Styles that show behind blanks: backgrounds and underlines."""
Cell = tuple[str, str]


def plain(line: Line) -> str:
    """The text of a line without its styles."""
    return "".join(run.text for run in line)


def width_of(line: Iterable[Run]) -> int:
    """How many columns a line takes; wide characters take two."""
    return sum([len(run[0]) if run[0].isascii() else cached_cell_len(run[0]) for run in line])


def columns_of(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def clean(text: str) -> str:
    """Text that is safe to paint: control characters become visible or blank, never obeyed."""
    return printable(told(text).expandtabs(4).replace("\n", "�"))


def ellipsis(text: str, width: int) -> str:
    """The text in at most `width` columns, with … where something is cut."""
    if columns_of(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def left(text: str, width: int) -> str:
    """The text at the left of exactly `width` columns."""
    room = width - columns_of(text)
    return text + " " * room if room >= 0 else set_cell_size(ellipsis(text, width), width)


def right(text: str, width: int) -> str:
    """The text at the right of exactly `width` columns."""
    text = ellipsis(text, width)
    return " " * (width - columns_of(text)) + text


def crop(line: Line, width: int) -> Line:
    """At most `width` columns of the line; … stands for what is cut."""
    if width_of(line) <= width:
        return line
    kept: list[Run] = []
    room = width - 1
    for run in line:
        taken = run if cell_len(run.text) <= room else run._replace(text=_cut(run.text, room))
        kept.append(taken)
        room -= cell_len(taken.text)
        if taken is not run or room <= 0:
            break
    return (*kept, Run("…", kept[-1].style)) if kept and width > 0 else ()


def _cut(text: str, room: int) -> str:
    return set_cell_size(text, max(room, 0))


def fill(line: Line, width: int, style: str = "") -> Line:
    """The line in exactly `width` columns."""
    room = width - width_of(line)
    if room < 0:
        line = crop(line, width)
        room = width - width_of(line)
    return (*line, Run(" " * room, style)) if room > 0 else line


def spread(start: Line, end: Line, width: int) -> Line:
    """`start` at the left edge and `end` at the right one; the start gives way."""
    end = crop(end, width)
    start = crop(start, max(width - width_of(end) - 1, 0))
    gap = width - width_of(start) - width_of(end)
    return (*start, Run(" " * gap), *end)


def styled(line: Line, style: str) -> Line:
    """The line with one more style on every run."""
    return tuple(run._replace(style=f"{run.style} {style}".strip()) for run in line)


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """Words of `text` in rows of at most `width` columns; rows after the first are indented."""
    rows: list[str] = []
    row = ""
    for word in clean(text).split(" "):
        candidate = f"{row} {word}" if row else word
        if row and cell_len(candidate) > width:
            rows.append(row)
            candidate = " " * indent + word
        row = candidate
    return [piece for whole in (*rows, row) for piece in _pieces(whole, width)]


def _pieces(text: str, width: int) -> list[str]:
    width = max(width, 1)
    if cell_len(text) <= width:
        return [text]
    return [text[start : start + width] for start in range(0, len(text), width)]


def at(line: Line, column: int) -> Run | None:
    """The run that covers a column; None beyond the line's end."""
    for run in line:
        column -= cell_len(run.text)
        if column < 0:
            return run
    return None


def cells(line: Line) -> tuple[Cell, ...]:
    """The line column by column; the second half of a wide character is empty text.

    A blank has no ink: of its style only what shows behind it counts.
    """
    row: list[Cell] = []
    for run in line:
        text, style = run.text, run.style
        blank: Cell = (" ", ground(style))
        if text.isascii() or cell_len(text) == len(text):
            row += [blank if character == " " else (character, style) for character in text]
            continue
        for character in text:
            columns = cell_len(character)
            row += [(character, style), *[("", style)] * (columns - 1)] if columns else []
    return tuple(row)


@lru_cache(maxsize=256)
def ground(style: str) -> str:
    """The part of a style that shows behind a blank."""
    return " ".join(name for name in style.split() if name in GROUNDS or name.startswith("ground-"))


def changed_until(old: Line, new: Line) -> int:
    """Up to which column two lines look different; 0 where they look alike.

    Textual paints a row from the pane's edge to the end of a change: where it begins saves nothing.
    """
    same = _alike(old, new)
    start = width_of(new[:same])
    old, new = old[same:], new[same:]
    tail = _alike(old[::-1], new[::-1]) if width_of(old) == width_of(new) else 0
    before, after = cells(old[: len(old) - tail]), cells(new[: len(new) - tail])
    pairs = [*zip_longest(before, after, fillvalue=(" ", ""))]
    while pairs and pairs[-1][0] == pairs[-1][1]:
        pairs.pop()
    return start + len(pairs) if pairs else 0


def _alike(old: Line, new: Line) -> int:
    """How many runs two lines have in common at their beginning; clicks are not seen."""
    count = 0
    for run, twin in zip(old, new, strict=False):
        if run is not twin and (run.text != twin.text or run.style != twin.style):
            break
        count += 1
    return count


def merged(line: Line) -> list[tuple[str, str]]:
    """The same picture in fewer pieces: blanks go with the text before them where nothing shows."""
    pieces: list[tuple[str, str]] = []
    text, style = "", None
    for piece, its_style, _ in line:
        if its_style == style or (style is not None and _joins(style, piece, its_style)):
            text += piece
        elif piece:
            if style is not None:
                pieces.append((text, style))
            text, style = piece, its_style
    return pieces if style is None else [*pieces, (text, style)]


def _joins(before: str, text: str, style: str) -> bool:
    """Whether blanks look the same in the style of the text before."""
    return text.isspace() and "active" not in before and ground(style) == ground(before)
