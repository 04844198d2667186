"""The program pane: source, narration, verdicts in the gutter, the current line."""

from __future__ import annotations

import itertools

from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.commands import ToggleBreakpoint
from backprop_tui.engine.debugger.wire.frame import LineState, ProgramLine, Relation, Summary, opening_frame
from backprop_tui.engine.debugger.wire.looks import SelectAt
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, plain, width_of
from backprop_tui.tui.panes.looks import Looks
from backprop_tui.tui.panes.program import paint_program
from backprop_tui.tui.panes.source import folds_of, source_of

from .. import scenes

ROOM = Room(60, 20)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


def test_the_current_line_is_a_bar_over_the_full_width_with_a_pointer() -> None:
    lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
    (bar,) = [line for line in lines if "▸" in plain(line)]
    assert "ddifference = 2 * difference" in plain(bar)
    assert all("bar" in run.style for run in bar[1:-1])


def test_what_has_not_run_is_dim_and_what_has_run_carries_its_sign() -> None:
    lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
    assert styles_of(lines, "dH = 1 * ddifference") == {"ahead"}
    assert any(plain(line).startswith("│ ≈ 19") for line in lines)


def test_a_long_current_line_is_shown_in_full() -> None:
    room = Room(34, 40)
    lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), room)
    bar = [plain(line) for line in lines if any("bar" in run.style for run in line)]
    words = " ".join(" ".join(bar).replace("│", " ").split())
    assert "ddifference = 2 * difference * ddifference_squared" in words


def test_a_wrapped_current_line_stays_in_view_at_the_bottom() -> None:
    frame = replace(scenes.mid_backward(), lines=scenes.lines(20, top=14, rows=7))
    shown = text(paint_program(source_of(scenes.program()), frame, Room(34, 9)))
    assert "ddifference_squared  " in shown


def test_what_a_line_bound_stands_at_the_right_edge_where_there_is_room() -> None:
    source, frame = source_of(scenes.program()), scenes.mid_backward()
    wide = text(paint_program(source, frame, Room(100, 30)))
    narrow = text(paint_program(source, frame, Room(40, 30)))
    assert "-0.031…0.0065     [4] │" in wide
    assert "-0.031…0.0065" not in narrow


def test_a_failure_stands_on_its_line_in_words() -> None:
    lines = paint_program(source_of(scenes.program()), scenes.failed(), Room(100, 30))
    rows = [plain(line) for line in lines if any("bar-failed" in run.style for run in line)]
    assert rows[0].startswith("│ ! 20 ▸ ddifference")
    assert "RuntimeError: The size of tensor a[/]b (4)" in rows[1]


def test_section_titles_are_words_and_the_current_one_is_accented() -> None:
    lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
    assert styles_of(lines, "backward") == {"title accent"}
    assert styles_of(lines, "forward") == {"title"}
    assert "# %%" not in text(lines)


def test_source_that_looks_like_markup_or_like_a_command_is_shown_as_it_is() -> None:
    program = parse("# %% forward\nloss = 'a[/]b\\x1b [bold]' # 日本 \t x", "a[/]b")
    frame = opening_frame(program)
    lines = paint_program(source_of(program), frame, Room(80, 10))
    assert "loss = 'a[/]b\\x1b [bold]' # 日本" in text(lines)
    assert {width_of(line) for line in lines} == {80}


def test_every_line_has_its_number_whatever_ends_the_file() -> None:
    for source in (
        "# %% forward\nloss = 1",
        "# %% forward\nloss = 1\n\n\n",
        "\n\nloss = 1\n# %% forward\nloss=1\f\n",
    ):
        program = parse(source, "p")
        assert len(source_of(program).lines) == len(program.lines)


LONG = """\
# %% [markdown]
# # Title
# Some words that go on for longer than a narrow pane is wide,
# and then on the next line.
#
# - an item that is longer than the pane is wide as well, so
#   that it is wrapped
# - another
# %% forward
loss = 1
"""


def test_narration_is_wrapped_like_text_and_nothing_of_it_is_cut() -> None:
    program = parse(LONG, "p")
    lines = paint_program(source_of(program), opening_frame(program), Room(44, 24))
    rows = [plain(line).strip("│ ") for line in lines]
    words = " ".join(" ".join(rows).split())
    assert "go on for longer than a narrow pane is wide, and then on the next line." in words
    assert "- an item that is longer than the pane is wide as well, so that it is wrapped - another" in words
    assert "…" not in words


def test_narration_that_fits_keeps_its_own_lines() -> None:
    program = parse(LONG, "p")
    rows = [plain(line) for line in paint_program(source_of(program), opening_frame(program), Room(90, 24))]
    assert any(row.strip("│ ") == "and then on the next line." for row in rows)
    assert any("   that it is wrapped" in row for row in rows)


def test_the_end_of_a_program_is_seen_below_wrapped_narration() -> None:
    program = parse(LONG, "p")
    frame = replace(opening_frame(program), lines=opening_frame(program).lines[1:])
    assert "loss = 1" in text(paint_program(source_of(program), frame, Room(34, 10)))


def test_a_line_that_writes_a_part_of_a_gradient_says_so() -> None:
    frame = scenes.mid_backward()
    lines = tuple(
        replace(line, verdict=None, partial=True) if line.number == 19 else line for line in frame.lines
    )
    painted = paint_program(source_of(scenes.program()), replace(frame, lines=lines), Room(100, 30))
    assert any(plain(line).startswith("│ ┆ 19") for line in painted)


def test_a_shape_of_four_dimensions_is_whole_and_apart_from_the_value() -> None:
    frame = scenes.mid_backward()
    bound = Summary((3, 2, 40, 40), "float32", -8.19, 8.2)
    lines = tuple(replace(line, bound=bound) if line.number == 12 else line for line in frame.lines)
    painted = text(paint_program(source_of(scenes.program()), replace(frame, lines=lines), Room(80, 30)))
    assert "-8.19…8.20 [3 2 40 40] │" in painted


def test_some_of_what_follows_the_current_line_is_in_view_below_wrapped_text() -> None:
    program = parse(LONG, "p")
    opening = opening_frame(program)
    number = next(n for n, line in enumerate(program.lines, 1) if line.startswith("loss"))
    lines = tuple(
        replace(line, state=LineState.CURRENT) if line.number == number else line for line in opening.lines
    )
    frame = replace(
        opening, lines=(*lines, *[ProgramLine(n, LineState.AHEAD) for n in range(number + 1, number + 5)])
    )
    rows = [plain(line) for line in paint_program(source_of(program), frame, Room(34, 10))][1:-1]
    (at,) = [place for place, row in enumerate(rows) if "▸" in row]
    assert len(rows) - at - 1 == 3


def test_below_wrapped_text_the_pane_moves_on_seldom_and_never_loses_the_current_line() -> None:
    words = "# " + "narration that is longer than the pane is wide " * 12
    code = [f"x{n} = {n}" for n in range(12)]
    program = parse("\n".join(["# %% [markdown]", words, "# %% forward", *code, "loss = x1"]), "long")
    source, tops = source_of(program), []
    for current in range(4, 16):
        lines = tuple(
            replace(line, state=LineState.CURRENT if line.number == current else LineState.RAN)
            for line in opening_frame(program).lines
        )
        frame = replace(opening_frame(program), lines=lines, current_line=current)
        rows = [plain(row) for row in paint_program(source, frame, Room(40, 16))]
        assert any("▸" in row for row in rows)
        tops.append(rows[1])
    moves = sum(before != after for before, after in itertools.pairwise(tops))
    assert 0 < moves <= 4


def test_a_breakpoint_stands_beside_its_number_and_a_click_there_toggles_it() -> None:
    frame = scenes.mid_backward()
    number = frame.current_line
    assert number is not None
    lines = tuple(replace(line, breakpoint=line.number == number) for line in frame.lines)
    marked = replace(frame, lines=lines)
    rows = paint_program(source_of(scenes.program()), marked, Room(66, 36))
    assert [f"●{number}" in plain(row) for row in rows].count(True) == 1
    row = next(row for row in rows if f"●{number}" in plain(row))
    assert {run.click for run in row if run.click} == {ToggleBreakpoint(number), SelectAt(number)}


def test_a_click_on_a_line_selects_and_one_on_its_number_stops_there() -> None:
    lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
    (row,) = [line for line in lines if "dH = 1 * ddifference" in plain(line)]
    clicks = {run.text.strip(): run.click for run in row}
    assert clicks["dH = 1 * ddifference"] == SelectAt(21)
    assert clicks["21"] == ToggleBreakpoint(21)


def test_a_line_says_what_it_has_to_do_with_the_selected_tensor() -> None:
    frame = scenes.mid_backward()
    lines = tuple(
        replace(line, relation=Relation.USES) if line.number == 13 else line for line in frame.lines
    )
    shown = text(paint_program(source_of(scenes.program()), replace(frame, lines=lines), Room(100, 30)))
    assert "13→  difference = H - y" in shown
    assert "14   difference_squared = " in shown


def test_narration_that_is_folded_takes_one_row_and_says_that_there_is_more() -> None:
    program = parse(LONG, "p")
    source = source_of(program)
    assert folds_of(source) == ((1, 1), (3, 8))
    rows = [
        plain(line)
        for line in paint_program(source, opening_frame(program), Room(60, 24), Looks(folded=True))
    ]
    assert [row.strip("│ ") for row in rows[1:4]] == ["Title …", "forward", "10   loss = 1"]
