"""Passes over the entries of a tensor: its statistics, its worst entries, its cells."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from ...tensors.survey import Survey
from ..summaries.entries import PIECE, Entries
from ..wire.grid import Grid
from ..wire.inspected import Statistics

MOST = 100
"""So many of the worst entries are remembered."""
_BINS = 7


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared deviations of finite numbers, with what else is counted of all."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    zeros: int = 0
    not_finite: int = 0

    @property
    def magnitude(self) -> float:
        """The largest finite size."""
        return max(abs(self.low), abs(self.high)) if self.count else 0.0

    def joined(self, other: Moments) -> Moments:
        """Those of both together (Chan, Golub and LeVeque, 1979)."""
        count, apart = self.count + other.count, other.mean - self.mean
        share = other.count / count if count else 0.0
        return Moments(
            count,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * self.count * share,
            min(self.low, other.low),
            max(self.high, other.high),
            self.zeros + other.zeros,
            self.not_finite + other.not_finite,
        )


def moments(entries: Entries) -> Survey[Moments | None]:
    """The moments of the entries, each that is the same in memory counted once."""
    few, found = entries.once(), Moments()
    for begin, piece in few.pieces():
        found = found.joined(_moments(piece))
        yield begin / few.count
    return found


def _moments(piece: Tensor) -> Moments:
    finite = _finite(piece)
    lost, count = len(piece) - len(finite), len(finite)
    if not count:
        return Moments(not_finite=lost)
    low, high = (float(one) for one in torch.aminmax(finite))
    mean = float(finite.mean())
    apart = finite - mean
    return Moments(count, mean, float(apart.dot(apart)), low, high, count - int(finite.count_nonzero()), lost)


def _finite(piece: Tensor) -> Tensor:
    """The finite numbers; a sum, which is quicker than to ask each, tells whether all are."""
    return piece if math.isfinite(float(piece.sum())) else piece[piece.isfinite()]


def bins(entries: Entries, known: Moments, within: float) -> Survey[tuple[tuple[int, ...], int] | None]:
    """How many lie in equal parts between lowest and highest, and how many are larger than `within`."""
    few, found, beyond = entries.once(), torch.zeros(_BINS, dtype=torch.double), known.not_finite
    spread, errs = known.low < known.high, known.magnitude > within
    for begin, piece in few.pieces():
        finite = _finite(piece)
        if spread:
            found += torch.histc(finite, _BINS, known.low, known.high)
        beyond += int((finite.abs() > within).sum()) if errs else 0
        yield begin / few.count
    return tuple(int(one) for one in found.tolist()), beyond


def statistics(entries: Entries, known: Moments, shares: tuple[int, ...], beyond: int) -> Statistics:
    """What is said of the entries, from what the passes have found."""
    few = max(known.count + known.not_finite, 1)
    times = entries.count // few
    return Statistics(
        total=entries.count,
        low=known.low if known.count else None,
        high=known.high if known.count else None,
        mean=known.mean,
        deviation=math.sqrt(known.squares / max(known.count, 1)),
        zeros=known.zeros / few,
        norm=math.sqrt(times * (known.squares + known.count * known.mean**2)),
        not_finite=known.not_finite * times,
        beyond=beyond * times,
        bins=shares,
    )


def ranking(entries: Entries, within: float = 0.0) -> Survey[tuple[tuple[int, ...], ...] | None]:
    """The indices of the largest entries, NaN and infinity first; those of one size as they are counted.

    Where any is larger than `within`, only those that are.
    """
    few = entries.once()
    best: list[tuple[float, int]] = []
    for begin, piece in few.pieces():
        size = piece.abs()
        most = float(size.max())
        if len(best) < MOST or not most <= -best[-1][0]:
            size = size if math.isfinite(most) else size.nan_to_num(math.inf, math.inf)
            best = [*heapq.merge(best, _largest(size, begin))][:MOST]
        yield begin / few.count
    beyond = [one for one in best if -one[0] > within]
    return tuple(_index(place, few.shape) for _, place in beyond or best)


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


def idle(entries: Entries, low: float, high: float, *, rows: bool) -> Survey[int]:
    """How many columns, or else rows, of the last dimension have no entry between two bounds."""
    few = entries.once()
    width, whole = few.shape[-1], entries.shape[-1]
    passes = torch.zeros(few.count // width if rows else width, dtype=torch.bool)
    for begin, piece in few.pieces():
        inside = ((piece > low) & (piece < high)).nonzero().reshape(-1) + begin
        passes[inside // width if rows else inside % width] = True
        yield begin / few.count
    total = entries.count // whole if rows else whole
    return (len(passes) - int(passes.sum())) * (total // len(passes))
