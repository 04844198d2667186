"""The inspector pane: one tensor in numbers, its verdict in words, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ...engine.debugger.wire.frame import Frame
from ...engine.debugger.wire.inspected import ROOMY, Cell, Form, Heat, Inspector, Tab
from ...engine.verdict import Verdict
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, clean, columns_of, crop, spread, width_of, wrap
from ..drawing.numbers import shape
from ..drawing.verdict_signs import sign_of
from .heatmap import paint_heat, pooled_words
from .number_grid import cut_words, paint_grid
from .statistics import paint_statistics

if TYPE_CHECKING:
    from ...engine.execution.failure import Failure

HIGH, LOW = 16, 9
"""With fewer rows of text than the first there are no blank ones, with fewer than the second there is place
for no more than numbers and the verdict, which stands beside the tabs from `BESIDE_TABS` columns on."""
BESIDE_TABS = 60
EMPTY = "The tensor that you select with ↑ and ↓ appears here in numbers."


def grid_rows(room: Room) -> int:
    """How many rows of an inspector are for numbers and what belongs to them."""
    rows = room.rows
    others = 6 if rows >= HIGH else 4 if rows >= 12 else 3 if rows >= LOW else 2
    return max(rows - others + _is_flat(room), 1)


def _is_flat(room: Room) -> bool:
    """Whether it has too few rows for one with the verdict, and the columns to have it beside the tabs."""
    return room.rows < LOW and room.columns >= BESIDE_TABS


def paint_inspector(frame: Frame, room: Room) -> list[Line]:
    """The whole pane; a failure of the program comes before the tensor."""
    tensor = frame.inspector
    failure = _failure(frame.failure, room.columns) if frame.failure and not _gives_way(frame, room) else []
    lines = _tensor(tensor, room) if tensor.name else _wrapped(EMPTY, room.columns, "quiet")
    if failure and len(failure) + len(lines) > room.rows:
        failure = [*_first(tensor, _told(tensor, room.columns), room.columns), *failure]
    lines = failure + lines
    title = (Run(clean(tensor.name) or "inspector", "strong"),)
    kind = " · ".join(filter(None, (shape(tensor.shape), tensor.dtype, _device(tensor))))
    below = (Run(kind, "quiet"),) if tensor.cell is None else _keys(room.columns)
    return boxed(lines, room, title, below if tensor.name else ())


def _gives_way(frame: Frame, room: Room) -> bool:
    """Whether a failure, which stands elsewhere too, leaves few rows to the entries that are gone to."""
    one = frame.attention
    return one is not None and one.gone_to and one.verdict is not None and _is_flat(room)


def _keys(columns: int) -> Line:
    """What keys do while the cell cursor is open."""
    keys = (("←→↑↓", " moves   "), ("!", " next worst   "), ("escape", " leaves"))
    runs = (run for key, words in keys for run in (Run(key, "accent"), Run(words, "quiet")))
    return crop(tuple(runs), columns)


def _device(tensor: Inspector) -> str:
    return "" if tensor.device in ("", "cpu") else tensor.device


def _tensor(tensor: Inspector, room: Room) -> list[Line]:
    """Tabs, numbers, verdict, origins; blank rows between them where there is room for air."""
    air: list[Line] = [()] if room.rows >= HIGH else []
    grid = _body(tensor, room)
    verdict = _told(tensor, room.columns)
    if _is_flat(room):
        return [_tabs(tensor, room.columns, short=True), *grid]
    tabs = _tabs(tensor, room.columns)
    if room.rows < LOW:
        return [tabs, *_first(tensor, verdict, room.columns), *grid]
    told: list[Line] = [(Run("· ", "warn"), Run(words, "quiet")) for words in tensor.warnings]
    origins = _origins(tensor.made_by, tensor.used_by, tensor.written_by, room.columns)
    return [tabs, *air, *grid, *air, *verdict, *told, *origins]


def _body(tensor: Inspector, room: Room) -> list[Line]:
    """Statistics, heatmap, numbers, what of them is cut, and the selected entry: what fits `grid_room`."""
    heat = tensor.heat if tensor.heat is not None and tensor.heat.tab is tensor.tab else None
    lines: list[Line] = []
    if grid_rows(room) >= ROOMY and tensor.blocks:
        lines.append(paint_statistics(tensor, room.columns))
    lines += paint_heat(heat, shades=room.shades) if heat is not None else []
    lines += paint_grid(tensor, room.columns)
    lines += _left_out(tensor, heat, room.columns)
    return lines + (_cell(tensor.cell, tensor.tab, room.columns) if tensor.cell is not None else [])


def _left_out(tensor: Inspector, heat: Heat | None, columns: int) -> list[Line]:
    """How a heatmap is pooled, and which part of the numbers is in view, as far as there is room."""
    pooled = pooled_words(heat) if heat is not None else ""
    cut = cut_words(tensor.blocks[tensor.tab]) if tensor.form is Form.SHEET and tensor.blocks else ""
    both = " · ".join(filter(None, (pooled, cut)))
    words = both if len(both) <= columns else pooled or cut
    return [crop((Run(words, "quiet"),), columns)] if words else []


def _cell(cell: Cell, tab: Tab, columns: int) -> list[Line]:
    """`[12, 3]  value 0.25 · manual 0.1`: the entry at the cell cursor in full, in two rows at most."""
    head = f"{list(cell.at)}" + (f" {in_order(cell.worst)}" if cell.worst else "")
    order = sorted(cell.numbers, key=lambda name: (name is not tab, name is Tab.VALUE))
    facts = [head, *(f"{name.value} {cell.numbers[name]}" for name in order)]
    first, *rest = _packed(facts, columns, 0)
    lines: list[Line] = [(Run(head, "accent strong"), Run(first.removeprefix(head)))]
    return lines + [(Run(row),) for row in rest[:1]]


def in_order(number: int) -> str:
    """`worst`, `2nd worst`, `11th worst`."""
    if number == 1:
        return "worst"
    ends = {1: "st", 2: "nd", 3: "rd"}
    end = "th" if number % 100 in (11, 12, 13) else ends.get(number % 10, "th")
    return f"{number}{end} worst"


def _first(tensor: Inspector, verdict: Sequence[Line], columns: int) -> list[Line]:
    """What is said before the numbers where not both fit: a verdict that fails, in one row."""
    failing = tensor.verdict is not None and not tensor.verdict.passes
    return [crop(verdict[0], columns)] if failing else []


def _tabs(tensor: Inspector, width: int, *, short: bool = False) -> Line:
    """The tabs, and at the right edge which matrix is shown; `short` has the verdict before it."""
    tabs, place = _tab_words(tensor.tab), _slice(tensor)
    verdict = _in_short(tensor, width - width_of((*tabs, *place))) if short else ()
    return spread(tabs, (*verdict, *place), width)


@lru_cache(maxsize=8)
def _tab_words(chosen: Tab) -> Line:
    tabs: list[Run] = []
    for number, tab in enumerate(Tab, start=1):
        active = tab is chosen
        tabs += [
            Run(f"{number} ", "accent" if active else "faint", tab.value),
            Run(tab.value, "active" if active else "quiet", tab.value),
            Run("   "),
        ]
    return tuple(tabs)


def _in_short(tensor: Inspector, width: int) -> Line:
    """The verdict in as many words as there is room for: what is wrong stands above the panes in full."""
    if tensor.verdict is None:
        return ()
    sign = sign_of(tensor.verdict)
    told = (f"{sign.mark} {words}" for words in (tensor.sentence.partition(":")[0] or sign.words, sign.word))
    words = next((words for words in told if columns_of(words) + 3 <= width), sign.mark)
    return (Run(words, f"{sign.style} strong"), Run("   " if tensor.slice_index else ""))


def _slice(tensor: Inspector) -> Line:
    """`, . [0 1 : :]`, which matrix of a tensor of three or more dimensions is shown."""
    if not tensor.slice_index:
        return ()
    index = " ".join([*map(str, tensor.slice_index), ":", ":"])
    return (Run(", . ", "accent"), Run(f"[{index}]", "quiet"))


def _told(tensor: Inspector, width: int) -> tuple[Line, ...]:
    return _verdict(tensor.verdict, tensor.sentence, tensor.facts, width)


@lru_cache(maxsize=64)
def _verdict(verdict: Verdict | None, sentence: str, known: tuple[str, ...], width: int) -> tuple[Line, ...]:
    """The verdict and its facts, as many in a row as fit."""
    sign = sign_of(verdict)
    words = sentence or sign.words
    facts = [fact for fact in known if fact != words]
    if verdict is None:
        return tuple((Run(row, "quiet"),) for row in _packed(facts, width, 0))
    head, *more = wrap(words, max(width - 2, 10))
    taken = columns_of(more[-1] if more else head)
    first, *rest = _packed(facts, width - 2, taken)
    style = f"{sign.style} strong"
    lines: list[Line] = [(Run(f"{sign.mark} {head}", style),), *((Run(f"  {row}", style),) for row in more)]
    lines[-1] = (*lines[-1], Run(first, "quiet"))
    return (*lines, *((Run(f"  {row}", "quiet"),) for row in rest))


def _packed(facts: Sequence[str], width: int, taken: int) -> list[str]:
    """Facts in rows of at most `width` columns, the first of which has `taken` ones less."""
    rows = [""]
    for fact in facts:
        room = width - (taken if len(rows) == 1 else 0)
        joined = f"{rows[-1]} · {fact}" if rows[-1] or (taken and len(rows) == 1) else fact
        if len(joined) <= room:
            rows[-1] = joined
        else:
            rows += wrap(fact, max(width, 10), indent=2)
    return rows if rows[0] or taken else rows[1:]


@lru_cache(maxsize=64)
def _origins(
    made_by: str, used_by: tuple[str, ...], written_by: tuple[str, ...], width: int
) -> tuple[Line, ...]:
    """Which lines made, use and write it."""
    origins = (
        ("made by   ", (made_by,) * bool(made_by)),
        ("used by   ", used_by),
        ("written by", written_by),
    )
    lines: list[Line] = []
    for label, texts in origins:
        for number, text in enumerate(texts):
            name = label if number == 0 else " " * len(label)
            rows = wrap(text, max(width - len(label) - 1, 10), indent=2)
            lines.append((Run(name + " ", "faint"), Run(rows[0], "quiet")))
            lines += [(Run(" " * (len(label) + 1)), Run(row, "quiet")) for row in rows[1:]]
    return tuple(lines)


def _failure(failure: Failure, width: int) -> list[Line]:
    """What went wrong in words, with the user's own traceback lines."""
    place = f"line {failure.line} in {failure.section}" if failure.line else f"the {failure.section}"
    what = failure.exception or "stopped"
    head: list[Line] = [(Run("! ", "bad"), Run(f"{what} on {place}", "bad strong"))]
    reasons = filter(None, (failure.message, failure.misfit))
    head += [(Run("  "), *row) for reason in reasons for row in _wrapped(reason, width - 2, "bad")]
    trace = [row for line in failure.traceback for row in _wrapped(line, width - 2, "quiet")]
    return [*head, *((Run("  "), *row) for row in trace), ()]


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    return [(Run(row, style),) for line in text.splitlines() for row in wrap(line, max(width, 10))]
