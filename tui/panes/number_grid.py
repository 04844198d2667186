"""Blocks of numbers, aligned at the decimal point under one exponent."""

from __future__ import annotations

import math

from ...engine.debugger.frame import Block, Inspector, Tab
from ..drawing.box import Room
from ..drawing.line import Line, Run, left, right, wrap
from ..drawing.numbers import CELL, scale_for

STEP = CELL + 2
"""Columns from one number to the next."""
LABEL = 15
"""Columns for the name of a row and its exponent: `autograd ×1e-10`."""
INDEX = 6
"""Columns for a row's index."""


def grid_room(columns: int, rows: int) -> tuple[int, int]:
    """How many rows and columns of numbers an inspector with that room for text shows."""
    others = 9 if rows >= 13 else 6 if rows >= 9 else 3
    return max(rows - others, 1), max((columns - LABEL) // STEP, 1)


def paint_grid(tensor: Inspector, room: Room) -> list[Line]:
    """The numbers: one-row and one-column tensors show all tabs together, others the chosen one."""
    block = tensor.blocks.get(tensor.tab)
    shown = next((b for b in tensor.blocks.values() if b.rows), None)
    if block is None or shown is None:
        return _missing(block.missing if block else "", room.columns)
    if shown.height == 1:
        return _stacked(tensor, shown, room.rows)
    if shown.width == 1:
        return _side_by_side(tensor, shown)
    if not block.rows:
        return _missing(block.missing, room.columns)
    return _matrix(tensor, block)


def _missing(reason: str, columns: int) -> list[Line]:
    return [(Run(row, "quiet"),) for row in wrap(reason or "nothing yet", max(columns, 10))]


def _stacked(tensor: Inspector, shown: Block, rows: int) -> list[Line]:
    """A row for each tab; the chosen one is bold. The indices above them only where there is room."""
    header: Line = (Run(" " * LABEL), *_indices(shown)) if shown.width > 1 else ()
    tabs = [_tab_row(tensor, tab, block) for tab, block in tensor.blocks.items()]
    return [header, *tabs] if rows >= 7 else tabs


def _tab_row(tensor: Inspector, tab: Tab, block: Block) -> Line:
    scale = scale_for(_magnitude(tensor, tab), integer=block.integer)
    style = "strong" if tab is tensor.tab else "quiet"
    label = Run(left(f"{tab.value} {scale.label}", LABEL), style)
    if not block.rows:
        return (label, Run(f"  {block.missing}", "faint"))
    return (label, *_numbers(tensor, tab, block, block.rows[0]))


def _side_by_side(tensor: Inspector, shown: Block) -> list[Line]:
    """A column for each tab; the chosen one has a bold title."""
    tabs = [tab for tab, block in tensor.blocks.items() if block.rows]
    titles = [run for tab in tabs for run in _title(tab, chosen=tab is tensor.tab)]
    labels = [_label(tensor, tab) for tab in tabs]
    lines: list[Line] = [(Run(" " * INDEX), *titles)]
    if any(labels):
        lines.append((Run(" " * INDEX), *(Run(right(label, STEP), "faint") for label in labels)))
    for number in range(len(shown.rows)):
        cells: Line = (Run(f"{shown.top + number:>{INDEX}}", "faint"),)
        for tab in tabs:
            block = tensor.blocks[tab]
            if number < len(block.rows):
                cells += _numbers(tensor, tab, block, block.rows[number][:1])
        lines.append(cells)
    return [*lines, *_more(shown)]


def _title(tab: Tab, *, chosen: bool) -> Line:
    """A column's title; an underline is as long as the word."""
    return (Run(" " * (STEP - len(tab.value))), Run(tab.value, "active" if chosen else "quiet"))


def _matrix(tensor: Inspector, block: Block) -> list[Line]:
    label = Run(right(_label(tensor, tensor.tab), INDEX), "faint")
    lines: list[Line] = [(label, *_indices(block))]
    for number, row in enumerate(block.rows):
        index = Run(f"{block.top + number:>{INDEX}}", "faint")
        lines.append((index, *_numbers(tensor, tensor.tab, block, row)))
    return lines


def _indices(block: Block) -> Line:
    count = len(block.rows[0]) if block.rows else 0
    numbers = range(block.left, block.left + count)
    return tuple(Run(f"{number:>{STEP}}", "faint") for number in numbers)


def _more(block: Block) -> list[Line]:
    return []


def _label(tensor: Inspector, tab: Tab) -> str:
    return scale_for(_magnitude(tensor, tab), integer=tensor.blocks[tab].integer).label


def _magnitude(tensor: Inspector, tab: Tab) -> float:
    """The largest entry of a tab; manual and autograd share one, so that they compare."""
    pair = (Tab.MANUAL, Tab.AUTOGRAD)
    tabs = pair if tab in pair else (tab,)
    return max(tensor.blocks[t].magnitude for t in tabs if t in tensor.blocks)


def _numbers(tensor: Inspector, tab: Tab, block: Block, row: tuple[float, ...]) -> Line:
    scale = scale_for(_magnitude(tensor, tab), integer=block.integer)
    chosen = tab is tensor.tab
    return tuple(Run("  " + scale.write(value), _style(tensor, tab, value, block, chosen)) for value in row)


def _style(tensor: Inspector, tab: Tab, value: float, block: Block, chosen: bool) -> str:
    """Not finite warns; the large errors of a failing gradient are bad; the rest is calm."""
    if not math.isfinite(value):
        return "warn"
    if tab is Tab.ERROR and tensor.verdict is not None and not tensor.verdict.passes:
        return "bad" if value and abs(value) >= block.magnitude / 2 else "quiet"
    return "" if chosen else "quiet"
