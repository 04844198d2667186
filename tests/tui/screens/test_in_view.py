"""After one press of space the wrong line of a bundled program, and the reason, are in view at every size."""

from __future__ import annotations

import re

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.program.library import bundled_names, starter
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.attention import paint_attention
from backprop_tui.tui.panes.program import paint_program, source_of


@pytest.mark.parametrize(
    ("columns", "room"), [(120, Room(51, 28)), (80, Room(80, 10))], ids=["wide", "narrow"]
)
@pytest.mark.parametrize("name", bundled_names())
def test_the_wrong_line_and_the_reason(name: str, columns: int, room: Room) -> None:
    lines = starter(name).split("\n")
    backward = range(lines.index("# %% backward"), len(lines))
    names = {n: match[0] for n in backward if (match := re.match(r"d\w+", lines[n]))}
    once = [n for n, one in names.items() if [*names.values()].count(one) == 1 and f"{one} = " in lines[n]]
    at = once[2]
    gradient, _, value = lines[at].partition(" = ")
    lines[at] = f"{gradient} = -({value})"
    program = parse("\n".join(lines), name)
    stepper = Stepper(program, 0)
    stepper.begin()
    stepper.handle(Layout(program_rows=room.rows))
    stepper.handle(Advance(Unit.ITERATION))
    stepper.check_lines()
    frame = stepper.frame(0)
    said = " ".join(plain(line).strip() for line in paint_attention(frame, columns))
    assert said.startswith(f"✗ line {at + 1}, {gradient}: sign flipped")
    shown = [plain(line) for line in paint_program(source_of(program), frame, room)]
    assert any(line.startswith(f"│ ✗ {at + 1:>{len(str(len(lines)))}}∂") for line in shown)
