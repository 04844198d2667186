"""One world in which the values of helper lines are looked at, or others given to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ....execution.replay.noted_forward import NotedForward
from ....program.statements import Statement
from ....tensors.aliasing import copy_of
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import Agreement, agreement
from ....verdict import Verdict
from ..lines.helper_lines import Given, HelperLine, Passes, Seen
from ..lines.perturbation import Moved
from ..lines.substitution import Outcome
from ..passes.attempt import Attempt, sizes_of
from ..passes.isolated_lines import opened_moved
from .flows import Flows, flows_of


@dataclass(frozen=True, eq=False)
class Run:
    """What came of one run of the backward: the gradients by name, and what helper lines bound."""

    values: Mapping[str, Any]
    seen: Sequence[Seen]

    def bound(self, line: HelperLine) -> list[Tensor]:
        """What a line bound, pass by pass."""
        return [one.value for one in self.seen if one.line is line]

    def entries(self, line: HelperLine) -> list[Tensor]:
        """Which entries a line wrote, pass by pass, where it is one of several that build a value."""
        return [one.entries for one in self.seen if one.line is line and one.entries is not None]


@dataclass(frozen=True, eq=False)
class Scene:
    """What flows in a world's graph, and what stands in for errors that are known already."""

    attempt: Attempt
    moved: Moved | None
    flows: Flows
    arrived: Mapping[str, Tensor]
    """By tensor, autograd's gradient."""
    known: Mapping[str, Tensor]
    """The same for the tensors whose gradients are wrong for another reason."""

    def run(self, lines: Sequence[HelperLine], given: Given, *, graph: bool = False) -> Run:
        """Run the backward with `given` in the place of what helper lines bind."""
        passes = Passes(self.attempt.session.namespace, lines, given)
        return Run(self.watched(passes.after, graph=graph).values, passes.seen)

    def watched(self, after: Callable[[Statement], None], *, graph: bool = False) -> Outcome:
        """Run the program; `after` is called after every statement of its forward and its backward."""
        with opened_moved(self.attempt, self.moved) as world:
            try:
                self.attempt.forward(world, after=after)
            except _UNFIT:
                return Outcome({})
            return self.attempt.lines(world, self.known, _copied, graph=graph, after=after)

    def expected(self, name: str) -> Tensor:
        """Autograd's gradient in the place of a handwritten one."""
        return self.arrived[self.attempt.reading.tensor_of[name]]

    def agreement(self, name: str, run: Run) -> Agreement:
        """How a gradient of a run agrees with autograd's."""
        upstream = sizes_of(self.arrived.values())
        return agreement(run.values.get(name), self.expected(name), upstream=upstream)

    def right(self, name: str, run: Run) -> bool:
        """Whether a gradient of a run is autograd's."""
        return self.agreement(name, run).verdict in (Verdict.RIGHT, Verdict.NOT_EXERCISED)


_UNFIT = (ArithmeticError, RuntimeError, ValueError, LookupError, TypeError, AttributeError)
"""What a forward may raise where another value is given to what it writes beside the loss."""


def _copied(_: str, value: Any) -> Any:
    """What is taken of a gradient: with its graph, where there is one."""
    return copy_of(value) if is_tensor(value) else value


def scene_of(attempt: Attempt, noted: NotedForward, moved: Moved | None, wrong: Iterable[str]) -> Scene:
    """A world, moved or not; autograd's gradients stand in for those that are `wrong`."""
    with opened_moved(attempt, moved) as world:
        flows = flows_of(attempt, world, noted)
        arrived = flows.graph.arrivals({})
    tensors = [attempt.reading.tensor_of[name] for name in wrong]
    return Scene(attempt, moved, flows, arrived, {one: arrived[one] for one in tensors if one in arrived})
