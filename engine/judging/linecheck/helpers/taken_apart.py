"""Operations that torch computes in one go, in their steps: gradients flow between these.

Handwritten lines of attention or of a norm have helper variables for steps that autograd's graph has not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

_ROUNDING = 1e-9


class TakenApart(TorchFunctionMode):
    """While it is entered, what `_STEPS` knows is computed step by step, as far as the same comes out."""

    def __torch_function__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Called by torch for every one of its functions."""
        whole = function(*args, **(kwargs or {}))
        steps = _STEPS.get(function)
        if steps is None:
            return whole
        apart = steps(*args, **(kwargs or {}))
        return whole if apart is None or not _same(whole, apart) else apart


def _same(whole: Tensor, apart: Tensor) -> bool:
    close = whole.shape == apart.shape and whole.dtype == apart.dtype
    return close and torch.allclose(whole, apart, rtol=_ROUNDING, atol=_ROUNDING, equal_nan=True)


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor | None:
    if dropout_p or enable_gqa:
        return None
    scores = query @ key.transpose(-2, -1)
    scores = scores / math.sqrt(query.shape[-1]) if scale is None else scores * scale
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None and attn_mask.dtype is torch.bool:
        scores = scores.masked_fill(~attn_mask, -math.inf)
    elif attn_mask is not None:
        scores = scores + attn_mask
    return scores.softmax(-1) @ value


def _layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    normal = _normal(input, range(-len(normalized_shape), 0), eps)
    return _with_gain(normal, weight, bias)


def _batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor | None:
    if not training:
        return None
    normal = _normal(input, [0, *range(2, input.dim())], eps)
    return _with_gain(normal, _per_channel(weight, input), _per_channel(bias, input))


def _group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    groups = input.reshape(len(input), num_groups, -1)
    normal = _normal(groups, [-1], eps).reshape(input.shape)
    return _with_gain(normal, _per_channel(weight, input), _per_channel(bias, input))


def _normal(input: Tensor, dims: Sequence[int], eps: float) -> Tensor:
    centred = input - input.mean([*dims], keepdim=True)
    variance = (centred**2).mean([*dims], keepdim=True)
    return centred * (variance + eps) ** -0.5


def _with_gain(normal: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    scaled = normal if weight is None else normal * weight
    return scaled if bias is None else scaled + bias


def _per_channel(tensor: Tensor | None, input: Tensor) -> Tensor | None:
    return None if tensor is None else tensor.reshape(-1, *[1] * (input.dim() - 2))


_STEPS: Mapping[Callable[..., Any], Callable[..., Tensor | None]] = {
    F.scaled_dot_product_attention: _attention,
    F.layer_norm: _layer_norm,
    F.batch_norm: _batch_norm,
    F.group_norm: _group_norm,
}
