"""Where lines are tried: a world in which the forward has run, and what arrives at its tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import torch
from torch import Tensor

from ...execution.checkpoint import Checkpoint, may_hold
from ...execution.containers import Contents
from ...execution.gradients.reference_backward import differentiate
from ...execution.replay.world import World
from ...program.program import Program
from ...tensors.held_names import all_names
from ...tensors.inert import is_given_name, is_tensor
from ...tensors.vjp_agreement import agreement
from ...verdict import Verdict
from ..linecheck.lines.dependence import downstream_of_each, own_cuts
from ..linecheck.lines.outcome import LineJudgement
from ..linecheck.lines.perturbation import Moved
from ..linecheck.passes.arriving_zeros import arriving_somewhere
from ..linecheck.passes.attempt import Attempt, Graph, random_cuts, random_like, sizes_of
from ..linecheck.passes.isolated_lines import compared_exactly, opened_moved
from ..linecheck.passes.moved_worlds import BY
from ..linecheck.passes.zero_one_parameters import plain_parameters
from .variations import Variation, variations

_SEED = 7_919


@dataclass(frozen=True, eq=False)
class Setting:
    """What stands for the gradients that lines read, and what ought to come out."""

    gradients: Mapping[str, Tensor]
    expected: Tensor
    upstream: float
    """The largest entry of what came in."""
    arrived: Mapping[str, Tensor]
    """What arrives at every tensor."""

    def agrees(self, value: object) -> bool:
        """Whether a value is the gradient."""
        result = agreement(value, self.expected, upstream=self.upstream)
        if result.verdict is Verdict.NOT_EXERCISED:
            # zeros are no formula, though the gradient may cancel to zero
            return is_tensor(value) and bool(value.any())
        return result.verdict is Verdict.RIGHT


@dataclass(frozen=True, eq=False)
class Bench:
    """A forward that has run in an open world, for lines to be run after it.

    Tensors and gradients go by their names. The lines run in the session's namespace, which functions
    of the program read; every run begins with `values` and `state`.
    """

    attempt: Attempt
    graph: Graph
    values: Mapping[str, Any]
    """What every name holds once the forward has run, without a graph."""
    state: Contents
    """What lists, objects, functions and all else hold then: every run of lines begins with it."""
    cuts: Mapping[str, Tensor]
    """A random upstream gradient for every tensor, as many times as the program's convention has it."""
    given: frozenset[str]
    """The gradients that lines can be given; a loop builds the others while it reads them."""
    reads: Mapping[str, frozenset[str]]
    """By gradient, the given ones that its lines read."""
    below: Mapping[str, frozenset[str]]
    """By gradient, the tensors downstream of its own."""
    complete_lines: Mapping[str, tuple[int, ...]]
    """By gradient whose name goes on to stand for something else, the lines that build it."""
    arrived: Callable[[frozenset[str]], Mapping[str, Tensor]]
    """What arrives at every tensor with the cuts at these, as often; found once for each choice."""
    right: Sequence[LineJudgement] = ()
    """The gradients whose lines are right."""

    @property
    def program(self) -> Program:
        """The program on the bench."""
        return self.attempt.session.program

    @property
    def namespace(self) -> dict[str, Any]:
        """Where the lines run."""
        return self.attempt.session.namespace

    def tensor_of(self, gradient: str) -> str:
        """The tensor of a gradient; "" for a name that is none's."""
        return self.program.naming.tensor(gradient)

    def gradient_of(self, tensor: str) -> str:
        """The gradient of a tensor."""
        return self.program.naming.gradient(tensor)

    def cut_at(self, gradient: str) -> Tensor | None:
        """The random tensor that may stand for a gradient."""
        return self.cuts.get(self.tensor_of(gradient))

    @cached_property
    def plain(self) -> frozenset[str]:
        """The parameters that are 0 or 1 throughout: a line may be right because of that alone."""
        return plain_parameters(self.attempt)

    @cached_property
    def unused(self) -> frozenset[str]:
        """The tensors that the loss does not depend on."""
        loss, tensors = self.graph.loss, self.graph.tensors
        reached = differentiate((loss,), (torch.ones_like(loss),), tuple(tensors.values()), keep=True)
        return frozenset(name for name, arrived in zip(tensors, reached, strict=True) if arrived is None)

    def moved(self) -> AbstractContextManager[World]:
        """A world where all parameters have moved."""
        exact = compared_exactly(self.attempt, self.cuts)
        return opened_moved(self.attempt, Moved(data=False, still=exact, by=BY))

    @cached_property
    def _moved(self) -> Moved:
        exact = compared_exactly(self.attempt, self.cuts)
        return Moved(data=False, still=self.attempt.parameters - self.plain | exact)

    @cached_property
    def variations(self) -> Sequence[Variation]:
        """The same program with other numbers in it."""
        return variations(self.attempt)

    def elsewhere(self) -> AbstractContextManager[World]:
        """A world where the `plain` parameters have moved a little."""
        return opened_moved(self.attempt, self._moved)

    def setting(self, gradient: str, reads: frozenset[str]) -> Setting:
        """For the lines of one gradient that read those given: cut there and nowhere else."""
        tensor_of = self.attempt.reading.tensor_of
        own = own_cuts(gradient, {**self.reads, gradient: reads}, self.below, tensor_of)
        arrived = self.arrived(own.cuts)
        instead = {**arrived, **{name: self.cuts[name] for name in own.cuts}}
        gradients = {read: instead[tensor_of[read]] for read in reads}
        upstream = sizes_of(self.cuts[name] for name in own.cuts) or sizes_of(arrived.values())
        return Setting(gradients, arrived[tensor_of[gradient]], upstream, arrived)


def prepared(
    attempt: Attempt,
    complete_lines: Mapping[str, tuple[int, ...]],
    world: World,
    graph: Graph | None = None,
) -> Bench:
    """The bench in an open world: run the forward; afterwards the names hold tensors without a graph.

    With the `graph` of it the forward has run.
    """
    graph, reading = graph or attempt.forward(world), attempt.reading
    # an edited line may read gradients that no line reads as it stands
    more = random_like(attempt, {name: graph.tensors[name] for name in sorted(graph.tensors)}, _SEED)
    drawn = {**more, **random_cuts(attempt, graph)}
    if attempt.sparse:
        arriving = arriving_somewhere(attempt)
        drawn = {name: one * arriving[name] if name in arriving else one for name, one in drawn.items()}

    def multiples(gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: attempt.times(reading.gradient_of(name), one) for name, one in gradients.items()}

    given = frozenset(map(reading.gradient_of, graph.tensors)) & frozenset(reading.names) - reading.woven
    below = {reading.gradient_of(name): those for name, those in downstream_of_each(graph.tensors).items()}
    namespace = attempt.session.namespace
    values = all_names(namespace)
    namespace.update({name: value.detach() for name, value in values.items() if _has_graph(value)})
    return Bench(
        attempt=attempt,
        graph=graph,
        values=all_names(namespace),
        state=_state(namespace, attempt.iteration.start),
        cuts=multiples(drawn),
        given=given,
        reads={name: given.intersection(reading.static.get(name, ())) for name in reading.names},
        below=below,
        complete_lines=complete_lines,
        arrived=cache(lambda names: multiples(graph.arrivals({name: drawn[name] for name in names}))),
    )


def _state(namespace: Mapping[str, Any], start: Checkpoint) -> Contents:
    """What the program's values hold; what the engine put beside them is its own."""
    names = [name for name in namespace if is_given_name(name) and name not in start.roles.own]
    return Contents(filter(may_hold, map(namespace.__getitem__, names)), start.contents.own)


def _has_graph(value: object) -> bool:
    return is_tensor(value) and value.requires_grad
