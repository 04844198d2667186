"""What a program finds under the names that stand for one call of a `torch.autograd.Function` of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..program.around import CALLED, CTX, NEVER_CALLED, REACHED
from ..tensors.inert import is_tensor
from .failure import ProgramFault
from .gradients.own_functions import Remembering


class Reached(BaseException):
    """The program has come to the call: what it would do then does not run."""


def _called(bind: Callable[..., tuple[Any, ...]], arguments: Sequence[Any]) -> tuple[Any, ...]:
    """What the Function is given, by its parameters; tensors without the graph that they have there."""
    return bind(*(one.detach().clone() if is_tensor(one) else one for one in arguments))


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
