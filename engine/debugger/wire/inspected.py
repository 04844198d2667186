"""What crosses to the screen of the selected tensor: numbers, a heatmap, statistics, one entry in full."""

from __future__ import annotations

import math
from enum import StrEnum

from msgspec import Struct, field

from ...verdict import Verdict
from .digits import Scale
from .grid import Entry, Grid


class Tab(StrEnum):
    """What the inspector shows of the selected tensor."""

    VALUE = "value"
    MANUAL = "manual"
    AUTOGRAD = "autograd"
    ERROR = "error"


class Block(Struct, frozen=True, eq=False):
    """The visible part of a matrix: `rows` of numbers, or the reason why there are none.

    `top` and `left` are the line and the column of `grid` that are shown first. A number takes `step`
    columns of the screen, the index of its line `margin`.
    """

    rows: tuple[tuple[float, ...], ...] = ()
    top: int = 0
    left: int = 0
    grid: Grid = field(default=Grid(0, 0))
    scale: Scale = field(default=Scale())
    step: int = 2
    margin: int = 0
    within: float = math.inf
    """Larger entries are errors beyond rounding."""
    missing: str = ""


NAMES = 15
"""Columns for the name of a tab and its exponent: `autograd ×1e-10`."""

ROOMY = 6
"""From so many rows on, for numbers and what belongs to them, there is one for statistics."""


class Form(StrEnum):
    """How numbers stand in the inspector."""

    STACKED = "stacked"
    """A short vector: a row for each tab."""
    BESIDE = "beside"
    """A short vector: a column for each tab."""
    SHEET = "sheet"
    """The matrix of the chosen tab, or its vector in as many lines as it takes."""


class Cell(Struct, frozen=True):
    """The entry at the cell cursor. `numbers` are in full, by tab; absent where there is none."""

    entry: Entry
    """Where it is in the matrix that is shown."""
    at: tuple[int, ...]
    """Its index in the tensor."""
    numbers: dict[Tab, str]
    worst: int = 0
    """The how-many-th worst it is, gone to as such; 0 elsewhere."""


LEVELS = 6
"""Shades of a heatmap on either side of zero."""
ODD = 2 * LEVELS + 1
"""The level of a cell that has an entry which is infinite or NaN."""


class Heat(Struct, frozen=True):
    """A tab as a heatmap: a level for each cell of `grid`, line by line, that of its worst entry.

    A level is 0 for zero, or an error that may be rounding; 1 to `LEVELS` above zero, as many again below
    it, then `ODD`.
    """

    tab: Tab
    grid: Grid
    tall: int = 1
    wide: int = 1
    """How many times as large a cell is drawn as it could be."""
    lines: tuple[bytes, ...] = ()
    """None while they are under way."""
    worst: Entry | None = None
    """The line and the column of the worst cell."""
    cursor: Entry | None = None
    """Those of the cell with the cursor."""


class Statistics(Struct, frozen=True):
    """A tensor in one line. All but the shares and `not_finite` is of its finite entries."""

    total: int
    low: float | None
    high: float | None
    mean: float
    deviation: float
    zeros: float
    """The share of entries that are zero."""
    norm: float
    not_finite: int
    beyond: int
    """Of errors: how many are more than rounding."""
    bins: tuple[int, ...]
    """How many lie in each of equal parts between `low` and `high`."""


class Inspector(Struct, frozen=True, eq=False):
    """The selected tensor. `blocks` holds all four tabs for the same window, so tabs compare."""

    name: str = ""
    shape: tuple[int, ...] | None = None
    """None of what has none: no tensor, a nested one, or not bound yet."""
    dtype: str = ""
    device: str = ""
    tab: Tab = Tab.VALUE
    form: Form = Form.SHEET
    blocks: dict[Tab, Block] = field(default_factory=dict)
    heat: Heat | None = None
    cell: Cell | None = None
    """None while the cell cursor is closed, or where there are no entries."""
    statistics: tuple[Tab, Statistics] | None = None
    """Of a tab; None while they are under way, and where there are none."""
    ratio: float | None = None
    """Of a parameter: the norm of its last update over its own."""
    warnings: tuple[str, ...] = ()
    """What the statistics say that ought not to be: dead units, a ratio far from 1e-3."""
    under_way: str = ""
    """What is looked for in the background: `34 % looked through`."""
    slice_index: tuple[int, ...] = ()
    """The leading indices of the matrix shown, for a tensor of three or more dimensions."""
    verdict: Verdict | None = None
    sentence: str = ""
    """The verdict with its line: `wrong here, line 38`; '' where the verdict's words say it all."""
    facts: tuple[str, ...] = ()
    """More of the line, then of the comparison: `relative error 3e-8`, `worst at [3, 1]: 0.2 for 0.1`."""
    made_by: str = ""
    used_by: tuple[str, ...] = ()
    written_by: tuple[str, ...] = ()
