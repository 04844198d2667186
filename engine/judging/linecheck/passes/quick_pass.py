"""The quick pass: all lines at once, cut at every gradient that a line reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ....tensors.batch_comparison import largest_of_each
from ....tensors.differences import finite_max
from ....tensors.vjp_agreement import Agreement, agreements
from ..lines.substitution import Outcome, kept, lines_change, referred
from .attempt import LARGEST, Attempt, NotInDouble, random_cuts


@dataclass(frozen=True, eq=False)
class QuickPass:
    """What came of it. Cuts and arrivals by tensor, agreements by gradient."""

    attempt: Attempt
    cuts: Mapping[str, Tensor]
    arrived: Mapping[str, Tensor]
    outcome: Outcome
    agreements: Mapping[str, Agreement]


def quick_pass(attempt: Attempt) -> QuickPass:
    """Run the program once, random gradients in place of those that are read.

    Raises:
        NotInDouble: a line raises that does not in the program's own precision.
    """
    with attempt.open() as world:
        graph = attempt.forward(world)
        cuts = random_cuts(attempt, graph)
        arrived = graph.arrivals(cuts)
        outcome = attempt.lines(world, cuts, kept if lines_change(attempt.session) else referred)
    if attempt.dtype is not None and _raised_anew(attempt, outcome):
        raise NotInDouble
    return QuickPass(attempt, cuts, arrived, outcome, agreed(attempt, outcome.values, arrived, cuts))


def _raised_anew(attempt: Attempt, outcome: Outcome) -> bool:
    failure = attempt.iteration.failure
    complete = failure is None or failure.section != "backward"
    return complete and bool(outcome.raised)


def agreed(
    attempt: Attempt, values: Mapping[str, Any], arrived: Mapping[str, Tensor], cuts: Mapping[str, Tensor]
) -> dict[str, Agreement]:
    """What lines wrote, as far as anything arrived at its tensor, against that."""
    tensor = attempt.reading.tensor_of
    known = {n: value for n, value in values.items() if tensor[n] in arrived and value is not Ellipsis}
    expected = {name: arrived[tensor[name]] for name in known}
    unwritten = [one for name, one in arrived.items() if attempt.reading.gradient_of(name) not in known]
    sizes = largest_of_each(unwritten)
    if attempt.dtype is None:
        sizes += largest_of_each([*cuts.values()])
    most = max([LARGEST, *sizes]) if all(map(math.isfinite, sizes)) else math.inf
    return agreements(known, expected, _Upstream(attempt, arrived, cuts).size, most)


class _Upstream:
    """The size of what each gradient was summed from: its cuts, or where it reads none, what came before."""

    def __init__(self, attempt: Attempt, arrived: Mapping[str, Tensor], cuts: Mapping[str, Tensor]) -> None:
        self.reading = attempt.reading
        self.bound = attempt.session.facts.bound("forward")
        self.arrived = arrived
        self.cuts = cuts
        self._sizes: dict[int, float] = {}

    def size(self, name: str) -> float:
        """For the gradient of that name."""
        read = map(self.reading.tensor_of.__getitem__, self.reading.static[name])
        cuts = [self.cuts[tensor] for tensor in read if tensor in self.cuts]
        return max(map(self._size, cuts or self._behind(self.reading.tensor_of[name])), default=0.0)

    def _behind(self, name: str) -> list[Tensor]:
        """The arrivals at a tensor and at those that the forward binds after it."""
        bound = self.bound
        later = bound[bound.index(name) + 1 :] if name in bound else bound
        return [self.arrived[one] for one in (name, *later) if one in self.arrived]

    def _size(self, tensor: Tensor) -> float:
        if id(tensor) not in self._sizes:
            self._sizes[id(tensor)] = finite_max(tensor)
        return self._sizes[id(tensor)]
