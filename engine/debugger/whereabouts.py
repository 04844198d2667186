"""Where a thread stands in a program: looked up from outside, at no cost to the thread."""

from __future__ import annotations

import sys

from ..program.program import Program


def whereabouts(thread: int, program: Program) -> str:
    """`forward, line 6`: the section's own statement that runs; nothing where none does."""
    frame = sys._current_frames().get(thread)
    line = 0
    while frame is not None:
        if frame.f_code.co_filename == program.filename:
            line = frame.f_lineno
        frame = frame.f_back
    kinds = [one.kind for one in program.sections if one.first_line <= line <= one.last_line]
    return f"{kinds[0]}, line {line}" if kinds else ""
