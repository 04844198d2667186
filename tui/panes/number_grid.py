"""Blocks of numbers, aligned at the decimal point under one exponent."""

from __future__ import annotations

import math

from ...engine.debugger.wire.grid import Entry
from ...engine.debugger.wire.inspected import NAMES, Block, Form, Inspector, Tab
from ..drawing.line import Line, Run, left, right, wrap


def paint_grid(tensor: Inspector, columns: int) -> list[Line]:
    """The numbers: short vectors show all tabs together, others the chosen one."""
    block = tensor.blocks.get(tensor.tab)
    if tensor.form is not Form.SHEET and any(one.rows for one in tensor.blocks.values()):
        return _stacked(tensor) if tensor.form is Form.STACKED else _beside(tensor)
    if block is None or not block.rows:
        return [] if tensor.heat is not None else _missing(block.missing if block else "", columns)
    return _sheet(tensor, block)


def _missing(reason: str, columns: int) -> list[Line]:
    return [(Run(row, "quiet"),) for row in wrap(reason or "nothing yet", max(columns, 10))]


def _stacked(tensor: Inspector) -> list[Line]:
    """A row for each tab; the chosen one is bold."""
    return [_tab_row(tensor, tab, block) for tab, block in tensor.blocks.items()]


def _tab_row(tensor: Inspector, tab: Tab, block: Block) -> Line:
    style = "strong" if tab is tensor.tab else "quiet"
    label = Run(left(f"{tab.value} {block.scale.label}", NAMES), style)
    if not block.rows:
        return (label, Run(f"  {block.missing}", "faint"))
    return (label, *_numbers(tensor, tab, 0))


def _beside(tensor: Inspector) -> list[Line]:
    """A column for each tab; the chosen one has a bold title."""
    blocks = {tab: block for tab, block in tensor.blocks.items() if block.rows}
    shown = next(iter(blocks.values()))
    indent = Run(" " * shown.margin)
    lines: list[Line] = [(indent, *(run for tab in blocks for run in _title(tensor, tab)))]
    if any(block.scale.label for block in blocks.values()):
        lines.append((indent, *(Run(right(one.scale.label, one.step), "faint") for one in blocks.values())))
    for number in range(max(len(block.rows[0]) for block in blocks.values())):
        index = Run(f"{number:>{shown.margin}}", "faint")
        lines.append((index, *(run for tab in blocks for run in _number(tensor, tab, (0, number)))))
    return lines


def _title(tensor: Inspector, tab: Tab) -> Line:
    """A column's title; an underline is as long as the word."""
    style = "active" if tab is tensor.tab else "quiet"
    return (Run(" " * (tensor.blocks[tab].step - len(tab.value))), Run(tab.value, style))


def _sheet(tensor: Inspector, block: Block) -> list[Line]:
    """A row of indices above, an index before each row; of a folded vector where each line begins."""
    start, fold = block.left, block.grid.fold
    plus = "+" if fold else ""
    heads = (f"{plus}{number}" for number in range(start, start + len(block.rows[0])))
    label = Run(right(block.scale.label, block.margin), "faint")
    lines: list[Line] = [(label, *(Run(f"{head:>{block.step}}", "faint") for head in heads))]
    for number in range(len(block.rows)):
        index = (block.top + number) * (fold or 1)
        lines.append((Run(f"{index:>{block.margin}}", "faint"), *_numbers(tensor, tensor.tab, number)))
    return lines


def _numbers(tensor: Inspector, tab: Tab, line: int) -> Line:
    columns = range(len(tensor.blocks[tab].rows[line]))
    return tuple(run for column in columns for run in _number(tensor, tab, (line, column)))


def _number(tensor: Inspector, tab: Tab, place: Entry) -> Line:
    """One number, at a place in what is in view; the cell cursor is as wide as a number can be."""
    block = tensor.blocks[tab]
    (line, column), width = place, block.scale.width
    if column >= len(block.rows[line]):
        return (Run(" " * block.step),)
    value, gap = block.rows[line][column], " " * (block.step - width)
    style = _style(tensor, tab, value, block)
    if tensor.cell is None or block.grid.place(tensor.cell.entry) != (block.top + line, block.left + column):
        return (Run(gap + block.scale.write(value), style),)
    return (Run(gap), Run(block.scale.write(value), f"{style} cursor".strip()))


def _style(tensor: Inspector, tab: Tab, value: float, block: Block) -> str:
    """Not finite warns; errors beyond rounding are bad, all of them; the rest is calm."""
    if tab is Tab.ERROR:
        return "bad" if abs(value) > block.within else "quiet"
    if not math.isfinite(value):
        return "warn"
    return "" if tab is tensor.tab else "quiet"


def cut_words(block: Block) -> str:
    """`rows 0–7 of 32 ↓ · columns 0–6 of 48 →`: what of the numbers is in view; '' where all is."""
    if not block.rows:
        return ""
    grid, lines, columns = block.grid, len(block.rows), len(block.rows[0])
    if grid.fold:
        first = block.top * grid.fold
        last = first + (lines - 1) * grid.fold + len(block.rows[-1]) - 1
        return _part("entries", first, last, grid.width, "↑↓") if lines < grid.lines else ""
    rows = _part("rows", block.top, block.top + lines - 1, grid.lines, "↑↓")
    others = _part("columns", block.left, block.left + columns - 1, grid.columns, "←→")
    return " · ".join(filter(None, (rows, others)))


def _part(what: str, first: int, last: int, total: int, arrows: str) -> str:
    if last - first + 1 >= total:
        return ""
    arrow = arrows[0] * (first > 0) + arrows[1] * (last < total - 1)
    return f"{what} {first}–{last} of {total} {arrow}"
