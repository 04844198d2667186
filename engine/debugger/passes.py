"""Passes over the entries of a tensor: its statistics, its worst entries, its cells."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from .entries import PIECE, Entries
from .grid import Grid
from .inspected import Statistics
from .surveys import Survey

MOST = 1000
"""So many of the worst entries are remembered."""
_BINS = 7


@dataclass(frozen=True)
class _Moments:
    """Count, mean and sum of squared deviations of finite numbers, with what else is counted of all."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    zeros: int = 0
    not_finite: int = 0
    beyond: int = 0


def statistics(entries: Entries, beyond: float = math.inf) -> Survey[Statistics]:
    """Statistics of the finite entries, and how many entries are larger than `beyond`."""
    few = entries.once()
    moments = _Moments()
    for begin, piece in few.pieces():
        moments = _with(moments, piece, beyond)
        yield begin / few.count / 2
    bins = torch.zeros(_BINS)
    if moments.low < moments.high:
        for begin, piece in few.pieces():
            finite = piece[piece.isfinite()] if moments.not_finite else piece
            bins += torch.histc(finite.float(), _BINS, moments.low, moments.high)
            yield (1 + begin / few.count) / 2
    times = entries.count // max(few.count, 1)
    count = max(moments.count, 1)
    return Statistics(
        total=entries.count,
        low=moments.low if moments.count else None,
        high=moments.high if moments.count else None,
        mean=moments.mean,
        deviation=math.sqrt(moments.squares / count),
        zeros=moments.zeros / max(few.count, 1),
        norm=math.sqrt(times * (moments.squares + moments.count * moments.mean**2)),
        not_finite=moments.not_finite * times,
        beyond=moments.beyond * times,
        bins=tuple(int(one) for one in bins.tolist()),
    )


def _with(known: _Moments, piece: Tensor, beyond: float) -> _Moments:
    """Two sets of moments together (Chan, Golub and LeVeque, 1979)."""
    finite = piece[piece.isfinite()]
    lost = len(piece) - len(finite)
    over = 0 if beyond == math.inf else int((finite.abs() > beyond).sum())
    if not len(finite):
        return _Moments(
            **{**vars(known), "not_finite": known.not_finite + lost, "beyond": known.beyond + lost}
        )
    variance, mean = (float(one) for one in torch.var_mean(finite, correction=0))
    low, high = (float(one) for one in torch.aminmax(finite))
    count, apart = known.count + len(finite), mean - known.mean
    return _Moments(
        count,
        known.mean + apart * len(finite) / count,
        known.squares + variance * len(finite) + apart**2 * known.count * len(finite) / count,
        min(known.low, low),
        max(known.high, high),
        known.zeros + len(finite) - int(finite.count_nonzero()),
        known.not_finite + lost,
        known.beyond + over + lost,
    )


def ranking(entries: Entries) -> Survey[tuple[tuple[int, ...], ...]]:
    """The indices of the largest entries, NaN and infinity first; those of one size as they are counted."""
    few = entries.once()
    best: list[tuple[float, int]] = []
    for begin, piece in few.pieces():
        size = piece.abs().nan_to_num(math.inf, math.inf)
        if len(best) < MOST or float(size.max()) > -best[-1][0]:
            best = [*heapq.merge(best, _largest(size, begin))][:MOST]
        yield begin / few.count
    return tuple(_index(place, few.shape) for _, place in best)


def _largest(size: Tensor, begin: int) -> list[tuple[float, int]]:
    """The largest and their places, of equal ones the first: as pairs that sort in that order."""
    least = float(size.topk(min(MOST, len(size))).values[-1])
    above, same = (size > least).nonzero().reshape(-1), (size == least).nonzero().reshape(-1)
    same = same[: MOST - len(above)] if least > 0 else same[:0]
    places = torch.cat((above, same))
    pairs = zip(size[places].tolist(), places.tolist(), strict=True)
    return sorted((-one, begin + place) for one, place in pairs)


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    index: list[int] = []
    for size in reversed(shape):
        place, at = divmod(place, size)
        index.insert(0, at)
    return tuple(index)


def cells(matrix: Entries, grid: Grid) -> Survey[Tensor]:
    """The worst entry of each cell of a matrix: the one of the largest size, NaN before all others."""
    few = matrix.once()
    down = 1 if few.shape[0] < grid.height else grid.down
    across = 1 if few.shape[1] < grid.width else grid.across
    wide = max(PIECE // (down * across), 1)
    high = max(wide // grid.cells_across, 1)
    rows = []
    for top in range(0, few.shape[0], high * down):
        strip = few[top : top + high * down]
        parts = []
        for left in range(0, few.shape[1], wide * across):
            parts.append(_pooled(strip[:, left : left + wide * across].numbers(), down, across))
            yield top / few.shape[0]
        rows.append(torch.cat(parts, 1))
    return torch.cat(rows).expand(grid.cells_down, grid.cells_across)


def _pooled(part: Tensor, down: int, across: int) -> Tensor:
    """The worst of every `down` times `across` numbers; zeros beyond the edges hide nothing."""
    height, width = part.shape
    part = pad(part, (0, -width % across, 0, -height % down))
    tiles = part.reshape(part.shape[0] // down, down, part.shape[1] // across, across)
    low, high = tiles.amin((1, 3)), tiles.amax((1, 3))
    return torch.where(high >= -low, high, torch.where(high.isnan(), high, low))


def largest(entries: Entries) -> Survey[float]:
    """The largest finite size."""
    few, found = entries.once(), 0.0
    for begin, piece in few.pieces():
        found = max(found, float(piece.abs().nan_to_num(0.0, 0.0, 0.0).max()))
        yield begin / few.count
    return found


def idle(entries: Entries, low: float, high: float, *, rows: bool) -> Survey[int]:
    """How many columns, or else rows, of the last dimension have no entry between two bounds."""
    width = entries.shape[-1]
    passes = torch.zeros(entries.count // width if rows else width, dtype=torch.bool)
    for begin, piece in entries.pieces():
        inside = ((piece > low) & (piece < high)).nonzero().reshape(-1) + begin
        passes[inside // width if rows else inside % width] = True
        yield begin / entries.count
    return len(passes) - int(passes.sum())
