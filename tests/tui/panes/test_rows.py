"""The single rows and the output: status, footer, notes, what the program printed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.frame import Attention, Frame, Inspector, Status, opening_frame
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, plain, width_of
from backprop_tui.tui.panes.footer import paint_footer, paint_notes
from backprop_tui.tui.panes.output import paint_output
from backprop_tui.tui.panes.search import Search
from backprop_tui.tui.panes.status_line import paint_status

from .. import scenes

ROOM = Room(60, 20)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


SCENES = ("initial", "after_iteration", "mid_backward", "wrong", "failed", "not_a_number")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_help_and_quit_stay_in_the_footer_of_narrow_terminals(width: int) -> None:
    text = plain(paint_footer(Frame(0, Status("line")), width)[0])
    assert text.startswith(" space iteration")
    assert text.rstrip().endswith("? help   q quit")


def useful(frame: Frame, width: int = 80) -> str:
    return " ".join(plain(paint_footer(frame, width)[0]).split())


def test_a_wrong_line_is_hinted_at_explained_and_written_first() -> None:
    inspector = Inspector("W1", verdict=Verdict.WRONG_HERE)
    selected = Frame(0, Status("p", 3), inspector=inspector)
    shown = "h hint x explain W write e edit"
    assert useful(selected).startswith(f"{shown} space iteration")
    here = Attention(Verdict.NOT_WRITTEN, 4, "line 4, dW1: not written yet", 1, 2, here=True)
    assert useful(Frame(0, Status("p", 3), attention=here)).startswith(f"{shown} n next")
    assert useful(selected).endswith("? help q quit")


def test_where_something_else_is_wrong_the_first_key_goes_there() -> None:
    away = Attention(Verdict.WRONG_HERE, 4, "line 4, dW1: wrong", 1, 1, here=False)
    assert useful(Frame(0, Status("p", 3), attention=away)).startswith("n next space iteration")


def test_what_raised_is_edited_first() -> None:
    assert useful(scenes.failed()).startswith("e edit : evaluate space iteration home start again")


def test_in_the_cell_cursor_the_arrows_are_said_to_go_from_cell_to_cell() -> None:
    opened, closed = scenes.heatmap(), scenes.mid_backward()
    for width in (80, 120):
        assert useful(opened, width).startswith("← → ↑ ↓ cell by cell escape back to the inspector")
        assert useful(opened, width).endswith("? help q quit")
        assert "statement" not in useful(opened, width)
        assert "statement" in useful(closed, width)


def test_as_many_keys_as_fit_are_shown() -> None:
    frame = Frame(0, Status("p", 3))
    counts = [len(useful(frame, width).split()) for width in (40, 80, 120, 200)]
    assert counts == sorted(set(counts))
    assert "g go to x explain / search" in useful(frame, 120)


def test_a_search_that_stands_says_where_it_is_and_how_it_goes_on() -> None:
    found = Search("dW1", (23, 26), 1)
    frame = scenes.mid_backward()
    shown = [" ".join(plain(paint_footer(frame, width, found)[0]).split()) for width in (80, 40)]
    assert shown[0] == "/dW1 2 of 2 n next N previous escape ends it"
    assert shown[1].endswith("escape ends it")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_status_and_footer_never_leave_their_row(width: int) -> None:
    for scene in SCENES:
        frame = getattr(scenes, scene)()
        assert [width_of(line) <= width for line in paint_status(frame, width)] == [True]
        assert [width_of(line) <= width for line in paint_footer(frame, width)] == [True]


def test_the_status_line_has_all_its_facts_at_eighty_columns() -> None:
    (line,) = paint_status(scenes.mid_backward(), 80)
    words = " ".join(plain(line).split())
    assert "iteration 12 backward 3/7 loss 0.001377 ✓ 2 ≈ 1 ✗ 0" in words


@pytest.mark.parametrize("name", ["attention_head", "batchnorm_mlp_fused"])
def test_a_name_is_whole_at_eighty_columns_while_numbers_are_small(name: str) -> None:
    status = replace(scenes.mid_backward().status, program=name, wrong=1)
    words = " ".join(plain(paint_status(Frame(0, status), 80)[0]).split())
    assert words == f"{name} iteration 12 backward 3/7 loss 0.001377 ✓ 2 ≈ 1 ✗ 1"


def test_while_a_pane_is_zoomed_the_footer_says_what_brings_the_others_back() -> None:
    for width in (40, 80, 120):
        assert plain(paint_footer(scenes.wrong(), width, zoomed=True)[0]).startswith(" z shows all panes ")
        assert "shows all panes" not in plain(paint_footer(scenes.wrong(), width)[0])


def test_what_inherits_an_error_is_counted_beside_it() -> None:
    status = replace(scenes.wrong().status, wrong=1, inherited=7)
    words = " ".join(plain(paint_status(Frame(0, status), 80)[0]).split())
    assert "✗ 1 ↳ 7" in words


def test_facts_stand_still_while_numbers_change() -> None:
    one = replace(scenes.mid_backward().status, iteration=7, phase="update", statement=2)
    other = replace(one, iteration=999, phase="backward", statement=31, loss=1e-9, exact=26)
    lines = [plain(paint_status(Frame(0, s), 120)[0]) for s in (one, other)]
    for word in ("iteration", "loss", "✓", "≈", "✗"):
        assert len({line.index(word) for line in lines}) == 1


def test_loading_is_said() -> None:
    frame = opening_frame(scenes.program())
    assert "loading torch" in plain(paint_status(frame, 80)[0])


def test_a_run_with_a_target_shows_its_progress_and_how_to_stop() -> None:
    status = Status("p", 412, "update", running=True, target=1000)
    line = plain(paint_footer(Frame(0, status), 80)[0])
    assert "iteration  412 of 1000" in line
    assert "escape stops" in line
    assert line.count("━") == pytest.approx(0.412 * (line.count("━") + line.count("─")), abs=1)


def test_notes_take_three_rows_at_most_and_count_the_rest() -> None:
    notes = tuple(f"note {number} a[/]b" for number in range(9))
    lines = paint_notes(Frame(0, Status("p"), notes=notes), 60)
    assert len(lines) == 3
    assert "note 0 a[/]b" in plain(lines[0])
    assert "7 more" in plain(lines[2])


def test_a_failure_without_a_line_in_view_is_among_the_notes() -> None:
    frame = replace(scenes.failed(), lines=scenes.lines(20, top=1, rows=5))
    assert "RuntimeError on line 20" in text(paint_notes(frame, 80))
    assert paint_notes(scenes.failed(), 80) == []


def test_the_end_of_the_output_is_shown_and_the_rest_can_be_reached() -> None:
    frame = Frame(0, Status("p"), output=tuple(f"line {n}" for n in range(50)), output_total=80)
    room = Room(40, 6)
    assert "line 49" in text(paint_output(frame, room))
    assert "line 0 " in text(paint_output(frame, room, up=999))
    assert "the first 30 gone" in text(paint_output(frame, Room(60, 6)))


def test_control_characters_of_the_output_are_not_obeyed() -> None:
    frame = Frame(0, Status("p"), output=("\x1b[2Jx[/]y",), output_total=1)
    assert "\x1b" not in text(paint_output(frame, ROOM))


@pytest.mark.parametrize("width", [40, 60, 80, 112, 120])
def test_however_large_the_numbers_the_loss_and_the_verdicts_are_whole(width: int) -> None:
    status = Status("program", 1234567, "forward", 2345678, 2345678, 0.001377, 26, 10, 11, 12)
    status = replace(status, running=True, speed="as fast as it goes")
    (line,) = paint_status(Frame(0, status), width)
    assert width_of(line) <= width
    words = " ".join(plain(line).split())
    assert "0.001377" in words
    assert "✓ 26 ≈ 10 ✗ 11" in words


def test_what_is_at_work_for_long_is_said_with_what_stops_it() -> None:
    frame = Frame(0, Status("p", busy="forward, line 6"))
    assert "ready" not in plain(paint_status(frame, 80)[0])
    footer = plain(paint_footer(frame, 80)[0])
    assert "running · forward, line 6" in footer
    assert "escape stops" in footer


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_free_run_says_its_speed_and_its_keys(width: int) -> None:
    footer = paint_footer(Frame(0, Status("p", 3, running=True, speed="10 a second")), width)[0]
    assert width_of(footer) <= width
    assert "escape stops" in plain(footer)
    assert width < 80 or "running, 10 a second" in plain(footer)
