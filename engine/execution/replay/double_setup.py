"""A program's constants in double precision: its setup run once more, beside the session.

A constant that setup computes in single precision (`torch.eye(n) - 1 / n`) is rounded. A handwritten line
that uses it differs from autograd's, which does not, by just that.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ...tensors.inert import is_tensor
from ...tensors.rng_state import random_state, seed_all
from ..called_function import Reached
from ..namespace import fresh_namespace
from ..session import Session
from .same_draws import SameDraws

_ROUNDING = 1e-5
"""What single precision may have lost on its way, as a share of the largest entry."""


class WideCasts(TorchFunctionMode):
    """Casts to single precision give double: `.float()`, `.to(torch.float32)`, `dtype=torch.float32`."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Ask for double where single was asked for."""
        if getattr(func, "__name__", "") == "float":
            return args[0].double()
        named = {name: _wide(value) for name, value in (kwargs or {}).items()}
        return func(*map(_wide, args), **named)


def _wide(value: Any) -> Any:
    return torch.float64 if value is torch.float32 else value


def constants_in_double(session: Session) -> dict[str, Tensor] | None:
    """The tensors that setup binds, in double precision, by name; None where it does not run so.

    A value that is not what it was but for rounding is left out.
    """
    section = session.program.section("setup")
    if section is None:
        return {}
    namespace = fresh_namespace(session.program)
    before, default = random_state((), others=True), torch.get_default_dtype()
    try:
        with WideCasts(), SameDraws(default):
            torch.set_default_dtype(torch.float64)
            seed_all(session.seed_of_setup)
            with suppress(Reached):
                exec(compile(section.tree, session.program.filename, "exec"), namespace)
    except Exception:
        return None
    finally:
        torch.set_default_dtype(default)
        before.restore()
    return {
        name: value
        for name, value in namespace.items()
        if is_tensor(value) and _is_the_same(session.namespace.get(name), value)
    }


def _is_the_same(single: Any, double: Tensor) -> bool:
    """Whether a tensor of single precision is another one of double, but for rounding."""
    if not is_tensor(single) or (single.dtype, double.dtype) != (torch.float32, torch.float64):
        return False
    return single.layout is torch.strided and same_but_rounded(single, double)


def same_but_rounded(value: Tensor, exact: Tensor) -> bool:
    """Whether two tensors are the same as far as single precision can tell."""
    if value.shape != exact.shape or not exact.numel():
        return False
    size = float(exact.abs().max())
    return torch.allclose(value.detach().double(), exact.detach(), _ROUNDING, _ROUNDING * size)
