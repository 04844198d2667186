"""One backward pass with a look at every node of autograd's graph: what arrives there, what flows on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ...tensors.autograd_graph import nodes_behind
from .reference_backward import differentiate

Gradients = Sequence[Tensor | None]


@dataclass(frozen=True, eq=False)
class GraphGradients:
    """By node: what arrives at each of its outputs, and what flows along each of its edges."""

    arrived: dict[Any, Gradients] = field(default_factory=dict)
    sent: dict[Any, Gradients] = field(default_factory=dict)


def graph_gradients(loss: Tensor) -> GraphGradients:
    """The gradients of a loss all over its graph, which is kept."""
    found = GraphGradients()
    nodes = nodes_behind([loss])
    leaves = {node: node.variable for node in nodes if hasattr(node, "variable")}
    handles = [handle for node in nodes - leaves.keys() for handle in _watched(node, found)]
    try:
        arrived = differentiate((loss,), (torch.ones_like(loss),), tuple(leaves.values()), keep=True)
    finally:
        for handle in handles:
            handle.remove()
    found.arrived.update({leaf: (gradient,) for leaf, gradient in zip(leaves, arrived, strict=True)})
    return found


def _watched(node: Any, found: GraphGradients) -> Iterable[Any]:
    """The handles of the hooks that note what passes a node."""
    yield node.register_prehook(_noting(found.arrived, node))
    yield node.register_hook(_noting(found.sent, node))


def _noting(noted: dict[Any, Gradients], node: Any) -> Callable[..., None]:
    def hook(gradients: Gradients, _: Gradients = ()) -> None:
        noted[node] = tuple(gradients)

    return hook
