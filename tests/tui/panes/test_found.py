"""What was found in a file without titles, painted without an app."""

from __future__ import annotations

from itertools import product

import pytest

from backprop_tui.engine.program.found import Found
from backprop_tui.engine.program.reading import read
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.panes.found import FoundText, paint_asking, paint_heading, paint_source, paint_words

from .. import scenes


def found_text() -> tuple[FoundText, Found]:
    program = read(scenes.PLAIN, "mine")
    assert program.found is not None
    return FoundText(program, program.found, coloured=False), program.found


def test_the_source_fills_its_room_exactly_at_any_size() -> None:
    text, _ = found_text()
    for width, rows in product((1, 5, 17, 40, 64, 120, 200), (1, 2, 3, 8, 40)):
        lines = paint_source(text, Room(width, rows), 0)
        assert len(lines) == rows
        assert {width_of(line) for line in lines} == {width}


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_no_row_is_wider_than_the_screen(width: int) -> None:
    text, found = found_text()
    rows = [*paint_heading(text, width), *paint_asking(found, width)]
    rows += paint_words(found, "it cannot be", width, 9) if width > 10 else []
    assert max(map(width_of, rows)) <= width


def test_the_words_are_wrapped_and_none_is_lost() -> None:
    _, found = found_text()
    for width in (30, 60, 200):
        text = " ".join(plain(line).strip() for line in paint_words(found, "", width, 40))
        assert text.replace(" · ", " ").split() == found.words.replace(" · ", " ").split()


def test_what_the_words_have_no_room_for_is_counted() -> None:
    _, found = found_text()
    every = paint_words(found, "", 40, 40)
    some = paint_words(found, "", 40, 2)
    assert len(some) == 2
    assert f"… and {len(every) - 1} more rows" in plain(some[-1])


def test_a_comment_between_two_lines_of_one_part_stands_beside_the_same_bar() -> None:
    text = scenes.PLAIN.replace("        dv = dout * x\n", "        # and on\n        dv = dout * x\n")
    program = read(text, "mine")
    assert program.found is not None
    rows = paint_source(FoundText(program, program.found, coloured=False), Room(100, 40), 0)
    (row,) = [plain(line) for line in rows if "# and on" in plain(line)]
    assert "▌" in row
    assert "backward" not in row
