"""Choices at kinks and ties: which of them there are, and which a line only makes up.

At a kink (relu at 0, equal maxima, a bound of clamp) autograd's gradient is one of many. The others are the
averages of those that autograd gives a hair's breadth beside the point. So the forward runs a few times
more with the inputs of every operation that has kinks moved by next to nothing, one way, the other way and
at random. A choice is no smaller and no larger than what came of that, entry by entry. What was the same
each time is smooth: there is nothing to choose. That holds for sums as well: the weights of the entries
of a tie vary, and their sum does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ....program.torch_operations import changes_in_place, has_kinks
from ....tensors.differences import finite_max
from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import agreement
from ....verdict import Verdict
from ..lines.dependence import Own
from .attempt import sizes_of
from .quick_pass import QuickPass

_ASIDE = 1e-9
"""The share of the largest entry by which inputs are moved."""
_SIDES = 16
"""So many forwards at once: up, down, the first entry up most, the last one, and the rest at random."""
_MOST = 256
_RELATIVE, _ABSOLUTE, _SUMMED = 1e-5, 1e-7, 1e-10


def slopes_beside(quick: QuickPass, own: Mapping[str, Own], values: Mapping[str, Any]) -> dict[str, Tensor]:
    """By gradient, what arrives a hair's breadth beside the point, stacked; once where nothing has a kink.

    In large ties it takes many sides until every entry was the largest once: while entries of the values
    come to lie between the slopes, there are more.
    """
    slopes, outside = dict[str, Tensor](), float("inf")
    for start in range(0, _MOST, _SIDES):
        beside = [*_beside(quick, own, range(start, start + _SIDES))]
        more = {name: torch.stack([one[name] for one in beside]) for name in own}
        slopes = {name: torch.cat([slopes[name], more[name]]) if slopes else more[name] for name in own}
        left = sum(_count_outside(values[name], slopes[name]) for name in own)
        if len(beside) < _SIDES or left in (0, outside):
            break
        outside = left
    return slopes


def _beside(quick: QuickPass, own: Mapping[str, Own], sides: Iterable[int]) -> Iterator[dict[str, Tensor]]:
    for side in sides:
        with Beside(side) as moving:
            yield _arrivals(quick, own)
        if not moving.found:
            return


def _arrivals(quick: QuickPass, own: Mapping[str, Own]) -> dict[str, Tensor]:
    """By gradient, what arrives at its tensor, cut only at what its own lines read."""
    tensor = quick.attempt.reading.tensor_of
    with quick.attempt.open() as world:
        graph = quick.attempt.forward(world)
        cuts = {name: {cut: quick.cuts[cut] for cut in one.cuts} for name, one in own.items()}
        return {name: as_reals(graph.arrivals(cuts[name])[tensor[name]]) for name in own}


def only_at_kinks(
    quick: QuickPass, own: Mapping[str, Own], values: Mapping[str, Any], slopes: Mapping[str, Tensor]
) -> frozenset[str]:
    """Those of the gradients that are autograd's but where there is something to choose, and there is."""
    found = set[str]()
    for name, due in _arrivals(quick, own).items():
        value, beside = values[name], slopes[name]
        upstream = sizes_of(quick.cuts[cut] for cut in own[name].cuts)
        chosen = _varies(beside, upstream)
        if is_tensor(value) and value.shape == due.shape and bool(chosen.any()):
            smooth = torch.where(chosen, due, value)
            if agreement(smooth, due, upstream=upstream).verdict is Verdict.RIGHT:
                found.add(name)
    return frozenset(found)


def impossible_choices(
    own: Mapping[str, Own], values: Mapping[str, Any], slopes: Mapping[str, Tensor]
) -> dict[str, str]:
    """Those of the gradients whose value is no choice at a kink or tie where the program stands, and why."""
    reasons = {name: _why_not(values[name], slopes[name]) for name in own}
    for one, other in combinations(own, 2):
        if own[one].cuts == own[other].cuts and slopes[one].shape == slopes[other].shape:
            together = _why_not(values[one] + values[other], slopes[one] + slopes[other])
            if together and not (reasons[one] or reasons[other]):
                reasons[one] = reasons[other] = _TOGETHER.format(one, other)
    return {name: reason for name, reason in reasons.items() if reason}


class Beside(TorchFunctionMode):
    """Moves what enters an operation with kinks by next to nothing: up, down, or at random by the side."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side
        self.found = False
        """Whether there was anything to move."""
        self.generator = torch.Generator().manual_seed(side)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Move what depends on a parameter; data is what it is, and so are masks."""
        name = getattr(func, "__name__", "")
        if has_kinks(name) and not changes_in_place(name):
            args = tuple(self._moved(one) for one in args)
        return func(*args, **(kwargs or {}))

    def _moved(self, value: Any) -> Any:
        if not is_tensor(value) or not value.requires_grad or not value.is_floating_point():
            return value
        self.found = True
        with torch._C.DisableTorchFunction():
            size = _ASIDE * (float(value.detach().abs().max()) or 1.0) if value.numel() else 0.0
            return value + size * self._direction(value)

    def _direction(self, value: Tensor) -> Tensor | float:
        if self.side < 2:
            return 1.0 - 2.0 * self.side
        if self.side < 4:
            slope = torch.linspace(-1, 1, value.numel(), dtype=torch.float64, device=value.device)
            return (slope if self.side == 2 else -slope).reshape(value.shape)
        noise = torch.randn(value.shape, generator=self.generator, dtype=torch.float64)
        return noise.to(value.device)


def _why_not(value: Any, slopes: Tensor) -> str:
    """Why a value is no choice among the slopes, stacked; "" where it may be one."""
    if not is_tensor(value) or value.shape != slopes.shape[1:]:
        return ""
    if _count_outside(value, slopes):
        return _OUTSIDE
    return _SUMS if any(_breaks_a_sum(*pair) for pair in _sums(value, slopes)) else ""


_OUTSIDE = "no slope of a kink or tie here: an entry is beyond what lies on either side of it"
_SUMS = "the weights that it gives to the entries of a tie do not add up to one"
_TOGETHER = "at a tie the weights of {} and {} do not add up to one"


def _count_outside(value: Any, slopes: Tensor) -> int:
    """How many entries are beyond all slopes."""
    if not is_tensor(value) or value.shape != slopes.shape[1:]:
        return 0
    low, high = slopes.amin(0), slopes.amax(0)
    room = _room(slopes)
    return int(((value < low - room) | (value > high + room)).sum())


def _breaks_a_sum(value: Tensor, slopes: Tensor, largest: float) -> bool:
    """Whether a sum differs that was the same on every side."""
    low, high = slopes.amin(0), slopes.amax(0)
    room = _RELATIVE * slopes.abs().amax(0) + _ABSOLUTE * largest
    same = high - low <= room
    return bool((same & ((value - high).abs() > 2 * room)).any())


def _varies(slopes: Tensor, upstream: float = 0.0) -> Tensor:
    """In which entries the slopes are not the same, up to rounding of what they were summed from."""
    room = _RELATIVE * slopes.abs().amax(0) + _SUMMED * max(upstream, finite_max(slopes))
    return slopes.amax(0) - slopes.amin(0) > room


def _room(slopes: Tensor) -> Tensor:
    return _RELATIVE * slopes.abs().amax(0) + _ABSOLUTE * slopes.abs().max()


def _sums(value: Tensor, slopes: Tensor) -> Iterator[tuple[Tensor, Tensor, float]]:
    """The value and the slopes summed over every dimension, and over all, as far as there is a choice.

    What is smooth may be so much larger that nothing else shows beside it.
    """
    if not value.dim() or not value.numel():
        return
    chosen = _varies(slopes)
    value, slopes = value * chosen, slopes * chosen
    largest = float(slopes.abs().max())
    yield value.sum(), slopes.flatten(1).sum(1), largest
    for dim in range(value.dim()):
        yield value.sum(dim), slopes.sum(dim + 1), largest
