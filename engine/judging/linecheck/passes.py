"""The passes of one check: the program run again, cut where gradients are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor

from ...execution.instrumentation import BACKWARD
from ...execution.iteration import Iteration
from ...execution.namespace import generators_in
from ...execution.reference_backward import fill_grad, reference_backward
from ...execution.replay import World, opened
from ...execution.session import Session
from ...execution.vjps import arrivals
from ...program.random_draws import draws_whole_numbers
from ...tensors.batch_comparison import largest_of_each, unflatten
from ...tensors.comparison import finite_max
from ...tensors.vjp_agreement import Agreement, agreements
from .plan import reading_of
from .substitution import Outcome, Plan, plan_of, planned_anew, run_lines

_FACTORS = (math.pi, math.exp(-1))
_SEED = 1_000_003
_STORED = 50_000
"""Up to so many random numbers come from a store, at a place that the iteration gives."""
_LARGEST = 10.0
"""No random cut in double precision has a larger entry: torch draws normal numbers below 9."""


class NotInDouble(Exception):
    """The program does not run in float64 as it does in its own precision."""


class DrawsAnew(Exception):
    """The forward draws random numbers; the check begins again with draws that repeat."""


class Runs:
    """One attempt in one precision. Tensors are named without the d, gradients with it.

    The gradients in `complete` are so after that many writes; others after their last.
    """

    def __init__(
        self,
        session: Session,
        iteration: Iteration,
        dtype: torch.dtype | None,
        complete: Mapping[str, int],
    ) -> None:
        self.session = session
        self.iteration = iteration
        self.dtype = dtype
        self.complete = complete
        reading = reading_of(session, iteration)
        self.names = reading.names
        self.ambiguous = reading.ambiguous
        self.woven = reading.woven
        self.read = reading.read
        self.cut_names = reading.cut_names
        self.static = reading.static
        self.copied = reading.copied
        self.straight = None if complete or dtype is None or session.drew else reading.straight
        self.plan: Plan = self._early(plan_of(iteration, self.names, reading.early))
        self._sizes: dict[int, float] = {}
        self.cuts: dict[str, Tensor] = {}
        self.quick: dict[str, Tensor] = {}
        self.tensors: frozenset[str] = frozenset()
        self.draws = session.drew
        self.still: frozenset[str] = frozenset()

    def open(self) -> Any:
        """A fresh world in this precision."""
        return opened(self.session, self.iteration.start, self.dtype, draws=self.draws)

    def _early(self, plan: Plan) -> Plan:
        if not self.complete:
            return plan
        return replace(plan, writes={**plan.writes, **self.complete})

    def _forward(self, world: World) -> dict[str, Tensor]:
        session = self.session
        watched = self.dtype is not None and not self.draws and not draws_whole_numbers(session.program)
        before = generator_states(session) if watched else []
        tensors = world.forward(name[1:] for name in self.names)
        after = generator_states(session) if watched else []
        if self.dtype is not None:
            drew = any(not torch.equal(*pair) for pair in zip(before, after, strict=True))
            self._require_double(tensors, drew)
        self.tensors = frozenset(tensors)
        if self.copied or self.session.facts.calls_backward:
            references = reference_backward(self._loss(), tensors, tensors, all_leaves=True, keep=True)
            self.session.namespace[BACKWARD] = fill = partial(fill_grad, references, tensors)
            fill()
        return tensors

    def _require_double(self, tensors: Mapping[str, Tensor], drew: bool) -> None:
        if any(tensor.dtype != torch.float64 for tensor in tensors.values()):
            raise NotInDouble
        if drew and not self.draws:
            self.session.drew = True
            raise DrawsAnew

    def _loss(self) -> Tensor:
        loss: Tensor = self.session.namespace["loss"]
        return loss

    def _random_cuts(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """A random upstream gradient for every tensor whose gradient is read."""
        read = {name: tensors[name] for name in self.cut_names if name in tensors}
        return self._random_like(read, self.iteration.number)

    def _random_like(self, tensors: Mapping[str, Tensor], start: int) -> dict[str, Tensor]:
        """Random tensors of the same shapes, all at once."""
        noise = random_numbers(sum(map(Tensor.numel, tensors.values())), start)
        found = dict(zip(tensors, unflatten(noise, [*tensors.values()]), strict=True))
        if self.dtype is None:
            return {n: (one * self._usual_size(n)).to(tensors[n]) for n, one in found.items()}
        if all(map(_is_cpu, tensors.values())):
            return found
        return {name: one.to(tensors[name].device) for name, one in found.items()}

    def _usual_size(self, name: str) -> float:
        """Outside float64 the cut is as large as the true gradient: rounding then stays as small."""
        references = self.iteration.references
        true = references.gradients.get(name)
        own = 0.0 if true is None else finite_max(true)
        return own or references.largest or 1.0

    def _upstream(self, name: str) -> float:
        """The size of what a gradient was summed from: its cuts, or where it reads none, what came before."""
        cuts = [self.cuts[one[1:]] for one in self.static[name] if one[1:] in self.cuts]
        return max((self._size(one) for one in cuts or self._behind(name[1:])), default=0.0)

    def _behind(self, name: str) -> list[Tensor]:
        """The arrivals at a tensor and at those that the forward binds after it."""
        bound = self.session.facts.bound("forward")
        later = bound[bound.index(name) + 1 :] if name in bound else bound
        return [self.quick[one] for one in (name, *later) if one in self.quick]

    def _size(self, tensor: Tensor) -> float:
        """The largest finite entry of a cut or an arrival, found once."""
        if id(tensor) not in self._sizes:
            self._sizes[id(tensor)] = finite_max(tensor)
        return self._sizes[id(tensor)]

    def _lines(
        self,
        world: World,
        cuts: Mapping[str, Tensor],
        taken: Callable[[str, Any], Any] = lambda _, value: value,
        *,
        graph: bool = False,
    ) -> Outcome:
        substitutes = {f"d{name}": tensor for name, tensor in cuts.items()}
        return run_lines(world, self.plan, substitutes, taken, graph=graph)

    def _agreements(self, values: Mapping[str, Any], arrived: Mapping[str, Tensor]) -> dict[str, Agreement]:
        """What lines wrote, as far as anything arrived at its tensor, against that."""
        known = {n: value for n, value in values.items() if n[1:] in arrived and value is not Ellipsis}
        expected = {name: arrived[name[1:]] for name in known}
        sizes = largest_of_each([one for name, one in arrived.items() if f"d{name}" not in known])
        if self.dtype is None:
            sizes += largest_of_each([*self.cuts.values()])
        most = max([_LARGEST, *sizes]) if all(map(math.isfinite, sizes)) else math.inf
        return agreements(known, expected, self._upstream, most)

    def _arrivals(self, tensors: Mapping[str, Tensor], cuts: Iterable[str]) -> dict[str, Tensor]:
        return arrivals(self._loss(), tensors, {name: self.cuts[name] for name in cuts})

    def _arrivals_again(self, tensors: Mapping[str, Tensor], cuts: Iterable[str]) -> list[dict[str, Tensor]]:
        """The same arrivals, with all that comes in multiplied and divided out: what differs is rounding."""
        found = []
        for factor in _FACTORS:
            scaled = {name: factor * self.cuts[name] for name in cuts}
            arrived = arrivals(self._loss(), tensors, scaled, factor)
            found.append({name: one / factor for name, one in arrived.items()})
        return found

    def _plan_anew(self) -> None:
        with self.open() as world:
            tensors = self._forward(world)
            arrived = arrivals(self._loss(), tensors, {})
            anew = planned_anew(world, self.plan, {f"d{n}": one for n, one in arrived.items()})
            self.plan = self._early(anew)


_is_cpu = attrgetter("is_cpu")


def random_numbers(count: int, start: int) -> Tensor:
    """So many normal numbers in double precision, the same for the same start, others for the next."""
    if count > _STORED:
        return _drawn(count, _SEED + start)
    first = start * 37 % _STORED
    return _store()[first : first + count].clone()


@cache
def _store() -> Tensor:
    return _drawn(2 * _STORED, _SEED)


def _drawn(count: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    # numbers drawn in single precision and made double take a quarter of the time
    return torch.randn(count, generator=generator, dtype=torch.float32).double().mul_(math.pi / 3)


def generator_states(session: Session) -> list[Tensor]:
    """The states of torch's generators, whose numbers depend on the precision asked for."""
    own = [one for one in generators_in(session.namespace) if isinstance(one, torch.Generator)]
    return [one.get_state() for one in (torch.default_generator, *own)]
