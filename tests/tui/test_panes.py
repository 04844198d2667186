"""What every pane paints from a frame, without an app."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from types import ModuleType

import pytest

from backprop_tui.engine.commands import Layout, SelectName
from backprop_tui.engine.frame import (
    Block,
    Frame,
    Inspector,
    LossCurve,
    Status,
    Summary,
    Tab,
    TensorRow,
)
from backprop_tui.engine.program import parse
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.box import Room
from backprop_tui.tui.footer import paint_footer, paint_notes
from backprop_tui.tui.grid import grid_room
from backprop_tui.tui.inspector_pane import paint_inspector
from backprop_tui.tui.line import Line, plain, width_of
from backprop_tui.tui.loss_pane import heights_of, paint_loss
from backprop_tui.tui.output_pane import paint_output
from backprop_tui.tui.panes import layout_for, opening_frame, paint
from backprop_tui.tui.program_pane import paint_program, source_of
from backprop_tui.tui.signs import SIGNS
from backprop_tui.tui.status_line import paint_status
from backprop_tui.tui.tensors_pane import paint_tensors

PANES = ("program", "tensors", "inspector", "loss", "output")
SCENES = ("initial", "after_iteration", "mid_backward", "wrong", "failed", "not_a_number")
ROOM = Room(60, 20)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


@pytest.mark.parametrize("scene", SCENES)
def test_every_pane_fills_its_room_exactly_at_any_size(scenes: ModuleType, scene: str) -> None:
    source, frame = source_of(scenes.program()), getattr(scenes, scene)()
    for width, rows in product((1, 5, 17, 40, 64, 120, 200), (1, 2, 3, 8, 40)):
        rooms = dict.fromkeys(PANES, Room(width, rows))
        for lines in paint(source, frame, rooms).values():
            assert len(lines) == rows
            assert {width_of(line) for line in lines} == {width}


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_help_and_quit_stay_in_the_footer_of_narrow_terminals(width: int) -> None:
    text = plain(paint_footer(Frame(0, Status("line")), width)[0])
    assert text.startswith(" space iteration")
    assert text.rstrip().endswith("? help   q quit")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_status_and_footer_never_leave_their_row(scenes: ModuleType, width: int) -> None:
    for scene in SCENES:
        frame = getattr(scenes, scene)()
        assert [width_of(line) <= width for line in paint_status(frame, width)] == [True]
        assert [width_of(line) <= width for line in paint_footer(frame, width)] == [True]


class TestProgram:
    def test_the_current_line_is_a_bar_over_the_full_width_with_a_pointer(self, scenes: ModuleType) -> None:
        lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
        (bar,) = [line for line in lines if "▸" in plain(line)]
        assert "ddifference = 2 * difference" in plain(bar)
        assert all("bar" in run.style for run in bar[1:-1])

    def test_what_has_not_run_is_dim_and_what_has_run_carries_its_sign(self, scenes: ModuleType) -> None:
        lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
        assert styles_of(lines, "dH = 1 * ddifference") == {"ahead"}
        assert any(plain(line).startswith("│ ≈ 19") for line in lines)

    def test_a_long_current_line_is_shown_in_full(self, scenes: ModuleType) -> None:
        room = Room(34, 40)
        lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), room)
        bar = [plain(line) for line in lines if any("bar" in run.style for run in line)]
        words = " ".join(" ".join(bar).replace("│", " ").split())
        assert "ddifference = 2 * difference * ddifference_squared" in words

    def test_a_wrapped_current_line_stays_in_view_at_the_bottom(self, scenes: ModuleType) -> None:
        frame = replace(scenes.mid_backward(), lines=scenes.lines(20, top=14, rows=7))
        shown = text(paint_program(source_of(scenes.program()), frame, Room(34, 9)))
        assert "ddifference_squared  " in shown

    def test_what_a_line_bound_stands_at_the_right_edge_where_there_is_room(self, scenes: ModuleType) -> None:
        source, frame = source_of(scenes.program()), scenes.mid_backward()
        wide = text(paint_program(source, frame, Room(100, 30)))
        narrow = text(paint_program(source, frame, Room(40, 30)))
        assert "-0.031…0.0065     [4] │" in wide
        assert "-0.031…0.0065" not in narrow

    def test_a_failure_stands_on_its_line_in_words(self, scenes: ModuleType) -> None:
        lines = paint_program(source_of(scenes.program()), scenes.failed(), Room(100, 30))
        rows = [plain(line) for line in lines if any("bar-failed" in run.style for run in line)]
        assert rows[0].startswith("│ ! 20 ▸ ddifference")
        assert "RuntimeError: The size of tensor a[/]b (4)" in rows[1]

    def test_section_titles_are_words_and_the_current_one_is_accented(self, scenes: ModuleType) -> None:
        lines = paint_program(source_of(scenes.program()), scenes.mid_backward(), Room(100, 30))
        assert styles_of(lines, "backward") == {"title accent"}
        assert styles_of(lines, "forward") == {"title"}
        assert "# %%" not in text(lines)

    def test_source_that_looks_like_markup_or_like_a_command_is_shown_as_it_is(self) -> None:
        program = parse("# %% forward\nloss = 'a[/]b\\x1b [bold]' # 日本 \t x", "a[/]b")
        frame = opening_frame(program)
        lines = paint_program(source_of(program), frame, Room(80, 10))
        assert "loss = 'a[/]b\\x1b [bold]' # 日本" in text(lines)
        assert {width_of(line) for line in lines} == {80}

    def test_every_line_has_its_number_whatever_ends_the_file(self) -> None:
        for source in (
            "# %% forward\nloss = 1",
            "# %% forward\nloss = 1\n\n\n",
            "\n\nloss = 1\n# %% forward\nloss=1\f\n",
        ):
            program = parse(source, "p")
            assert len(source_of(program).lines) == len(program.lines)


class TestTensors:
    def test_a_row_says_name_shape_value_gradient_check_and_maxdiff(self, scenes: ModuleType) -> None:
        rows = text(paint_tensors(scenes.wrong(), Room(68, 14))).splitlines()
        (row,) = [row for row in rows if "▸" in row]
        assert row.split() == [
            *("│", "✗▸", "difference", "[4]", "-0.062…0.0130", "-0.031…0.0065", "wrong", "0.0619"),
            "│",
        ]

    def test_columns_stand_still_when_values_change(self, scenes: ModuleType) -> None:
        def row(low: float, high: float) -> str:
            value = Summary((4,), "float32", low, high)
            tensor = TensorRow("x", "data", value, None, Verdict.EXACT, 0.0, False, False)
            return plain(paint_tensors(Frame(0, Status("p"), tensors=(tensor,)), Room(68, 5))[2])

        rows = [row(-1.5, 2.0), row(1e-7, 1e12), row(0.0, 12345.0)]
        assert len({line.index("exact") for line in rows}) == 1
        assert len({line.index("…") for line in rows}) == 1

    def test_a_gradient_that_passes_although_its_line_is_wrong_is_hidden(self, scenes: ModuleType) -> None:
        value = Summary((4,), "float32", 0.0, 1.0)
        row = TensorRow("x", "data", value, value, Verdict.CLOSE, 1e-9, False, False, hidden=True)
        shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(68, 5)))
        assert "✗" in shown
        assert "hidden" in shown

    def test_a_click_on_a_row_selects_its_tensor(self, scenes: ModuleType) -> None:
        lines = paint_tensors(scenes.mid_backward(), Room(68, 14))
        clicks = {run.click for run in lines[2] if run.click}
        assert clicks == {SelectName("W1")}

    def test_what_is_not_in_view_is_counted(self, scenes: ModuleType) -> None:
        frame = replace(scenes.mid_backward(), tensors_top=3, tensors_total=27)
        assert "4–10 of 27" in text(paint_tensors(frame, Room(68, 14)))

    def test_before_there_are_tensors_the_pane_says_what_comes(self, scenes: ModuleType) -> None:
        assert "appear here" in text(paint_tensors(scenes.initial(), Room(68, 14)))

    def test_every_verdict_has_its_own_word_or_sign(self) -> None:
        assert set(SIGNS) == set(Verdict)
        assert len({(sign.mark, sign.words) for sign in SIGNS.values()}) == len(Verdict)


class TestInspector:
    def test_one_row_tensors_show_all_tabs_one_over_the_other(self, scenes: ModuleType) -> None:
        shown = text(paint_inspector(scenes.mid_backward(), Room(68, 15)))
        assert shown.count("-0.03095   -0.01846   -0.00598    0.00650") == 2
        assert all(f"│ {tab.value}" in shown for tab in Tab)

    def test_one_column_tensors_show_all_tabs_side_by_side(self) -> None:
        rows = tuple((float(n),) for n in (2, 3, 4))
        block = Block(rows, height=32, width=1, top=2, magnitude=9.0)
        tensor = Inspector("m", (32, 1), tab=Tab.ERROR, blocks=dict.fromkeys(Tab, block))
        shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
        assert "value     manual   autograd      error" in shown
        assert "2      2.000      2.000      2.000      2.000" in shown

    def test_a_matrix_has_the_indices_of_what_is_in_view(self) -> None:
        block = Block(((1.0, 2.0), (3.0, 4.0)), top=30, left=7, height=32, width=9, magnitude=4.0)
        tensor = Inspector("m", (2, 32, 9), slice_index=(1,), blocks={Tab.VALUE: block})
        shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
        assert "[1 : :]" in shown
        assert "31      3.000      4.000" in shown
        assert "7          8" in shown

    def test_tiny_numbers_share_one_exponent_that_is_written_once(self) -> None:
        block = Block(((4.66e-9, -1e-9),), height=1, width=2, magnitude=4.66e-9)
        tensor = Inspector("m", (2,), tab=Tab.ERROR, blocks={Tab.ERROR: block})
        shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
        assert shown.count("×1e-9") == 1
        assert "4.660     -1.000" in shown

    def test_a_missing_block_says_why(self) -> None:
        tensor = Inspector("m", (2,), blocks={Tab.VALUE: Block(missing="not written a[/]b yet")})
        assert "not written a[/]b yet" in text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))

    def test_entries_that_are_not_finite_warn(self) -> None:
        block = Block(((math.nan, 1.0),), height=1, width=2, magnitude=1.0)
        tensor = Inspector("m", (2,), blocks={Tab.VALUE: block})
        lines = paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM)
        assert styles_of(lines, "nan") == {"warn"}

    def test_a_failure_comes_first_with_the_traceback(self, scenes: ModuleType) -> None:
        shown = text(paint_inspector(scenes.failed(), Room(68, 15)))
        assert "RuntimeError on line 20 in backward" in shown
        assert 'File "linear_regression.py", line 20' in shown

    @pytest.mark.parametrize("columns", [20, 40, 62, 96])
    @pytest.mark.parametrize("rows", [1, 6, 13, 30])
    def test_the_numbers_that_the_engine_is_asked_for_fit(self, columns: int, rows: int) -> None:
        height, width = grid_room(columns, rows)
        block = Block(((1.0,) * width,) * height, height=99, width=99, magnitude=1.0)
        tensor = Inspector("m", (99, 99), blocks={Tab.VALUE: block})
        shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), Room(columns + 4, rows + 2)))
        assert "…" not in shown.splitlines()[2 if rows < 10 else 3]


class TestLoss:
    def test_highest_lowest_and_last_are_written(self, scenes: ModuleType) -> None:
        shown = text(paint_loss(scenes.mid_backward(), Room(120, 5)))
        assert "    2.340 █" in shown
        assert " 0.001377 █" in shown
        assert "▁ 0.001377" in shown
        assert "13 iterations · lowest 0.001377 · log" in shown

    def test_losses_that_are_not_finite_are_marked_and_counted(self, scenes: ModuleType) -> None:
        lines = paint_loss(scenes.not_a_number(), Room(120, 5))
        assert styles_of(lines, "×××") == {"warn"}
        assert "× 3 not finite" in text(lines)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_a_curve_of_nothing_finite_is_drawn(self, bad: float) -> None:
        curve = LossCurve((bad, bad), 2, bad, None, None, 2)
        shown = text(paint_loss(Frame(0, Status("p"), losses=curve), Room(60, 5)))
        assert "××" in shown

    def test_the_lowest_is_one_eighth_and_the_highest_fills_the_rows(self) -> None:
        curve = LossCurve((1.0, 2.0, 3.0), 3, 3.0, 1.0, 3.0)
        assert heights_of(curve, 24) == [1, 13, 24]

    @pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
    def test_any_span_of_losses_is_drawn(self, scale: float) -> None:
        curve = LossCurve((-scale, 0.0, scale), 3, scale, -scale, scale)
        heights = heights_of(curve, 24)
        assert heights == [1, 13, 24]

    def test_log_scale_only_where_the_span_is_large(self) -> None:
        small = LossCurve((1.0, 50.0), 2, 50.0, 1.0, 50.0)
        large = LossCurve((1.0, 500.0), 2, 500.0, 1.0, 500.0)
        assert " log " not in text(paint_loss(Frame(0, Status("p"), losses=small), Room(90, 5)))
        assert " log " in text(paint_loss(Frame(0, Status("p"), losses=large), Room(90, 5)))


class TestStatusAndFooter:
    def test_the_status_line_has_all_its_facts_at_eighty_columns(self, scenes: ModuleType) -> None:
        (line,) = paint_status(scenes.mid_backward(), 80)
        words = " ".join(plain(line).split())
        assert "iteration 12 backward 3/7 loss 0.001377 ✓ 2 ≈ 1 ✗ 0" in words

    def test_facts_stand_still_while_numbers_change(self, scenes: ModuleType) -> None:
        one = replace(scenes.mid_backward().status, iteration=7, phase="update", statement=2)
        other = replace(one, iteration=999, phase="backward", statement=31, loss=1e-9, exact=26)
        lines = [plain(paint_status(Frame(0, s), 120)[0]) for s in (one, other)]
        for word in ("iteration", "loss", "✓", "≈", "✗"):
            assert len({line.index(word) for line in lines}) == 1

    def test_loading_is_said(self, scenes: ModuleType) -> None:
        frame = opening_frame(scenes.program())
        assert "loading torch" in plain(paint_status(frame, 80)[0])

    def test_a_run_with_a_target_shows_its_progress_and_how_to_stop(self) -> None:
        status = Status("p", 412, "update", running=True, target=1000)
        line = plain(paint_footer(Frame(0, status), 80)[0])
        assert "iteration  412 of 1000" in line
        assert "escape stops" in line
        assert line.count("━") == pytest.approx(0.412 * (line.count("━") + line.count("─")), abs=1)

    def test_notes_take_three_rows_at_most_and_count_the_rest(self) -> None:
        notes = tuple(f"note {number} a[/]b" for number in range(9))
        lines = paint_notes(Frame(0, Status("p"), notes=notes), 60)
        assert len(lines) == 3
        assert "note 0 a[/]b" in plain(lines[0])
        assert "7 more" in plain(lines[2])

    def test_a_failure_without_a_line_in_view_is_among_the_notes(self, scenes: ModuleType) -> None:
        frame = replace(scenes.failed(), lines=scenes.lines(20, top=1, rows=5))
        assert "RuntimeError on line 20" in text(paint_notes(frame, 80))
        assert paint_notes(scenes.failed(), 80) == []


class TestOutput:
    def test_the_end_of_the_output_is_shown_and_the_rest_can_be_reached(self) -> None:
        frame = Frame(0, Status("p"), output=tuple(f"line {n}" for n in range(50)), output_total=80)
        room = Room(40, 6)
        assert "line 49" in text(paint_output(frame, room))
        assert "line 0 " in text(paint_output(frame, room, up=999))
        assert "the first 30 gone" in text(paint_output(frame, Room(60, 6)))

    def test_control_characters_of_the_output_are_not_obeyed(self) -> None:
        frame = Frame(0, Status("p"), output=("\x1b[2Jx[/]y",), output_total=1)
        assert "\x1b" not in text(paint_output(frame, ROOM))


def test_the_engine_is_asked_for_what_is_in_view(scenes: ModuleType) -> None:
    rooms = {
        "program": Room(52, 29),
        "tensors": Room(68, 13),
        "inspector": Room(68, 16),
        "loss": Room(120, 5),
    }
    assert layout_for(rooms, Layout()) == Layout(27, 10, 5, 4, 96)


def test_a_hidden_pane_keeps_the_size_that_it_had() -> None:
    before = Layout(1, 2, 3, 4, 5)
    assert layout_for({"program": Room(80, 11)}, before) == Layout(9, 2, 3, 4, 5)
