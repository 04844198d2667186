"""A program's own `torch.autograd.Function`s, differentiated by the statements of their forward."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

from torch import Tensor
from torch.autograd import Function

from ...tensors.aliasing import Namespace
from ...tensors.inert import is_a, is_tensor

Call = tuple[Any, ...]
"""The arguments of a call, its tensors without a graph."""


class Remembering:
    """A ctx that keeps what a forward gives it, and does nothing else."""

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.saved_tensors: tuple[Tensor | None, ...] = ()
        self.needs_input_grad = needs

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors, as autograd's own does."""
        self.saved_tensors = tensors

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("mark_") or name in ("set_materialize_grads", "save_for_forward"):
            return lambda *_: None
        raise AttributeError(name)


def put_in_place(namespace: Namespace, function: type[Function], apply: Callable[..., Any]) -> None:
    """Let a Function's `apply`, by whatever name the program calls it, be another, until the world ends."""
    for name, value in list(namespace.items()):
        if is_a(value, MethodType) and value.__self__ is function and value.__name__ == "apply":
            namespace[name] = apply
    function.apply = staticmethod(apply)  # type: ignore[method-assign]


def by_its_statements(function: type[Function]) -> Callable[..., Any]:
    """A stand-in for `apply` that autograd differentiates statement by statement."""
    return lambda *args: _by_statements(function, args)


def _by_statements(function: type[Function], args: Call) -> Any:
    if function.setup_context is not Function.setup_context:
        return function.forward(*args)
    needs = tuple(is_tensor(one) and one.requires_grad for one in args)
    return function.forward(Remembering(needs), *args)
