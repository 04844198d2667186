"""Pairs of arrays of one shape, as gradients may be: rounding, slips, NaN, infinity, nothing at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import Tensor

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ENTRIES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 1e-30, 3e38]), st.floats(width=32)
)
FINITE = st.floats(-1e3, 1e3, width=32)


@st.composite
def pairs(draw: Callable[..., Any], entries: Any = ENTRIES, dtype: type = np.float32) -> tuple[Any, Any]:
    """Two arrays of one shape, the second often the first with a few entries changed."""
    shape = draw(SHAPES)
    left = draw(hnp.arrays(dtype, shape, elements=entries))
    if draw(st.booleans()):
        return left, draw(hnp.arrays(dtype, shape, elements=entries))
    changed = draw(hnp.arrays(np.bool_, shape))
    return left, np.where(changed, draw(hnp.arrays(dtype, shape, elements=entries)), left).astype(dtype)


def tensors(pair: tuple[Any, Any]) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(pair[0].copy()), torch.from_numpy(pair[1].copy())
