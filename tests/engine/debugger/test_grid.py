"""Where entries stand on the screen: every one in one cell, and no cell without one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.debugger.summaries.entries import extent, index_of, located, slices_of
from backprop_tui.engine.debugger.wire.grid import Grid, folded, pooled

SIZES = st.integers(1, 300)
SHAPES = st.lists(st.integers(1, 5), max_size=4).map(tuple)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Pooled, folded or as it is."""
    height, width = draw(SIZES), draw(SIZES)
    grid = Grid(height, width, draw(st.integers(1, height)), draw(st.integers(1, width)))
    return folded(grid, draw(st.integers(1, 60)))


@given(grids(), st.data())
def test_an_entry_is_in_the_cell_at_its_place(grid: Grid, data: st.DataObject) -> None:
    entry = data.draw(st.integers(0, grid.height - 1)), data.draw(st.integers(0, grid.width - 1))
    line, column = grid.place(entry)
    assert 0 <= line < grid.lines
    assert 0 <= column < grid.columns
    first = grid.first((line, column))
    size = grid.down, grid.across
    assert all(0 <= at - begin < most for at, begin, most in zip(entry, first, size, strict=True))


@given(grids(), st.tuples(st.integers(-9, 999), st.integers(-9, 999)))
def test_wherever_a_cell_is_asked_for_there_is_one(grid: Grid, place: tuple[int, int]) -> None:
    row, column = grid.first(place)
    assert 0 <= row < grid.height
    assert 0 <= column < grid.width


@given(SIZES, SIZES, st.integers(1, 60), st.integers(1, 100))
def test_a_pooled_matrix_is_whole_in_its_room(height: int, width: int, lines: int, columns: int) -> None:
    grid = pooled(height, width, lines, columns)
    assert grid.lines <= lines
    assert grid.columns <= columns
    assert (grid.down, grid.across) == (1, 1) or height > lines or width > columns


@given(SHAPES, st.data())
def test_an_index_is_found_again_where_it_stands(shape: tuple[int, ...], data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    number = 0
    for at, size in zip(index, shape, strict=True):
        number = number * size + at
    place, entry = located(shape, number)
    assert 0 <= place < slices_of(shape)
    assert all(0 <= at < size for at, size in zip(entry, extent(shape), strict=True))
    assert index_of(shape, place, entry) == index
