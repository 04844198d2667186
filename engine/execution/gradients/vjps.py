"""What arrives at tensors in one backward pass that is cut at some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ...tensors.aliasing import zeros_like
from .reference_backward import differentiate


def arrivals(
    loss: Tensor, tensors: Mapping[str, Tensor], cuts: Mapping[str, Tensor], factor: float = 1.0
) -> dict[str, Tensor]:
    """One backward pass: what arrives at each tensor, random tensors passed on at the cuts.

    The arrival at a tensor is the VJP that its line ought to compute from the upstream gradients
    that the cuts replaced. With `factor` the loss counts as often; the cuts are what they are.
    """
    noted: dict[str, Tensor] = {}
    handles = [
        tensor.register_hook(_noting(name, noted, cuts[name]))  # type: ignore[no-untyped-call]
        for name, tensor in tensors.items()
        if name in cuts
    ]
    inputs = tuple(tensors.values())
    try:
        first = torch.full_like(loss, factor)
        arrived = differentiate((loss,), (first,), inputs, keep=True) if inputs else ()
    finally:
        for handle in handles:
            handle.remove()
    return {
        name: noted[name] if name in noted else _arrival(tensor, None if name in cuts else gradient)
        for (name, tensor), gradient in zip(tensors.items(), arrived, strict=True)
    }


def _arrival(tensor: Tensor, gradient: Tensor | None) -> Tensor:
    if gradient is None:
        return zeros_like(tensor)
    return gradient if gradient.layout == torch.strided else gradient.to_dense()


def _noting(name: str, noted: dict[str, Tensor], instead: Tensor) -> Callable[[Tensor | None], Tensor | None]:
    def hook(gradient: Tensor | None) -> Tensor | None:
        # a piece that the loss does not use gets None where its siblings get a gradient
        if gradient is None:
            return instead
        if gradient.layout == torch.strided:
            noted[name] = gradient.detach()
            return instead
        noted[name] = gradient.detach().to_dense()
        return instead.to_sparse()

    return hook
