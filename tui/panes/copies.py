"""What can be copied of what is on the screen: a name, a value, a line, a diagnosis."""

from __future__ import annotations

from typing import NamedTuple

from ...engine.debugger.wire.frame import Frame
from ...engine.debugger.wire.inspected import Block, Inspector, Tab
from ...engine.program.frame import told as told_of
from ...engine.program.program import Program
from .program import line_of_cursor


class Copy(NamedTuple):
    """A text that can be copied, and the key that does it."""

    key: str
    words: str
    text: str


def copies(frame: Frame, program: Program) -> list[Copy]:
    """All that there is to copy now."""
    shown, number = frame.inspector, line_of_cursor(frame)
    line = program.lines[number - 1].strip() if 0 < number <= len(program.lines) else ""
    told = frame.attention.text if frame.attention is not None else shown.sentence
    what = "value" if shown.tab is Tab.VALUE else f"{shown.tab} of"
    found = (
        Copy("v", f"{what} {told_of(shown.name)}{_part(shown)}", _numbers(shown)),
        Copy("n", "name", told_of(shown.name)),
        Copy("l", f"line {number}", line),
        Copy("d", "diagnosis", told),
    )
    return [one for one in found if one.text]


def _part(shown: Inspector) -> str:
    """` at [3, 1]`, ` from [0, 4] on`: of a tensor that is not in view as a whole, which part is."""
    if shown.cell is not None:
        return f" at {[*shown.cell.at]}"
    block = shown.blocks.get(shown.tab, Block())
    seen = sum(map(len, block.rows))
    whole = block.grid.height * block.grid.width
    return f", {seen} of {whole} numbers in view" if seen < whole else ""


def _numbers(shown: Inspector) -> str:
    """The entry at the cell cursor in full; without one the numbers in view, tabs between them."""
    if shown.cell is not None:
        return shown.cell.numbers.get(shown.tab, "")
    rows = shown.blocks.get(shown.tab, Block()).rows
    return "\n".join("\t".join(repr(number) for number in row) for row in rows)
