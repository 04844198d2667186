"""What each part of a line would have to be multiplied by: measured with one run of the lines a part."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ...tensors.inert import is_tensor
from .edit import Edit, Line, Spot
from .trial import Trial


@dataclass(frozen=True, eq=False)
class Probe:
    """A part of a line that the value depends on, as it seems in proportion.

    The value is `rest` plus `share`, which grows with the part.
    """

    line: Line
    spot: Spot
    rest: Tensor
    share: Tensor
    factor: float | None
    """The one number that makes the value right, where there is one."""

    def fits(self, factor: Tensor, expected: Tensor) -> bool:
        """Whether the value is right with the part multiplied by a tensor, entry by entry."""
        if factor.dim() > self.share.dim():
            return False
        try:
            wide = factor.expand_as(self.share)
        except RuntimeError:
            return False
        at = self.largest
        glance = float(self.rest[at]) + float(self.share[at]) * float(wide[at])
        if not math.isclose(glance, float(expected[at]), rel_tol=1e-2, abs_tol=1e-12):
            return False
        return _close(self.rest + self.share * wide, expected)

    def is_beside(self, expected: Tensor) -> bool:
        """Whether the value is right with the part left out."""
        return _close(self.rest, expected, self.share)

    @cached_property
    def largest(self) -> tuple[int, ...]:
        """Where the share is largest: a glance there spares looking at all entries."""
        place = int(self.share.abs().argmax())
        return tuple(int(index) for index in torch.unravel_index(torch.tensor(place), self.share.shape))


def probe(trial: Trial, line: Line, spot: Spot, *, divides: bool = False) -> Probe | None:
    """Run the lines with one part doubled; None where that changes nothing or is no answer.

    What `divides` is halved: the share grows with one over it.
    """
    if not _is_measured(trial):
        return None
    value, expected = trial.value, trial.expected
    operator = ast.Div() if divides else ast.Mult()
    doubled = ast.BinOp(left=spot.node, op=operator, right=ast.Constant(2))
    outcome = trial.tried(Edit("", "", line, spot, doubled))
    other = None if outcome is None else outcome.value
    if not is_tensor(other) or other.shape != value.shape or not other.is_floating_point():
        return None
    share = other - value
    if not bool(share.any()):
        return None
    rest = value - share
    return Probe(line, spot, rest, share, _factor(share, expected - rest, expected))


def probed(trial: Trial, spots: Sequence[tuple[Line, Spot]]) -> list[Probe]:
    """Those parts that can be measured; none where factors cannot be told."""
    if not _is_measured(trial):
        return []
    scaling = [(line, spot) for line, spot in spots if not spot.exponent and not spot.compared]
    probes = [probe(trial, line, spot) for line, spot in scaling]
    return [known for known in probes if known is not None]


def constant_ratio(trial: Trial) -> float | None:
    """What the value is times what it should be, where that is the same in every entry."""
    if not _is_measured(trial):
        return None
    value, expected = trial.value, trial.expected
    scale = float((expected * expected).sum()) if expected.numel() else 0.0
    if not scale:
        return None
    factor = float((value * expected).sum()) / scale
    if not factor or not trial.stands.setting.agrees(value / factor):
        return None
    return round(factor) if abs(factor - round(factor)) < 1e-9 else factor


def _is_measured(trial: Trial) -> bool:
    """Whether factors can be told: the value and what arrives are real numbers, entry by entry."""
    value, expected = trial.value, trial.expected
    return (
        is_tensor(value)
        and value.shape == expected.shape
        and value.is_floating_point()
        and expected.is_floating_point()
    )


def _factor(share: Tensor, wanted: Tensor, expected: Tensor) -> float | None:
    square = float((share * share).sum())
    if not square:
        return None
    factor = float((share * wanted).sum()) / square
    return _rounded(factor) if _close(factor * share, wanted, expected) else None


def _rounded(factor: float) -> float:
    return float(round(factor)) if abs(factor - round(factor)) < 1e-9 else factor


def _close(value: Tensor, wanted: Tensor, scale: Tensor | None = None) -> bool:
    size = float((wanted if scale is None else scale).abs().max()) if wanted.numel() else 0.0
    tolerance = 1e-7 if value.dtype == torch.float64 else 1e-3
    return bool(((value - wanted).abs() <= tolerance * max(size, 1e-300)).all())
