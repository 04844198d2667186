"""The cell cursor: where a move takes it, the worst entry, and one entry in full."""

from __future__ import annotations

import torch
from torch import Tensor

from ..cursor import View
from ..scene import Scene
from ..summaries.entries import Entries, index_of, located
from ..wire.grid import Entry, Grid
from ..wire.inspected import Cell, Tab
from ..wire.looks import MoveCell
from .arrangement import Arrangement, arranged, settled
from .passes import ranking
from .sources import Sources, sources
from .tolerance import rounding

Places = tuple[tuple[int, ...], ...]
"""Indices of entries."""
_EXACT = 18
"""More digits than any floating number needs."""


def moved(scene: Scene, view: View, command: MoveCell) -> View:
    """The view with the cursor moved by cells; in a pooled heatmap it is at the worst entry of its cell."""
    found = sources(scene, view)
    arrangement = arranged(scene, view, found)
    view = settled(arrangement, view)
    grid = arrangement.grid(view.tab)
    if grid is None:
        return view.looking(worst=0)
    panel = arrangement.panels.get(view.tab)
    page = panel.lines if panel is not None else grid.lines
    entry = _next(grid, view.look.entry, command.lines + command.pages * page, command.columns)
    entries = found[view.tab]
    if grid.down * grid.across > 1 and isinstance(entries, Entries):
        entry = _worst_in(entries.matrix(view.look.slice), grid, entry)
    return view.looking(entry=entry, worst=0)


def toggled(scene: Scene, view: View) -> View:
    """The view with numbers for the heatmap, or the other way round."""
    arrangement = arranged(scene, view, sources(scene, view))
    return view.looking(heat=not arrangement.heat_first)


def _next(grid: Grid, entry: Entry, lines: int, columns: int) -> Entry:
    line, column = grid.place(entry)
    if grid.fold and abs(columns) == 1:  # a vector goes on in the next line
        line, column = divmod(max(line * grid.fold + column + columns, 0), grid.fold)
        columns = 0
    if line + lines >= grid.lines:
        lines = grid.lines - 1 - line
    return grid.first((line + lines, column + columns))


def _worst_in(matrix: Entries, grid: Grid, first: Entry) -> Entry:
    """The largest entry of a cell; NaN is larger than any."""
    row, column = first
    part = matrix[row : row + grid.down, column : column + grid.across].once()
    own = part.minus is None and part.tensor.is_floating_point()
    at = int((part.tensor if own else part.numbers()).abs().argmax())
    return row + at // part.shape[1], column + at % part.shape[1]


def at_worst(scene: Scene, view: View, found: Sources) -> View:
    """The view at the worst entry that was asked for, as soon as it is known."""
    number, entries = view.look.worst, _ranked(found, view.tab)
    if not number or entries is None:
        return view
    within = rounding(scene, view, found) if entries.minus is not None else 0.0
    places = _worst_entries(scene, entries, within) if within is not None else None
    if places is None and number == 1:
        places = _told(scene, view, found)
    if not places:
        return view if places is None else view.looking(worst=0)
    number = (number - 1) % len(places) + 1
    return _at_index(view.looking(worst=number), entries.shape, places[number - 1])


def _ranked(found: Sources, tab: Tab) -> Entries | None:
    """What is worst: the largest error of a gradient, the largest size of anything else."""
    error, shown = found[Tab.ERROR], found[tab]
    if tab is not Tab.VALUE and isinstance(error, Entries):
        return error
    return shown if isinstance(shown, Entries) else None


def _told(scene: Scene, view: View, found: Sources) -> Places | None:
    """The worst error alone, which the comparison tells sooner than all of them are ranked."""
    gradient = scene.settled(view.selected, view.ran)
    if gradient is None or view.tab is Tab.VALUE or isinstance(found[Tab.ERROR], str):
        return None
    worst = gradient.comparison.worst_index
    return (worst,) if worst is not None else None


def _worst_entries(scene: Scene, entries: Entries, within: float) -> Places | None:
    """The indices of the worst entries, or None while they are looked for."""
    key, count = ("ranking", entries.key, within), entries.once().count
    return scene.surveys.ask(key, entries, count, lambda: ranking(entries, within), None)


def _at_index(view: View, shape: tuple[int, ...], index: tuple[int, ...]) -> View:
    """The view with the cursor at an index."""
    number = 0
    for at, size in zip(index, shape, strict=True):
        number = number * size + at
    place, entry = located(shape, number)
    return view.looking(slice=place, entry=entry)


def cell(view: View, found: Sources, arrangement: Arrangement) -> Cell | None:
    """The entry at the cursor in full; None where the cursor is closed."""
    look, shape = view.look, arrangement.shape
    if not look.cursor or not any(isinstance(one, Entries) for one in found.values()):
        return None
    at = index_of(shape, look.slice, look.entry)
    numbers = {tab: _in_full(one, at) for tab, one in found.items() if _has(one, shape)}
    return Cell(look.entry, at, numbers, look.worst)


def _has(entries: Entries | str, shape: tuple[int, ...]) -> bool:
    return isinstance(entries, Entries) and entries.shape == shape


def _in_full(entries: Entries | str, at: tuple[int, ...]) -> str:
    assert isinstance(entries, Entries)
    one = entries[at]
    return exact(one.tensor) if one.minus is None else f"{float(one.numbers()):.9g}"


def exact(number: Tensor) -> str:
    """The shortest decimal number that the dtype rounds to this one; an integer or truth value as it is."""
    value = number.item()
    if not number.is_floating_point():
        return str(value)
    for digits in range(1, _EXACT):
        text = f"{value:.{digits}g}"
        if float(torch.tensor(float(text), dtype=number.dtype)) == value:
            return text
    return str(value)
