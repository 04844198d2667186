"""One attempt to judge all lines in one precision: what its passes over the program share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import attrgetter
from types import CodeType
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from ....execution.gradients.own_functions import by_its_statements, put_in_place
from ....execution.gradients.reference_backward import fill_grad, reference_backward
from ....execution.gradients.vjps import arrivals
from ....execution.heaviness import is_heavy
from ....execution.iteration import Iteration
from ....execution.recording.instrumentation import BACKWARD
from ....execution.replay.world import World
from ....execution.session import Session
from ....program.statements import Statement
from ....tensors.batch_comparison import unflatten
from ....tensors.differences import finite_max
from ....tensors.dtypes import as_numbers, as_reals
from ....tensors.inert import is_tensor
from ....tensors.noise import normal_like
from ..lines.plan import Reading, reading_of
from ..lines.substitution import Outcome, Plan, plan_of, planned_anew, run_lines

_SEED = 1_000_003
SPREAD = 3.0
"""Up to so many orders of magnitude a random upstream gradient is larger or smaller than a normal number."""
LARGEST = 6 * 10**SPREAD
"""No random number is larger: torch draws normal numbers below 6 in single precision."""


class NotInDouble(Exception):
    """The program does not run in float64 as it does in its own precision."""


@dataclass(frozen=True, eq=False)
class Graph:
    """A forward that has run in a world: its tensors by name, and the loss that comes of them."""

    tensors: Mapping[str, Tensor]
    loss: Tensor

    def arrivals(self, cuts: Mapping[str, Tensor], factor: float = 1.0) -> dict[str, Tensor]:
        """What arrives at every tensor where `cuts` are passed on; the loss counts `factor` times."""
        return arrivals(self.loss, self.tensors, cuts, factor)


@dataclass(frozen=True, eq=False)
class Attempt:
    """What is judged and how: an iteration's record, a precision, when each gradient is complete.

    The gradients in `complete` are so after that many writes; others after their last.
    """

    session: Session
    iteration: Iteration
    dtype: torch.dtype | None
    complete: Mapping[str, int]
    reading: Reading
    plan: Plan
    mended: tuple[type[Function], ...] = ()
    """Functions that are differentiated by their forward's statements, their backward being wrong."""
    apart: frozenset[str] = frozenset()
    """Names made like those of gradients that stand for something else."""
    constants: Mapping[str, Tensor] | None = None
    """Values in double precision of what setup computed in single, where that is to be tried."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """By gradient, how many times the gradient it is by convention, where that is not once."""
    silent: frozenset[str] = frozenset()
    """Gradients that are zero where lines read random ones."""
    sparse: bool = False
    """Whether edited lines read random ones with zeros in the entries in which zeros always arrive."""

    @cached_property
    def heavy(self) -> bool:
        """Whether the iteration's tensors take much memory."""
        return is_heavy(self.iteration)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters."""
        return frozenset(self.session.parameters)

    def open(self) -> AbstractContextManager[World]:
        """A fresh world in this precision."""
        return World(self.session, self.iteration.start, self.dtype, self.constants)

    def forward(
        self,
        world: World,
        shifts: Mapping[str, Tensor] | None = None,
        code: CodeType | None = None,
        after: Callable[[Statement], None] | None = None,
    ) -> Graph:
        """Run the forward in a world; to what is bound to a name in `shifts` its tensor is added.

        With `code` that is run, the same forward with more to tell. `after` is called after every statement.

        Raises:
            NotInDouble: a tensor is not in double precision although the attempt is.
        """
        session, reading = self.session, self.reading
        for function in self.mended:
            put_in_place(session.namespace, function, by_its_statements(function))
        names = map(reading.naming.tensor, (*reading.names, *sorted(self.apart)))
        tensors = world.forward(names, shifts, code, after)
        if self.dtype is not None and not all(map(_is_double, tensors.values())):
            raise NotInDouble
        graph = Graph(tensors, session.namespace[session.program.loss])
        facts = session.facts
        if facts.autograd.calls_backward or (reading.copied and not facts.autograd.fills_grad_itself):
            self._fill_grad(graph)
        return graph

    def _fill_grad(self, graph: Graph) -> None:
        references = reference_backward(graph.loss, graph.tensors, graph.tensors, all_leaves=True, keep=True)
        self.session.namespace[BACKWARD] = fill = partial(fill_grad, references, graph.tensors)
        fill()

    def lines(
        self,
        world: World,
        cuts: Mapping[str, Tensor],
        taken: Callable[[str, Any], Any] = lambda _, value: value,
        *,
        graph: bool = False,
        after: Callable[[Statement], None] | None = None,
    ) -> Outcome:
        """Run the handwritten lines; the gradients of the tensors in `cuts` are replaced when complete.

        What is a multiple of a gradient by convention is replaced by one, and taken for the gradient.
        """
        gradient = self.reading.gradient_of
        substitutes = {gradient(name): self.times(gradient(name), tensor) for name, tensor in cuts.items()}

        def taken_once(name: str, value: Any) -> Any:
            return taken(name, self.once(name, value))

        return run_lines(world, self.plan, substitutes, taken_once, graph=graph, after=after)

    def scale(self, gradient: str) -> float:
        """How many times the gradient what has its name is."""
        return self.scales.get(gradient, 1.0)

    def times(self, name: str, gradient: Tensor) -> Tensor:
        """What has the name of a gradient, where that is a multiple of it by convention."""
        return gradient * self.scales[name] if name in self.scales else gradient

    def once(self, name: str, value: Any) -> Any:
        """The gradient, of what may be a multiple of it."""
        return value / self.scales[name] if name in self.scales and is_tensor(value) else value


def attempt_of(
    session: Session,
    iteration: Iteration,
    dtype: torch.dtype | None,
    complete: Mapping[str, int],
    mended: tuple[type[Function], ...] = (),
    apart: frozenset[str] = frozenset(),
    constants: Mapping[str, Tensor] | None = None,
    scales: Mapping[str, float] | None = None,
    misnamed: frozenset[str] = frozenset(),
    silent: frozenset[str] = frozenset(),
) -> Attempt:
    """The attempt for an iteration. Where its record ends early, lines that raise are passed over.

    Names that are `misnamed` are helper variables, as those set apart, and no gradient of anything.
    """
    reading = reading_of(session, iteration, apart | misnamed)
    plan = plan_of(iteration, reading.names, reading.early)
    attempt = Attempt(
        session, iteration, dtype, complete, reading, plan, mended, apart, constants, scales or {}, silent
    )
    failure = iteration.failure
    if failure is not None and failure.section == "backward":
        plan = _planned_anew(attempt)
    return replace(attempt, plan=replace(plan, writes={**plan.writes, **complete}))


def _planned_anew(attempt: Attempt) -> Plan:
    with attempt.open() as world:
        arrived = attempt.forward(world).arrivals({})
        gradient = attempt.reading.gradient_of
        return planned_anew(world, attempt.plan, {gradient(name): one for name, one in arrived.items()})


def random_cuts(attempt: Attempt, graph: Graph) -> dict[str, Tensor]:
    """A random upstream gradient for every tensor whose gradient is read."""
    tensors = graph.tensors
    read = {name: tensors[name] for name in attempt.reading.cut_names if name in tensors}
    cuts = random_like(attempt, read, attempt.iteration.number)
    silent = [name for name in cuts if attempt.reading.gradient_of(name) in attempt.silent]
    return {**cuts, **{name: torch.zeros_like(cuts[name]) for name in silent}}


def random_like(attempt: Attempt, tensors: Mapping[str, Tensor], start: int) -> dict[str, Tensor]:
    """Random tensors of the same shapes, all at once; others for another start."""
    if attempt.dtype is None:
        return _in_own_precision(attempt, tensors, start)
    reals = [*map(as_reals, tensors.values())]
    noise = random_numbers(sum(map(Tensor.numel, reals)), start, SPREAD)
    numbers = map(as_numbers, unflatten(noise, reals), tensors.values())
    drawn = dict(zip(tensors, numbers, strict=True))
    if all(map(_is_cpu, tensors.values())):
        return drawn
    return {name: one.to(tensors[name].device) for name, one in drawn.items()}


def _in_own_precision(attempt: Attempt, tensors: Mapping[str, Tensor], start: int) -> dict[str, Tensor]:
    """Normal numbers, for each tensor as large as its gradient usually is."""
    references = attempt.iteration.references
    generator = torch.Generator().manual_seed(_SEED + start)
    cuts: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        size = _usual_size(references.gradients.get(name), references.largest)
        noise = normal_like(as_reals(tensor.detach()), generator, torch.float32, size)
        cuts[name] = as_numbers(noise, tensor)
    return cuts


def _usual_size(true: Tensor | None, largest: float) -> float:
    """Outside float64 the cut is as large as the true gradient: rounding then stays as small."""
    own = 0.0 if true is None else finite_max(true)
    return own or largest or 1.0


_is_cpu = attrgetter("is_cpu")


def _is_double(tensor: Tensor) -> bool:
    return tensor.dtype is torch.float64 or tensor.dtype is torch.complex128


def random_numbers(count: int, start: int, spread: float) -> Tensor:
    """So many numbers in double precision, the same for the same start, others for the next.

    Normal numbers, each at a scale of its own: these are spread evenly over `spread` orders of magnitude up
    and as many down, so that a line which cuts off what is large, or small, tells.
    """
    generator = torch.Generator().manual_seed(_SEED + start)
    # numbers drawn in single precision and made double take a quarter of the time
    drawn = torch.randn(count, generator=generator, dtype=torch.float32).double()
    scales = torch.rand(count, generator=generator, dtype=torch.float32).double()
    return drawn.mul_(scales.mul_(2).sub_(1).mul_(spread * math.log(10)).exp_())


def sizes_of(tensors: Iterable[Tensor]) -> float:
    """The largest finite entry of any of them; 0 where there is none."""
    return max(map(finite_max, tensors), default=0.0)
