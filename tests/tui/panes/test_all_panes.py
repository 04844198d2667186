"""What every pane paints from a frame, without an app."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.drawing.plot import BRAILLE
from backprop_tui.tui.panes.all_panes import layout_for, paint
from backprop_tui.tui.panes.output import paint_output
from backprop_tui.tui.panes.source import source_of

from .. import scenes

PANES = ("program", "tensors", "inspector", "loss", "output")
SCENES = ("initial", "after_iteration", "mid_backward", "wrong", "failed", "not_a_number")
ROOM = Room(60, 20)


@pytest.mark.parametrize("scene", SCENES)
def test_every_pane_fills_its_room_exactly_at_any_size(scene: str) -> None:
    source, frame = source_of(scenes.program()), getattr(scenes, scene)()
    for width, rows in product((1, 5, 17, 40, 64, 120, 200), (1, 2, 3, 8, 40)):
        rooms = dict.fromkeys(PANES, Room(width, rows))
        for lines in paint(source, frame, rooms).values():
            assert len(lines) == rows
            assert {width_of(line) for line in lines} == {width}


def test_the_engine_is_asked_for_what_is_in_view() -> None:
    rooms = {
        "program": Room(52, 29),
        "tensors": Room(68, 13),
        "inspector": Room(68, 16),
        "loss": Room(120, 5),
    }
    assert layout_for(rooms, Layout()) == Layout(27, 10, 10, 64, 96 * BRAILLE.wide)


def test_a_hidden_pane_keeps_the_size_that_it_had() -> None:
    before = Layout(1, 2, 3, 4, 5)
    assert layout_for({"program": Room(80, 11)}, before) == Layout(9, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("total", "title"), [(0, "output · 0 lines"), (1, "output · 1 line "), (2, "output · 2 lines")]
)
def test_the_lines_of_the_output_are_counted_in_words(total: int, title: str) -> None:
    frame = replace(scenes.initial(), output=("said",) * total, output_total=total)
    assert title in plain(paint_output(frame, ROOM)[0])
