"""What passes over a tensor find is what a look at all of it at once finds, whatever its size and strides."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from backprop_tui.engine.debugger.inspector.heatmap import levels
from backprop_tui.engine.debugger.inspector.passes import (
    MOST,
    bins,
    cells,
    idle,
    moments,
    ranking,
    statistics,
)
from backprop_tui.engine.debugger.summaries.entries import PIECE, Entries
from backprop_tui.engine.debugger.wire.grid import Grid, pooled
from backprop_tui.engine.debugger.wire.inspected import LEVELS, ODD
from backprop_tui.engine.tensors.survey import completed


def made(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)))


TENSORS = {
    "few": made(7),
    "one": made(1, 1),
    "a vector of several pieces": made(3 * PIECE + 5),
    "rows longer than a piece": made(2, PIECE + 3),
    "many rows": made(5000, 101),
    "turned": made(300, 900).t(),
    "of three dimensions": made(40, 90, 70),
    "with a stride": made(2 * PIECE + 2)[::2],
    "half precision": made(900, 300).half(),
    "whole numbers": (made(900, 300) * 10).long(),
    "expanded": made(1, 900).expand(4000, 900),
}


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_statistics(tensor: Tensor) -> None:
    entries = Entries(tensor)
    known = completed(moments(entries))
    assert known is not None
    found = completed(bins(entries, known, math.inf))
    assert found is not None
    told = statistics(entries, known, *found)
    whole = tensor.double()
    assert (told.low, told.high, told.total) == (float(whole.min()), float(whole.max()), tensor.numel())
    assert told.mean == pytest.approx(float(whole.mean()), abs=1e-9)
    assert told.deviation == pytest.approx(float(whole.std(correction=0)), abs=1e-9)
    assert told.norm == pytest.approx(float(whole.norm()), rel=1e-9)
    assert told.zeros == pytest.approx(float((whole == 0).double().mean()))


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_the_worst_entries(tensor: Tensor) -> None:
    found = completed(ranking(Entries(tensor))) or ()
    sizes = [abs(float(tensor[index])) for index in found]
    assert sizes == sorted(sizes, reverse=True)
    if 0 not in tensor.stride():
        wanted = tensor.double().abs().flatten().topk(min(MOST, tensor.numel())).values
        assert sizes == [size for size in wanted.tolist() if size]


def test_of_equal_entries_the_first_are_the_worst() -> None:
    found = completed(ranking(Entries(torch.ones(3 * PIECE))))
    assert found == tuple((at,) for at in range(MOST))


@pytest.mark.parametrize("place", [0, 5, PIECE, 2 * PIECE + 4])
def test_what_is_not_finite_is_counted_apart_and_is_the_worst(place: int) -> None:
    tensor = made(3 * PIECE)
    tensor[place], tensor[-1] = math.nan, -math.inf
    entries = Entries(tensor)
    found = completed(ranking(entries)) or ()
    assert found[:2] == ((place,), (3 * PIECE - 1,))
    known = completed(moments(entries))
    assert known is not None
    assert known.not_finite == 2
    assert known.mean == pytest.approx(float(tensor[tensor.isfinite()].double().mean()), abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (32, 200), (1, 5000), (700, 900), (1, 2 * PIECE + 1), (5000, 3)])
@pytest.mark.parametrize("room", [(1, 1), (14, 65), (60, 100)])
def test_each_cell_has_the_worst_of_its_entries(shape: tuple[int, int], room: tuple[int, int]) -> None:
    matrix, grid = made(*shape), pooled(*shape, *room)
    found = completed(cells(Entries(matrix), grid))
    assert found.shape == (grid.cells_down, grid.cells_across)
    assert float(found.abs().max()) == float(matrix.abs().max())
    for row, column in [(0, 0), (grid.cells_down - 1, grid.cells_across - 1), (grid.cells_down // 2, 0)]:
        top, left = row * grid.down, column * grid.across
        part = matrix[top : top + grid.down, left : left + grid.across].flatten()
        assert float(found[row, column]) == float(part[part.abs().argmax()])


def test_the_cells_of_an_expanded_matrix() -> None:
    matrix = made(1, 900).expand(4000, 900)
    found = completed(cells(Entries(matrix), Grid(4000, 900, 100, 30)))
    assert found.shape == (40, 30)
    assert torch.equal(found, found[:1].expand(40, 30))
    assert float(found[0, 0]) == float(matrix[0, :30][matrix[0, :30].abs().argmax()])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2e-6, -2e-6, 1e30])
def test_no_error_vanishes_however_many_entries_a_cell_pools(value: float) -> None:
    autograd = made(900, 700)
    manual = autograd + 1e-7
    manual[611, 333] += value
    grid = pooled(900, 700, 14, 65)
    found = completed(cells(Entries(manual, autograd), grid))
    lines, worst = levels(found.reshape(-1), 1e-6, from_zero=False)
    row, column = grid.place((611, 333))
    assert worst == row * grid.cells_across + column
    loud = [level for level in lines if level]
    assert len(loud) == 1
    assert loud[0] == ODD if not math.isfinite(value) else (loud[0] - 1) % LEVELS >= 1


def test_an_error_within_rounding_is_silent_and_no_cell_is_the_worst() -> None:
    lines, worst = levels(torch.tensor([1e-7, -1e-7, 0.0]), 1e-6, from_zero=False)
    assert (lines, worst) == (bytes(3), -1)


def test_levels_diverge_around_zero_and_no_number_looks_like_zero() -> None:
    lines, worst = levels(torch.tensor([-1.0, -1e-9, 0.0, 1e-9, 0.5]), 0.0, from_zero=True)
    assert [*lines] == [2 * LEVELS, LEVELS + 1, 0, 1, round(0.5**0.5 * LEVELS)]
    assert worst == 0


def test_of_an_expanded_tensor_the_same_units_count_as_often_as_there_are() -> None:
    row, column = torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.0], [1.0]])
    many = Entries(row.expand(10**9, 3))
    assert completed(idle(many, 0.0, math.inf, rows=False)) == 2
    assert completed(idle(many, 0.0, math.inf, rows=True)) == 0
    assert completed(idle(Entries(column.expand(2, 10**9)), 0.0, math.inf, rows=True)) == 1


def test_units_that_let_nothing_through() -> None:
    output = torch.relu(made(500, 700))
    output[:, 3], output[:, 600], output[7] = 0.0, 0.0, 0.0
    assert completed(idle(Entries(output), 0.0, math.inf, rows=False)) == 2
    assert completed(idle(Entries(output), 0.0, math.inf, rows=True)) == 1
