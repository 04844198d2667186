"""How the room of the inspector is shared out: to numbers, a heatmap, statistics, the selected cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..cursor import Look, View
from ..scene import Scene
from ..summaries.entries import Entries, extent, is_upright
from ..wire.digits import Scale
from ..wire.grid import Entry, Grid, folded, pooled
from ..wire.inspected import NAMES, ROOMY, Form, Tab
from ..wire.looks import Layout
from .scales import scales
from .sources import Sources, shape_of

_LEAST_MARGIN = 4
_STATISTICS, _CELL = 1, 2
"""Rows that they take where there are `ROOMY` in all."""
_BOTH, _NUMBERS = 12, 5
"""From so many rows on numbers and a heatmap both have room; of which numbers have so many at least."""
_LEAST_ROWS = 3
"""Fewer rows than these show no numbers below a heatmap."""
_MOST_ZOOM = 4


class Panel(NamedTuple):
    """The numbers of one tab, of which so many lines and columns are in view."""

    grid: Grid
    scale: Scale
    step: int
    margin: int
    lines: int
    columns: int


class Map(NamedTuple):
    """A heatmap whose cells are drawn so many times as tall and wide as they could be."""

    grid: Grid
    tall: int
    wide: int


@dataclass(frozen=True)
class Arrangement:
    """What stands in the inspector, and how large. There is a panel for each tab that has entries."""

    shape: tuple[int, ...]
    form: Form
    panels: Mapping[Tab, Panel]
    map: Map | None = None
    heat_first: bool = False
    """Whether the heatmap is what was wanted, and numbers stand only where there is room."""

    def grid(self, tab: Tab) -> Grid | None:
        """The cells that the cursor goes through."""
        if self.map is not None and (self.heat_first or tab not in self.panels):
            return self.map.grid
        return self.panels[tab].grid if tab in self.panels else None


def arranged(scene: Scene, view: View, found: Sources) -> Arrangement:
    """The room as it is shared out for what the tabs have."""
    shape, entries, columns = shape_of(found), found[view.tab], view.layout.grid_columns
    written = scales(scene, view, found)
    rows = _rows_left(view.layout, view.look)
    form = _form(shape, written, rows, columns)
    sheets = _sheets(found, written, rows, columns)
    if not written:
        return Arrangement(shape, Form.SHEET, {})
    if not isinstance(entries, Entries):
        panels = sheets if form is Form.SHEET else _together(found, written, form)
        return Arrangement(shape, form, panels)
    cut = form is Form.SHEET and _is_cut(sheets[view.tab])
    heat = view.look.heat if view.look.heat is not None else cut and view.tab is Tab.ERROR
    rows -= cut or heat  # a row says what is cut, or pooled
    both = rows >= _BOTH
    room = rows - _NUMBERS * both if heat else rows // 2 * (both and cut)
    map = _map(entries.shape, view.layout, room) if room else None
    rows -= _height(map, view.layout)
    if form is not Form.SHEET and rows >= _needed(form, shape):
        return Arrangement(shape, form, _together(found, written, form), map, heat)
    panels = _sheets(found, written, rows, columns) if rows >= _LEAST_ROWS or map is None else {}
    return Arrangement(shape, Form.SHEET, panels, map, heat)


def _rows_left(layout: Layout, look: Look) -> int:
    rows = layout.grid_rows
    roomy = rows >= ROOMY
    return max(rows - _STATISTICS * roomy - (_CELL if roomy else 1) * look.cursor, 1)


def _form(shape: tuple[int, ...], written: Mapping[Tab, Scale], rows: int, columns: int) -> Form:
    """A short vector shows all tabs together."""
    height, width = extent(shape)
    step = 2 + max((scale.width for scale in written.values()), default=0)
    stacked = rows >= len(Tab) and NAMES + width * step <= columns
    beside = width + 2 <= rows and _LEAST_MARGIN + 2 + len(Tab) * max(step, 10) <= columns
    if height != 1 or not (stacked or beside):
        return Form.SHEET
    return Form.BESIDE if beside and (is_upright(shape) or not stacked) else Form.STACKED


def _needed(form: Form, shape: tuple[int, ...]) -> int:
    return len(Tab) + 1 if form is Form.STACKED else extent(shape)[1] + 2


def _together(found: Sources, written: Mapping[Tab, Scale], form: Form) -> dict[Tab, Panel]:
    """Panels of the same width, whole."""
    step = 2 + max(scale.width for scale in written.values())
    step = max(step, 10) if form is Form.BESIDE else step
    margin = NAMES if form is Form.STACKED else _LEAST_MARGIN + 2
    return {
        tab: Panel(grid := Grid(*extent(one.shape)), written[tab], step, margin, grid.lines, grid.columns)
        for tab, one in found.items()
        if isinstance(one, Entries)
    }


def _sheets(found: Sources, written: Mapping[Tab, Scale], rows: int, columns: int) -> dict[Tab, Panel]:
    entries = {tab: one for tab, one in found.items() if isinstance(one, Entries)}
    return {tab: _sheet(one.shape, written[tab], rows, columns) for tab, one in entries.items()}


def _sheet(shape: tuple[int, ...], scale: Scale, rows: int, columns: int) -> Panel:
    """As many columns as fit; below a row of indices, and where anything is cut above a row that says so."""
    height, width = extent(shape)
    labels = width if height == 1 else height
    margin = max(_LEAST_MARGIN, len(str(labels - 1)), len(scale.label))
    step = max(scale.width + 2, len(str(width - 1)) + 2 if height > 1 else 0)
    fitting = max((columns - margin) // step, 1)
    grid = folded(Grid(height, width), fitting)
    return Panel(grid, scale, step, margin, max(rows - 1, 1), min(fitting, grid.columns))


def _is_cut(panel: Panel) -> bool:
    return panel.lines < panel.grid.lines or panel.columns < panel.grid.columns


def _map(shape: tuple[int, ...], layout: Layout, rows: int) -> Map | None:
    if rows < 1:
        return None
    lines = rows * (1 + layout.halves)
    grid = pooled(*extent(shape), lines, layout.grid_columns)
    tall = max(min(lines // grid.lines, layout.grid_columns // grid.columns, _MOST_ZOOM), 1)
    tall = tall if layout.halves else 1
    return Map(grid, tall, max(min(layout.grid_columns // grid.columns, 2 * tall), 1))


def _height(map: Map | None, layout: Layout) -> int:
    """How many rows of text a heatmap takes."""
    return 0 if map is None else -(-map.grid.lines * map.tall // (1 + layout.halves))


def settled(arrangement: Arrangement, view: View) -> View:
    """The view with the window inside the tensor, and around the cell cursor."""
    height, width = extent(arrangement.shape)
    row, column = view.look.entry
    entry = max(min(row, height - 1), 0), max(min(column, width - 1), 0)
    panel = arrangement.panels.get(view.tab)
    if panel is None:
        return view.looking(entry=entry)
    wanted = panel.grid.place(entry) if view.look.cursor or view.look.worst else (None, None)
    top = _scrolled(view.look.top, panel.lines, panel.grid.lines, wanted[0])
    left = _scrolled(view.look.left, panel.columns, panel.grid.columns, wanted[1])
    return view.looking(entry=entry, top=top, left=left)


def _scrolled(first: int, shown: int, total: int, wanted: int | None) -> int:
    """The first that is shown of a total, so that the wanted one is, too."""
    if wanted is not None:
        first = min(max(first, wanted - shown + 1), wanted)
    return max(min(first, total - shown), 0)


def window(panel: Panel, look: Look) -> tuple[Entry, Entry]:
    """The first line and column in view, and the ends; of a smaller tensor the window may end before."""
    top = max(min(look.top, panel.grid.lines - panel.lines), 0)
    left = max(min(look.left, panel.grid.columns - panel.columns), 0)
    return (top, left), (
        min(top + panel.lines, panel.grid.lines),
        min(left + panel.columns, panel.grid.columns),
    )
