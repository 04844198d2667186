"""What is searched for is found in the lines as they are shown, and marked where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.frame import opening_frame
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, Run, plain
from backprop_tui.tui.panes.looks import Looks
from backprop_tui.tui.panes.program import paint_program
from backprop_tui.tui.panes.search import Search, marked, search
from backprop_tui.tui.panes.source import source_of
from backprop_tui.tui.panes.tensors import paint_tensors

from .. import scenes

SOURCE = source_of(scenes.program())


def of(lines: list[Line], style: str) -> list[str]:
    return [run.text for line in lines for run in line if style in run.style.split()]


def test_small_letters_stand_for_large_ones_and_large_ones_for_themselves() -> None:
    assert search(SOURCE.lines, "dw1", 1).lines == search(SOURCE.lines, "dW1", 1).lines == (23, 26)
    assert search(SOURCE.lines, "DW1", 1).lines == ()


@pytest.mark.parametrize(("start", "line"), [(1, 23), (23, 23), (24, 26), (27, 23)])
def test_it_goes_to_the_first_line_from_a_place_on(start: int, line: int) -> None:
    assert search(SOURCE.lines, "dW1", start).line == line


def test_it_goes_round_and_says_where_it_is() -> None:
    found = search(SOURCE.lines, "dW1", 1)
    assert [found.moved(by).line for by in (0, 1, 2, -1)] == [23, 26, 23, 26]
    assert (found.moved(1).words, search(SOURCE.lines, "nowhere", 1).words) == (
        "2 of 2",
        "not in the program",
    )
    assert search(SOURCE.lines, "nowhere", 1).moved(1).line is None


@given(st.lists(st.text("abAB ", max_size=5), max_size=6), st.text("abAB ", max_size=3))
def test_marking_changes_no_text_and_marks_all_of_it(texts: list[str], text: str) -> None:
    line = tuple(Run(piece, f"s{number}") for number, piece in enumerate(texts))
    shown = marked(line, text, "found")
    assert plain(shown) == plain(line)
    assert [run.style.split()[0] for run in shown if run.text] == [
        f"s{number}" for number, piece in enumerate(texts) for _ in range(_pieces(shown, number)) if piece
    ]
    total = sum(len(run.text) for run in shown if "found" in run.style)
    folded = plain(line).lower() if text.islower() else plain(line)
    assert total == (folded.count(text) * len(text) if text else 0)


def _pieces(line: Line, number: int) -> int:
    return sum(bool(run.text) and run.style.split()[0] == f"s{number}" for run in line)


def test_hits_are_marked_in_both_panes_and_the_one_that_is_gone_to_otherwise() -> None:
    found = Search("dW1", (23, 26), 1)
    program = paint_program(SOURCE, scenes.mid_backward(), Room(100, 30), Looks(search=found))
    assert (of(program, "found"), of(program, "found-here")) == (["dW1"], ["dW1"])
    tensors = paint_tensors(scenes.mid_backward(), Room(70, 12), search=Search("diff"))
    assert of(tensors, "found") == ["diff", "diff"]


def test_neither_line_numbers_nor_values_are_marked() -> None:
    lines = paint_program(
        SOURCE, scenes.mid_backward(), Room(100, 30), Looks(search=search(SOURCE.lines, "1", 1))
    )
    whole = [plain(line) for line in lines]
    assert "1.94…8.01" in "".join(whole)
    assert all(len(text) == 1 for text in of(lines, "found"))


def test_in_narration_that_is_wrapped_the_words_are_marked_and_nothing_else() -> None:
    text = "# %% [markdown]\n# many words that are wrapped, and words again\n# %% forward\nloss = 1"
    program = parse(text, "p")
    source = source_of(program)
    lines = paint_program(
        source, opening_frame(program), Room(30, 12), Looks(search=search(source.lines, "words", 1))
    )
    assert of(lines, "found-here") == ["words", "words"]


def test_the_line_that_is_gone_to_stays_in_view_below_wrapped_lines() -> None:
    frame = replace(scenes.mid_backward(), lines=scenes.lines(20, top=14, rows=12))
    room = Room(34, 9)
    assert "dB1 = dH.sum" not in "\n".join(map(plain, paint_program(SOURCE, frame, room)))
    shown = paint_program(SOURCE, frame, room, Looks(search=Search("dB1", (24, 27), 0)))
    assert "dB1" in of(shown, "found-here")
