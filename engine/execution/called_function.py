"""What a program finds under the names that stand for one call of a `torch.autograd.Function` of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from torch import Tensor

from ..program.around import CALLED, CTX, NEVER_CALLED, REACHED
from ..tensors.dtypes import can_have_gradient
from ..tensors.inert import is_tensor
from .failure import ProgramFault
from .gradients.own_functions import Remembering


class Reached(BaseException):
    """The program has come to the call: what it would do then does not run."""


_Given = tuple[Any, ...]


def _called(bind: Callable[..., _Given], arguments: Sequence[Any]) -> tuple[_Given, tuple[bool, ...]]:
    """What the Function is given, by its parameters, and for which of it a gradient is needed.

    Tensors come without the graph that they have there. Where none requires grad, all that can do.
    """
    every = not any(is_tensor(one) and one.requires_grad for one in arguments)
    given = bind(*(_leaf(one, every) if is_tensor(one) else one for one in arguments))
    return given, tuple(is_tensor(one) and one.requires_grad for one in given)


def _leaf(tensor: Tensor, every: bool) -> Tensor:
    needed = tensor.requires_grad or (every and can_have_gradient(tensor))
    return tensor.detach().clone().requires_grad_(needed)


def _never_called(name: str) -> NoReturn:
    raise ProgramFault(
        f"nothing that the file runs calls `{name}.apply`, so that nothing says what it is given; "
        "one call below the class is enough",
        name,
    )


CALLS: dict[str, Any] = {
    CALLED: _called,
    NEVER_CALLED: _never_called,
    REACHED: Reached,
    CTX: Remembering,
}
