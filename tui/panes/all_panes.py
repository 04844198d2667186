"""The whole main screen as lines: pure functions from a frame and the panes' sizes."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine.debugger.folds import Folds
from ...engine.debugger.wire.frame import Frame
from ...engine.debugger.wire.looks import Layout
from ..drawing.box import Room
from ..drawing.line import Line
from .attention import paint_attention
from .footer import paint_footer, paint_notes
from .inspector import grid_rows, paint_inspector
from .looks import PLAIN, Looks
from .loss import curve_dots, paint_loss
from .output import paint_output
from .program import paint_program
from .source import Source
from .status_line import paint_status
from .tensors import paint_tensors

Rooms = Mapping[str, Room]
"""The size of every canvas on the screen by its id; hidden ones are absent."""


def paint(source: Source, frame: Frame, rooms: Rooms, looks: Looks = PLAIN) -> dict[str, list[Line]]:
    """Lines for every canvas that has room."""
    return {name: _paint_one(name, source, frame, rooms, looks) for name in rooms}


def _paint_one(name: str, source: Source, frame: Frame, rooms: Rooms, looks: Looks) -> list[Line]:
    room = rooms[name]
    if name == "program":
        return paint_program(source, frame, room, looks)
    if name == "output":
        return paint_output(frame, room, looks.up)
    if name == "tensors":
        return paint_tensors(frame, room, alone="inspector" not in rooms, search=looks.search)
    if name in _PANES:
        return _PANES[name](frame, room)
    if name == "footer":
        return paint_footer(frame, room.width, looks.search, zoomed=looks.zoomed)
    return _ROWS[name](frame, room.width)


_PANES = {"inspector": paint_inspector, "loss": paint_loss}
_ROWS = {"status": paint_status, "attention": paint_attention, "notes": paint_notes}


def layout_for(rooms: Rooms, before: Layout, folds: Folds = ()) -> Layout:
    """What the engine has to know of the sizes; hidden panes keep what they had."""
    program, tensors = rooms.get("program"), rooms.get("tensors")
    inspector, loss = rooms.get("inspector"), rooms.get("loss")
    return Layout(
        max(program.rows, 1) if program else before.program_rows,
        max(tensors.rows - 1, 1) if tensors else before.tensor_rows,
        grid_rows(inspector) if inspector else before.grid_rows,
        inspector.columns if inspector else before.grid_columns,
        curve_dots(loss.width) if loss else before.loss_columns,
        inspector.shades if inspector else before.halves,
        folds,
    )
