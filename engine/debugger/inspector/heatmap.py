"""The heatmap of a tab: a level for each cell, never less than its worst entry's."""

from __future__ import annotations

import math

import torch
from msgspec.structs import replace
from torch import Tensor

from ...tensors.survey import Survey
from ..cursor import View
from ..scene import Scene
from ..summaries.entries import Entries
from ..wire.grid import Grid
from ..wire.inspected import LEVELS, ODD, Heat, Tab
from .arrangement import Map
from .passes import cells


def heat(scene: Scene, view: View, entries: Entries, map: Map, within: float | None) -> Heat:
    """The heatmap of the matrix in view; of errors those up to `within` are silent."""
    grid, place = map.grid, view.look.slice
    cursor = grid.place(view.look.entry) if view.look.cursor else None
    none_yet = Heat(view.tab, grid, map.tall, map.wide, cursor=cursor)
    if within is None:
        return none_yet
    matrix, from_zero = entries.matrix(place), view.tab is not Tab.ERROR
    key = ("heat", entries.key, place, grid, within, from_zero)
    count, pooling = matrix.once().count, lambda: _leveled(matrix, grid, within, from_zero)
    found = scene.surveys.ask(key, entries, count, pooling, None)
    if found is None:
        return none_yet
    leveled, worst = found
    lines = tuple(leveled[at : at + grid.columns] for at in range(0, len(leveled), grid.columns))
    return replace(none_yet, lines=lines, worst=divmod(worst, grid.columns) if worst >= 0 else None)


def _leveled(matrix: Entries, grid: Grid, within: float, from_zero: bool) -> Survey[tuple[bytes, int] | None]:
    """Pool a matrix, then find the levels."""
    found = yield from cells(matrix, grid)
    return levels(found.reshape(-1), within, from_zero=from_zero)


def levels(numbers: Tensor, within: float, *, from_zero: bool) -> tuple[bytes, int]:
    """Levels by the square root of the size, so that small ones show beside large ones, and the worst cell.

    What is not silent has a level of at least 1, and an error one of at least 2. -1 is no cell.
    """
    sizes = numbers.abs()
    finite = torch.where(sizes.isfinite(), sizes, 0.0)
    most = float(finite.max())
    least = 1 if from_zero else 2
    shares = (finite / most).sqrt() if most else finite
    level = (shares * LEVELS).round().clamp(least, LEVELS)
    level = torch.where(numbers < 0, level + LEVELS, level)
    silent = sizes <= within if not from_zero else sizes == 0
    level = torch.where(silent, 0, level)
    level = torch.where(sizes.isfinite(), level, ODD)
    worst = int(sizes.nan_to_num(math.inf, math.inf).argmax())
    return bytes(level.int().tolist()), -1 if int(level[worst]) == 0 else worst
