"""The output pane: the last lines that the program printed."""

from __future__ import annotations

from ...engine.debugger.wire.frame import Frame
from ..drawing.box import Room, boxed
from ..drawing.line import Line, Run, clean, crop

EMPTY = "The program has printed nothing yet."


def paint_output(frame: Frame, room: Room, up: int = 0) -> list[Line]:
    """The end of the output, or `up` lines above its end."""
    end = len(frame.output) - clamp(up, len(frame.output), room)
    lines = frame.output[max(end - room.rows, 0) : end]
    shown: list[Line] = [crop((Run(clean(line)),), room.columns) for line in lines]
    kept = frame.output_total - len(frame.output)
    facts = f"{frame.output_total} line{'s' * (frame.output_total != 1)}" + (
        f", the first {kept} gone" if kept > 0 else ""
    )
    title = (Run("output", "strong"), Run(f" · {facts}", "quiet"))
    hint = (Run("o", "accent strong", "output"), Run(" closes", "quiet"))
    return boxed(shown or [(Run(EMPTY, "quiet"),)], room, title, hint)


def clamp(up: int, total: int, room: Room) -> int:
    """How far up one can look: never beyond the first line."""
    return max(min(up, total - room.rows), 0)
