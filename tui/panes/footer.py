"""The bottom lines: keys for what is selected, or the progress of a run; notes above them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ...engine.debugger.wire.frame import Frame, Status
from ..drawing.line import Line, Run, clean, crop, width_of, wrap
from ..keys import BY_ID, Key, footer_entries, label_of
from .search import Search

NOTE_ROWS = 3
"""At most so many rows of notes; the rest is counted."""
_ALWAYS = ("help", "quit")
"""What the others give way to where a terminal is narrow."""
_STEPS = ("iteration", "back", "statement", "phase_back", "phase", "run")
_LEARNS = ("hint", "explain", "write", "edit")
"""What there is to do about a gradient that is wrong, or not written."""
_REST = ("go_to", "explain", "search", "watches", "output")
"""What else there is, where there is room."""
_CELLS = ("cell_left", "cell_right", "cell_up", "cell_down")
_ENDS = ("cell_first", "cell_last")


def paint_footer(
    frame: Frame, width: int, search: Search | None = None, *, zoomed: bool = False
) -> list[Line]:
    """One row: what can be done with what is selected, the most useful first, as much as fits.

    Where the arrows move the cell cursor it says that. While a pane is `zoomed` the key that brings the
    others back stands before all.
    """
    status = frame.status
    if status.target is not None and status.iteration is not None and status.running:
        return [crop(_progress(status, width), width)]
    if status.running or status.busy:
        return [_at_work(status, width)]
    if search is not None:
        return [_of_search(search, width)]
    shown = [_entry_of("zoom", "shows all panes")] if zoomed else []
    if frame.inspector.cell is not None:
        shown += [*footer_entries(_keys(_CELLS)), _entry_of("leave_cells", "back to the inspector")]
        shown += [*footer_entries(_keys(_ENDS)), *footer_entries(_keys(_ALWAYS))]
    else:
        shown += footer_entries(_keys((*_useful(frame), *_REST, *_ALWAYS)))
    return [paint_keys(tuple(shown), width, len(_ALWAYS))]


def _keys(names: Sequence[str]) -> list[Key]:
    return [BY_ID[name] for name in dict.fromkeys(names)]


def _entry_of(name: str, words: str) -> tuple[str, str, tuple[Key, ...]]:
    """A key with other words than those that it has everywhere."""
    return label_of(BY_ID[name]), words, (BY_ID[name],)


def _useful(frame: Frame) -> tuple[str, ...]:
    """The keys that are of use where things stand, the most useful first."""
    verdict, attention = frame.inspector.verdict, frame.attention
    if frame.failure is not None:
        return ("edit", "evaluate", "iteration", "restart", "back")
    if attention is not None and attention.here:
        return (*_LEARNS, "next_attention", *_STEPS)
    if verdict is not None and not verdict.passes:
        return (*_LEARNS, *_STEPS)
    return ("next_attention", *_STEPS) if attention is not None else _STEPS


def _of_search(search: Search, width: int) -> Line:
    """`/dH  2 of 7   n next   N previous   escape ends it`."""
    what: Line = (Run(" /", "accent strong"), Run(clean(search.text)), Run(f"  {search.words}", "quiet"))
    hints = [_hint("next", "next_attention"), _hint("previous", "previous_attention")]
    hints.append(_hint("ends it", "cancel"))
    while len(hints) > 1 and width_of(what) + _width(hints) + 3 > width:
        del hints[0]
    room = width - _width(hints) - 3
    return crop((*crop(what, max(room, 0)), *(run for hint in hints for run in (Run("   "), *hint))), width)


@lru_cache(maxsize=32)
def paint_keys(shown: tuple[tuple[str, str, tuple[Key, ...]], ...], width: int, always: int) -> Line:
    """Keys with their words; where not all fit, the last `always` stay."""
    entries = [_entry(words, keys) for _, words, keys in shown]
    while len(entries) > always and _width(entries) > width:
        del entries[-always - 1]
    runs = (run for at, entry in enumerate(entries) for run in (Run("   " if at else " "), *entry))
    return crop(tuple(runs), width)


def _entry(words: str, keys: Sequence[Key]) -> Line:
    labels = (
        Run(" " * bool(number) + label_of(key), "accent strong", key.id) for number, key in enumerate(keys)
    )
    return (*labels, Run(f" {words}", "quiet", keys[-1].id))


def _width(entries: Sequence[Line]) -> int:
    return 1 + sum(width_of(entry) for entry in entries) + 3 * (len(entries) - 1)


def _at_work(status: Status, width: int) -> Line:
    """`▶ running, 10 a second   r pauses   + - speed   escape stops`, or what has been at work for long."""
    words = f"running, {status.speed}" if status.running else "running"
    seconds = f"{status.busy_seconds} s" if status.busy_seconds else ""
    what: Line = (Run(" ▶ ", "accent"), Run(" · ".join(filter(None, (words, status.busy, seconds)))))
    hints = [_hint("stops", "cancel")]
    if status.running:
        hints += [_hint("pauses", "run"), _hint("faster", "faster"), _hint("slower", "slower")]
    while len(hints) > 1 and width_of(what) + _width(hints) + 3 > width:
        hints.pop()
    room = width - _width(hints) - 3
    runs = (run for hint in hints for run in (Run("   "), *hint))
    return crop((*crop(what, max(room, 0)), *runs), width)


def _hint(words: str, key: str) -> Line:
    """A key and what it does, to be pressed or clicked."""
    return (Run(label_of(BY_ID[key]), "accent strong", key), Run(f" {words}", "quiet", key))


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
    what = failure.exception or "stopped"
    words = wrap(f"{what}{place}: {failure.message}", max(width - 4, 10))
    words = words[: NOTE_ROWS - 1] if frame.notes else words
    return [(Run("   " if n else " ! ", "bad"), Run(row, "bad")) for n, row in enumerate(words)]
