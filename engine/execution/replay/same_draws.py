"""The same random numbers in double precision as the program drew in single."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from ...program.torch_operations import changes_in_place, draws_floats, draws_scaled_mask
from ...tensors.inert import is_tensor


class SameDraws(TorchFunctionMode):
    """Draws in the program's own precision, then casts up.

    A generator yields other numbers for float64 than for float32, so a dropout mask or a noise drawn
    in the forward would not repeat.
    """

    def __init__(self, program_dtype: torch.dtype) -> None:
        super().__init__()
        self.program_dtype = program_dtype

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Handle what draws; pass everything else on."""
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if draws_scaled_mask(name):
            return self._masked(func, args, kwargs)
        if not draws_floats(name):
            return func(*args, **kwargs)
        if changes_in_place(name) and args and is_tensor(args[0]):
            return self._in_place(func, args, kwargs)
        return self._up(self._in_program_dtype(func, args, kwargs))

    def _masked(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Dropout as the product with the mask that it would draw, so that no rounding enters."""
        rest = dict(kwargs)
        value = args[0] if args else rest.pop("input")
        if value.dtype != torch.float64:
            return func(*args, **kwargs)
        rest.pop("inplace", None)
        mask = func(torch.ones_like(value, dtype=self.program_dtype), *args[1:3], **rest)
        dropped = float(args[1] if len(args) > 1 else rest.get("p", 0.5))
        return value * _unrounded(mask.to(torch.float64), dropped)

    def _in_place(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Tensor:
        target: Tensor = args[0]
        if target.dtype != torch.float64:
            func(*args, **kwargs)
            return target
        small = target.detach().to(self.program_dtype)
        self._in_program_dtype(func, (small, *args[1:]), kwargs)
        with torch.no_grad():
            target.copy_(small)
        return target

    def _in_program_dtype(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        before = torch.get_default_dtype()
        torch.set_default_dtype(self.program_dtype)
        try:
            return func(*tree_map(self._down, args), **tree_map(self._down, kwargs))
        finally:
            torch.set_default_dtype(before)

    def _down(self, value: Any) -> Any:
        if is_tensor(value) and value.dtype == torch.float64:
            return value.to(self.program_dtype)
        return value

    def _up(self, value: Any) -> Any:
        if is_tensor(value) and value.dtype == self.program_dtype:
            return value.to(torch.float64)
        return value


def _unrounded(mask: Tensor, dropped: float) -> Tensor:
    """A mask of dropout with the scale 1 / (1 - p) as double precision has it."""
    if not 0 < dropped < 1:
        return mask
    return torch.where((mask != 0) & (mask != 1), 1 / (1 - dropped), mask)
