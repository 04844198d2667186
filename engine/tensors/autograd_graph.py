"""Autograd's graph: the nodes that a tensor was made through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor


def nodes_behind(tensors: Iterable[Tensor]) -> set[Any]:
    """Every node of the graph that the tensors were made through, leaves included."""
    queue = [node for tensor in tensors if (node := node_of(tensor)) is not None]
    seen: set[Any] = set(queue)
    while queue:
        for following, _ in queue.pop().next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                queue.append(following)
    return seen


def node_of(tensor: Tensor) -> Any:
    """The graph node of a tensor: the function that made it, or the accumulation of a leaf."""
    if tensor.grad_fn is not None:
        return tensor.grad_fn
    if tensor.requires_grad:
        return tensor.view_as(tensor).grad_fn.next_functions[0][0]  # type: ignore[union-attr]
    return None
