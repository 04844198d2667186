"""What a program carries from one iteration to the next, made fit for it: no graph, and nothing used up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from types import BuiltinFunctionType, MethodWrapperType, ModuleType
from typing import Any

from torch import Tensor

from ..tensors.inert import is_a, is_any, is_tensor, module_of
from ..tensors.kinds import has_graph, plain
from .containers import Contents
from .given_again import GivenAgain, has_to_remember
from .holders import PLAIN, Own, made_again

_HOLDING = (tuple, partial, BuiltinFunctionType, MethodWrapperType)
"""What may hold something else, and is made anew with what stands for it."""


class CarriedOver:
    """Says what stands for a value from now on: for the same value always the same.

    A tensor that an iteration computed loses its graph, which ended with it; those in `staying` keep theirs.
    An iterator is made one that can give again what it gave; the program's own are objects like others.
    """

    def __init__(self, own: Own, staying: Iterable[Tensor]) -> None:
        self.own = own
        """The names of the modules whose functions and classes are the program's."""
        self._staying = {*map(id, staying)}
        self._made: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        """What stands for a value."""
        if not self.changes(value):
            return value
        if id(value) not in self._made:
            try:
                fit = self._fit(value)
            except RecursionError:  # tuples in tuples, hundreds deep
                fit = value
            self._made[id(value)] = value, fit
        return self._made[id(value)][1]

    def changes(self, value: Any) -> bool:
        """Whether something else may stand for a value."""
        its_type = type(value)
        if is_tensor(value):
            return has_graph(value) and id(value) not in self._staying
        if its_type in PLAIN or its_type is ModuleType:
            return False
        return is_any(value, _HOLDING) or (has_to_remember(value) and module_of(its_type) not in self.own)

    def _fit(self, value: Any) -> Any:
        if is_tensor(value):
            return plain(value)
        if is_a(value, tuple):
            return self._tuple(value)
        if is_a(value, partial):
            called = value.func, *value.args
            function, *args = fit = self._tuple(called)
            return value if fit is called else partial(function, *args, **value.keywords)
        if has_to_remember(value):
            return GivenAgain(value, partial(Contents, own=self.own))
        owner = self(value.__self__)
        return value if owner is value.__self__ else getattr(owner, value.__name__)

    def _tuple(self, value: tuple[Any, ...]) -> tuple[Any, ...]:
        parts = [*map(self, value)]
        if all(one is other for one, other in zip(parts, value, strict=True)):
            return value
        made: tuple[Any, ...] = made_again(value, parts)
        return made


def graphs_within(values: Iterable[Any], own: Own) -> tuple[Tensor, ...]:
    """The tensors that can be reached and have a graph."""
    values = list(values)
    inside = [slot.origin for slot in Contents(values, own).slots]
    tensors = [value for value in (*values, *inside) if is_tensor(value)]
    return tuple(tensor for tensor in tensors if has_graph(tensor))
