"""The inspector pane: numbers aligned, the verdict in words."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.digits import scale_for
from backprop_tui.engine.debugger.wire.frame import Frame, Status
from backprop_tui.engine.debugger.wire.grid import Grid
from backprop_tui.engine.debugger.wire.inspected import Block, Form, Inspector, Tab
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, plain
from backprop_tui.tui.panes.inspector import paint_inspector

from .. import scenes

ROOM = Room(60, 20)


def sheet(rows: tuple[tuple[float, ...], ...], grid: Grid, top: int = 0, left: int = 0) -> Block:
    """A window of a matrix."""
    scale = scale_for(max(abs(one) for row in rows for one in row if math.isfinite(one)))
    return Block(rows, top, left, grid, scale, scale.width + 2, max(len(scale.label), 4))


def column(numbers: tuple[float, ...]) -> Block:
    """A short vector that stands upright."""
    return replace(sheet((numbers,), Grid(1, len(numbers))), step=10)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


def test_one_row_tensors_show_all_tabs_one_over_the_other() -> None:
    shown = text(paint_inspector(scenes.mid_backward(), Room(68, 15)))
    assert shown.count("-0.03095  -0.01846  -0.00598   0.00650") == 2
    assert all(f"│ {tab.value}" in shown for tab in Tab)


def test_one_column_tensors_show_all_tabs_side_by_side() -> None:
    rows = (2.0, 3.0, 4.0)
    tensor = Inspector("m", (3, 1), tab=Tab.ERROR, form=Form.BESIDE, blocks=dict.fromkeys(Tab, column(rows)))
    shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
    assert "value    manual  autograd     error" in shown
    assert "0     2.000     2.000     2.000     2.000" in shown


def test_the_underline_of_a_column_is_as_long_as_its_title() -> None:
    blocks = dict.fromkeys(Tab, column((2.0, 3.0)))
    tensor = Inspector("m", (2, 1), tab=Tab.ERROR, form=Form.BESIDE, blocks=blocks)
    lines = paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM)
    assert {run.text for line in lines for run in line if "active" in run.style} == {"error"}


def test_a_matrix_has_the_indices_of_what_is_in_view() -> None:
    block = sheet(((1.0, 2.0), (3.0, 4.0)), Grid(32, 9), top=30, left=7)
    tensor = Inspector("m", (2, 32, 9), slice_index=(1,), blocks={Tab.VALUE: block})
    shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
    assert "[1 : :]" in shown
    assert "  31   3.000   4.000" in shown
    assert "7       8" in shown
    assert "rows 30–31 of 32 ↑ · columns 7–8 of 9 ←" in shown


def test_tiny_numbers_share_one_exponent_that_is_written_once() -> None:
    block = sheet(((4.66e-9, -1e-9),), Grid(1, 2))
    tensor = Inspector("m", (2,), tab=Tab.ERROR, blocks={Tab.ERROR: block})
    shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))
    assert shown.count("×1e-9") == 1
    assert "4.660  -1.000" in shown


def test_a_missing_block_says_why() -> None:
    tensor = Inspector("m", (2,), blocks={Tab.VALUE: Block(missing="not written a[/]b yet")})
    assert "not written a[/]b yet" in text(paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM))


def test_entries_that_are_not_finite_warn() -> None:
    block = sheet(((math.nan, 1.0),), Grid(1, 2))
    tensor = Inspector("m", (2,), blocks={Tab.VALUE: block})
    lines = paint_inspector(Frame(0, Status("p"), inspector=tensor), ROOM)
    assert styles_of(lines, "nan") == {"warn"}


def test_a_failure_comes_first_with_the_traceback() -> None:
    shown = text(paint_inspector(scenes.failed(), Room(68, 15)))
    assert "RuntimeError on line 20 in backward" in shown
    assert 'File "linear_regression.py", line 20' in shown


@pytest.mark.parametrize("rows", [8, 12, 24])
def test_a_wrong_gradient_has_its_sentence_at_every_height_and_once(rows: int) -> None:
    tensor = replace(scenes.wrong().inspector, verdict=Verdict.WRONG_HERE, sentence="wrong here, line 20")
    shown = text(paint_inspector(Frame(0, Status("p"), inspector=tensor), Room(80, rows)))
    assert "✗ wrong here, line 20" in shown
    assert shown.count("wrong here") == 1
    assert "manual" in shown
    assert "error" in shown


def test_a_long_failure_does_not_hide_a_verdict_that_fails() -> None:
    wrong, failed = scenes.wrong(), scenes.failed()
    long = replace(failed.failure, message="a long story\n" * 30)
    shown = text(paint_inspector(replace(wrong, failure=long), ROOM))
    assert shown.splitlines()[1].startswith("│ ✗ ")
    assert "a long story" in shown


def test_where_rows_are_few_a_failure_gives_way_to_the_entries_that_are_gone_to() -> None:
    wrong, failed = scenes.wrong(), scenes.failed()
    assert wrong.attention is not None
    frame = replace(wrong, failure=failed.failure, attention=replace(wrong.attention, gone_to=True))
    assert "RuntimeError" not in text(paint_inspector(frame, Room(80, 8)))
    assert "4 error" in text(paint_inspector(frame, Room(80, 8)))
    assert "RuntimeError" in text(paint_inspector(replace(frame, attention=None), Room(80, 8)))
    assert "RuntimeError" in text(paint_inspector(frame, Room(68, 15)))
