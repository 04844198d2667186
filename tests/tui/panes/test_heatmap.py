"""The heatmap: as high as the engine counts, marked, and readable without colour."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.grid import Grid, folded
from backprop_tui.engine.debugger.wire.inspected import LEVELS, ODD, Heat, Tab
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.drawing.shades import CURSOR, OUTSIDE, WORST
from backprop_tui.tui.panes.heatmap import paint_heat, pooled_words

LINES = (bytes([0, 1, LEVELS]), bytes([LEVELS + 1, 2 * LEVELS, ODD]), bytes([0, 0, 0]))
HEAT = Heat(Tab.ERROR, Grid(12, 6, 4, 2), 1, 1, LINES, worst=(1, 2), cursor=(0, 1))


def test_two_rows_of_cells_stand_in_one_line() -> None:
    lines = paint_heat(HEAT, shades=True)
    assert [plain(line) for line in lines] == ["▀▀▀", "▀▀▀"]
    assert [run.style for run in lines[0]] == [
        f"heat-0 ground-{LEVELS + 1}",
        f"heat-{CURSOR} ground-{2 * LEVELS}",
        f"heat-{LEVELS} ground-{WORST}",
    ]
    assert {run.style for run in lines[1]} == {f"heat-0 ground-{OUTSIDE}"}


@pytest.mark.parametrize("zoom", [2, 3, 4])
def test_a_small_matrix_is_drawn_larger(zoom: int) -> None:
    lines = paint_heat(replace(HEAT, tall=zoom, wide=zoom), shades=True)
    assert len(lines) == -(-3 * zoom // 2)
    assert {width_of(line) for line in lines} == {3 * zoom}


def test_without_shades_each_cell_is_a_sign() -> None:
    lines = paint_heat(HEAT, shades=False)
    assert [plain(line) for line in lines] == ["·++", "--!", "···"]
    assert "cursor" in lines[0][1].style
    assert "active" in lines[1][-1].style
    assert "strong" in lines[0][2].style
    assert "strong" not in lines[1][0].style


def test_signs_stand_apart_where_there_is_room() -> None:
    lines = paint_heat(replace(HEAT, wide=2), shades=False)
    assert [plain(line).rstrip() for line in lines] == ["· + +", "- - !", "· · ·"]
    assert [run.text for run in lines[0] if "cursor" in run.style] == ["+"]


@pytest.mark.parametrize("shades", [True, False])
def test_a_folded_vector_ends_where_it_ends(shades: bool) -> None:
    heat = Heat(Tab.VALUE, folded(Grid(1, 5), 3), 1, 1, (bytes(3), bytes(2)))
    lines = paint_heat(heat, shades=shades)
    assert plain(lines[-1]) == "▀▀▀" if shades else "··"
    assert any(f"ground-{OUTSIDE}" in run.style for run in lines[-1]) == shades


def test_pooling_is_said() -> None:
    assert pooled_words(HEAT) == "4x2 entries a cell, the worst shown"
    assert pooled_words(replace(HEAT, grid=Grid(3, 3))) == ""
    assert "under way" in pooled_words(replace(HEAT, lines=()))
