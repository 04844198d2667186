"""What is there before the engine is: the program's text, nothing run."""

from __future__ import annotations

from ..program.program import Program
from .frame import Frame, LineState, ProgramLine, Status


def opening_frame(program: Program) -> Frame:
    """The first picture. It takes no torch, so that it can stand before anything is loaded."""
    ahead = {
        number for section in program.sections for number in range(section.first_line, section.last_line + 1)
    }
    lines = tuple(
        ProgramLine(number, LineState.AHEAD if number in ahead else LineState.STILL)
        for number in range(1, len(program.lines) + 1)
    )
    return Frame(0, Status(program.name, loading=True), lines, len(lines))
