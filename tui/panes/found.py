"""What was found in a file without titles: its source with a margin, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ...engine.program.found import Found, spans_of
from ...engine.program.program import BETWEEN, Program
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, clean, crop, left, spread, styled, width_of, wrap
from ..keys import ASKING, footer_entries
from .footer import paint_keys
from .source import source_of
from .status_line import BRAND

STYLES = {
    "setup": "quiet",
    "parameters": "number",
    "loop": "strong",
    "iteration": "strong",
    "around": "quiet",
    "forward": "keyword",
    "loss": "keyword strong",
    "backward": "accent",
    "update": "number",
}
"""What a line can be for, and its colour; a word says the same."""
MARGIN = max(map(len, STYLES))
CONTEXT = 2
"""Lines above the iteration that are in view at first, where the file is longer than the pane."""


class FoundText:
    """A file without titles, and what each of its lines was found to be for."""

    def __init__(self, program: Program, found: Found, *, coloured: bool) -> None:
        self.name = program.name
        self.found = found
        self.source = source_of(program, coloured=coloured)
        self.roles = _roles(program, found)

    @cached_property
    def first(self) -> int:
        """The line that comes first of the iteration, or of what is written once more."""
        if self.found.again:
            return self.found.backward[0][0]
        return min(n for n, role in self.roles.items() if role in ("iteration", "forward", "loss"))

    def top(self, rows: int) -> int:
        """How many lines are above the view at first."""
        total = len(self.source.lines)
        return 0 if total <= rows else max(min(self.first - 1 - CONTEXT, total - rows), 0)


def _roles(program: Program, found: Found) -> dict[int, str]:
    """By the number of a line what it is for, comments between lines for the same among them; those that
    do not run are missing."""
    roles: dict[int, str] = {}
    for section in program.sections:
        only_looks = section.kind == "update" and not found.update
        kind = "around" if only_looks or section.kind == BETWEEN else section.kind
        for first, last in spans_of(section.numbers, program.lines):
            roles |= dict.fromkeys(range(first, last + 1), kind)
    roles |= dict.fromkeys(found.loops, "loop")
    if found.loops:
        roles[found.loops[-1]] = "iteration"
    if found.loss_line:
        roles[found.loss_line] = "loss"
    return roles


def paint_source(text: FoundText, room: Room, top: int) -> list[Line]:
    """The pane of the source from the line after `top` on."""
    total = len(text.source.lines)
    numbers = range(top + 1, min(top + room.rows, total) + 1)
    rows = [crop(_row(text, number, number == top + 1), room.columns) for number in numbers]
    title = (Run(clean(text.name), "strong"), Run(" · nothing has run yet", "quiet"))
    return boxed(rows, room, title, (Run(f"{total} lines", "quiet"),))


def _row(text: FoundText, number: int, at_top: bool) -> Line:
    role = text.roles.get(number, "")
    begins = at_top or role != text.roles.get(number - 1, "")
    style = STYLES.get(role, "")
    word = Run(left(role if begins else "", MARGIN), style)
    bar = Run(" ▌ " if role else "   ", style)
    code = text.source.lines[number - 1]
    digits = Run(f"{number:>{text.source.digits}}  ", "faint")
    return (word, bar, digits, *(code if role else styled(code, "ahead")))


def paint_heading(text: FoundText, width: int) -> list[Line]:
    """One row: which of the places is shown."""
    found = text.found
    many = len(found.choices)
    place = f"place {found.choice + 1} of {many}: {found.choices[found.choice]}" if many > 1 else ""
    who = (Run(" "), Run(BRAND, "brand"), Run("  what was found", "quiet"))
    return [spread(who, (Run(place, "quiet"), Run(" ")), width)]


def paint_words(found: Found, refusal: str, width: int, most: int) -> list[Line]:
    """The words of what was found, each part in the colour of its lines, then what else there is to say."""
    room = max(width - 2, 10)
    rows = _in_rows(found.parts, room)
    rows += [(Run(row, "warn"),) for row in wrap(refusal, room, indent=2)] if refusal else []
    rows += [(Run(row, "quiet"),) for note in found.asides for row in wrap(note, room, indent=2)]
    if len(rows) > most:
        rows = [*rows[: most - 1], (Run(f"… and {len(rows) - most + 1} more rows", "faint"),)]
    return [(Run(" "), *row) for row in rows]


def _in_rows(parts: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """The parts in as few rows as they fit in; one that is longer than a row is wrapped."""
    rows: list[Line] = []
    row: Line = ()
    for kind, words in parts:
        style = STYLES.get(kind, "quiet")
        first, *more = [Run(piece, style) for piece in wrap(words, width, indent=2)]
        joined = (*row, Run(" · ", "quiet"), first) if row else (first,)
        if row and (width_of(joined) > width or more):
            rows.append(row)
            joined = (first,)
        for piece in more:
            rows.append(joined)
            joined = (piece,)
        row = joined
    return [*rows, row]


def paint_asking(found: Found, width: int) -> list[Line]:
    """One row: the keys; another place is offered where there is one."""
    keys = [key for key in ASKING if key.id != "another" or len(found.choices) > 1]
    return [paint_keys(tuple(footer_entries(keys)), width, 1)]
