"""What flows where in autograd's graph, in the words of the forward's expressions, pass by pass."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations
from operator import itemgetter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ....execution.gradients.graph_gradients import GraphGradients, graph_gradients
from ....execution.replay.noted_forward import NOTE, MadeNodes, NotedForward
from ....execution.replay.world import World
from ....tensors.autograd_graph import node_of
from ....tensors.dtypes import as_reals
from ....tensors.vjp_agreement import agreement
from ....verdict import Verdict
from ..lines.helper_places import Place, Spot, rows_of
from ..passes.attempt import Attempt, Graph
from .taken_apart import TakenApart


class Arrival(NamedTuple):
    """One of the gradients that arrive somewhere."""

    spot: Spot
    turn: int


@dataclass(frozen=True, eq=False)
class Flows:
    """Gradients by where they flow, in the order in which the forward made what they belong to."""

    graph: Graph
    gradients: Mapping[Spot, Sequence[Tensor]]
    targets: Mapping[Spot, Sequence[Arrival]]
    """For what flows along an edge, where each of these gradients arrives."""
    leaves: Sequence[str]
    """The names of what no expression makes; their numbers are -1, -2, ..."""
    named: Mapping[str, Arrival]
    """By the name of a tensor, what arrives at it."""

    @cached_property
    def _numbered(self) -> Mapping[torch.Size, list[tuple[float, Tensor, Spot]]]:
        """What arrives and where, for every shape by one number made of all entries, in its order."""
        rows: dict[torch.Size, list[tuple[float, Tensor, Spot]]] = {}
        arriving = ((spot, series) for spot, series in self.gradients.items() if spot.edge is None)
        for spot, gradient in ((spot, one) for spot, series in arriving for one in series):
            rows.setdefault(gradient.shape, []).append((number_of(gradient), gradient, spot))
        return {shape: sorted(row, key=itemgetter(0)) for shape, row in rows.items()}

    def at(self, place: Place, passes: int) -> dict[int, Tensor]:
        """By the pass of a helper line, the gradient that it ought to bind."""
        series = self.series(place.spot)
        turns = {at: place.turn(at, len(series)) for at in range(passes)}
        return {at: series[turn] for at, turn in turns.items() if turn is not None}

    def series(self, spot: Spot) -> list[Tensor]:
        """The gradients that flow somewhere, as many times, in parts or as far as the spot says."""
        series = self.gradients.get(spot.whole, ())
        if spot.uses:
            series = [self._through(spot, turn, one) for turn, one in enumerate(series)]
        if spot.rows is not None:
            series = spot.rows.of(series)
        return [spot.times * one for one in series]

    def _through(self, spot: Spot, turn: int, arrived: Tensor) -> Tensor:
        flowing = self.into(Arrival(spot.whole, turn))
        return sum((flowing[use] for use in spot.uses if use in flowing), torch.zeros_like(arrived))

    def in_rows(self, wanted: Iterable[tuple[int, torch.Size]]) -> Flows:
        """The same, and what arrives in parts as well: so many, of such a shape."""
        arriving = {spot: series for spot, series in self.gradients.items() if spot.edge is None}
        more = {
            apart: self.series(apart)
            for passes, shape in wanted
            for spot, series in arriving.items()
            for apart in (spot._replace(rows=rows) for rows in rows_of(series, passes, shape))
        }
        return replace(self, gradients={**self.gradients, **more})

    def of_some_uses(self) -> Iterator[Spot]:
        """Where more than one use, and not all, make what arrives."""
        sources: dict[Spot, dict[Spot, None]] = {}
        for edge, targets in self.targets.items():
            for target in targets:
                sources.setdefault(target.spot, {})[edge] = None
        for spot, edges in sources.items():
            counts = range(2, len(edges)) if len(edges) <= _MOST else ()
            yield from (spot._replace(uses=some) for count in counts for some in combinations(edges, count))

    def is_of_uses(self, value: Tensor) -> bool:
        """Whether a value is what flows back through a use, or some uses, of one tensor."""
        spots = chain(self.targets, self.of_some_uses())
        return any(one.shape == value.shape and equal(value, one) for at in spots for one in self.series(at))

    def in_multiples(self, scales: Iterable[float]) -> Flows:
        """The same, and everything so many times as well."""
        more = {
            spot._replace(times=scale): [scale * one for one in series]
            for scale in scales
            for spot, series in self.gradients.items()
        }
        return replace(self, gradients={**self.gradients, **more})

    def into(self, arrival: Arrival) -> dict[Spot, Tensor]:
        """What flows into one of the gradients that arrive somewhere, added up by where it comes from."""
        found: dict[Spot, Tensor] = {}
        for spot, targets in self.targets.items():
            for gradient, target in zip(self.gradients[spot], targets, strict=True):
                if target == arrival:
                    found[spot] = found[spot] + gradient if spot in found else gradient
        return found

    def arrives(self, value: Tensor) -> bool:
        """Whether a value is what arrives somewhere."""
        return any(True for _ in self._matching(value))

    def spots_of(self, value: Tensor) -> frozenset[Spot]:
        """Where a value arrives."""
        return frozenset(self._matching(value))

    def _matching(self, value: Tensor) -> Iterator[Spot]:
        row = self._numbered.get(value.shape)
        if row is None:
            return
        number = number_of(value)
        room = 1e-6 * abs(number) + 1e-9 * float(value.detach().abs().sum())
        for at in range(bisect_left(row, number - room, key=itemgetter(0)), len(row)):
            if row[at][0] > number + room:
                break
            if equal(value, row[at][1]):
                yield row[at][2]


_MOST = 5
"""The uses of a tensor are told apart where they are no more."""


def equal(value: Any, gradient: Tensor) -> bool:
    """Whether a value is a gradient, up to the rounding of double precision."""
    return agreement(value, gradient).verdict in (Verdict.RIGHT, Verdict.NOT_EXERCISED)


def number_of(tensor: Tensor) -> float:
    """A number that differs where tensors of one shape do, but by chance."""
    entries = as_reals(tensor.detach()).flatten().to(torch.float64)
    weights = torch.arange(1, len(entries) + 1, dtype=torch.float64, device=tensor.device)
    return float((entries * weights.mul_(_IRRATIONAL).frac_()).sum())


_IRRATIONAL = 0.6180339887498949


def flows_of(attempt: Attempt, world: World, noted: NotedForward) -> Flows:
    """Run the forward in a world and look at what flows everywhere."""
    made = MadeNodes()
    attempt.session.namespace[NOTE] = made.note
    with TakenApart():
        graph = attempt.forward(world, code=noted.code)
    found = graph_gradients(graph.loss)
    names = {node_of(tensor): name for name, tensor in graph.tensors.items() if tensor.is_leaf}
    leaves = [node for node in names if node in found.arrived]
    spots = {**_spots(found, made), **{leaf: Spot(-1 - at) for at, leaf in enumerate(leaves)}}
    gradients: dict[Spot, list[Tensor]] = {}
    arrivals: dict[tuple[Any, int], Arrival] = {}
    for node, spot in spots.items():
        for output, gradient in enumerate(found.arrived[node]):
            if gradient is not None:
                series = gradients.setdefault(spot._replace(output=output), [])
                arrivals[node, output] = Arrival(spot._replace(output=output), len(series))
                series.append(_plain(gradient))
    targets: dict[Spot, list[Arrival]] = {}
    for node, spot in spots.items():
        for edge, gradient in enumerate(found.sent.get(node, ())):
            arrival = arrivals.get(node.next_functions[edge])
            if gradient is not None and arrival is not None:
                gradients.setdefault(spot._replace(edge=edge), []).append(_plain(gradient))
                targets.setdefault(spot._replace(edge=edge), []).append(arrival)
    nodes = {name: (node_of(tensor), tensor.output_nr) for name, tensor in graph.tensors.items()}
    named = {name: arrivals[node] for name, node in nodes.items() if node in arrivals}
    return Flows(graph, gradients, targets, [names[leaf] for leaf in leaves], named)


def _plain(gradient: Tensor) -> Tensor:
    gradient = gradient.detach()
    return gradient if gradient.layout == torch.strided else gradient.to_dense()


def _spots(found: GraphGradients, made: MadeNodes) -> dict[Any, Spot]:
    """Every node that an expression made, in the order in which that happened.

    What is made on the way to the value of an expression, in a function say, is made by it as well.
    """
    spots: dict[Any, Spot] = {}
    unsaid: list[Any] = []
    for node in sorted(found.arrived, key=_when):
        unsaid.append(node)
        if node in made.by_node:
            number, _ = made.by_node[node]
            for inner, other in enumerate(reversed(unsaid)):
                spots[other] = Spot(number, inner=inner)
            unsaid = []
    return spots


def _when(node: Any) -> int:
    """A node's place among all in the order in which they were made; leaves come last."""
    number: int = node._sequence_nr()
    return number
