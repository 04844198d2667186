"""The bottom lines: at most six keys, or the progress of a run; notes above them."""

from __future__ import annotations

from ..engine.frame import Frame, Status
from .keys import footer_entries
from .line import Line, Run, crop, width_of, wrap

NOTE_ROWS = 3
"""At most so many rows of notes; the rest is counted."""


def paint_footer(frame: Frame, width: int) -> list[Line]:
    """One row."""
    status = frame.status
    if status.target is not None and status.iteration is not None and status.running:
        return [crop(_progress(status, width), width)]
    line: Line = (Run(" "),)
    for _, words, keys in footer_entries():
        entry: list[Run] = []
        for number, key in enumerate(keys):
            gap = " " if number else ""
            entry.append(Run(gap + key.label, "accent strong", key.id))
        entry.append(Run(f" {words}", "quiet", keys[-1].id))
        if width_of(line) + width_of(entry) > width:
            break
        line = (*line, *entry, Run("   "))
    return [crop(line, width)]


def _progress(status: Status, width: int) -> Line:
    """`iteration 412 of 1000 ━━━━━━────── escape stops`."""
    done, target = status.iteration or 0, max(status.target or 1, 1)
    digits = len(str(target))
    words = f" iteration {done:>{digits}} of {target} "
    hint: Line = (Run(" escape", "accent strong", "cancel"), Run(" stops ", "quiet"))
    room = max(width - len(words) - width_of(hint), 0)
    full = min(room * done // target, room)
    bar = (Run("━" * full, "accent"), Run("─" * (room - full), "faint"))
    return (Run(words, "quiet"), *bar, *hint)


def paint_notes(frame: Frame, width: int) -> list[Line]:
    """The notes, quietly, in at most `NOTE_ROWS` rows; a failure first that no line in view shows."""
    rows = _failure_rows(frame, width)
    for note in frame.notes:
        pieces = wrap(note, max(width - 4, 10))
        rows += [
            (Run(" · " if not number else "   ", "accent"), Run(piece, "quiet"))
            for number, piece in enumerate(pieces)
        ]
    if len(rows) <= NOTE_ROWS:
        return rows
    more = Run(f"   … and {len(rows) - NOTE_ROWS + 1} more rows of notes", "faint")
    return [*rows[: NOTE_ROWS - 1], (more,)]


def _failure_rows(frame: Frame, width: int) -> list[Line]:
    failure = frame.failure
    if failure is None or failure.line in {line.number for line in frame.lines}:
        return []
    place = f" on line {failure.line}" if failure.line else ""
    words = wrap(f"{failure.type}{place}: {failure.message}", max(width - 4, 10))
    return [(Run("   " if n else " ! ", "bad"), Run(row, "bad")) for n, row in enumerate(words)]
