"""A look aside: an expression evaluated on copies of the program's values, nothing of it left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType, TracebackType
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import Parameter

from ...program.names import is_place
from ...tensors.aliasing import Namespace
from ...tensors.inert import is_a, is_any, is_given_name, module_of, name_of_module
from ...tensors.rng_state import random_state
from ..cancel import Cancelled
from ..checkpoint import rebind
from ..containers import Contents
from ..expression import Expression, ExpressionError, error_in
from ..holders import MAIN, PLAIN, Own
from ..namespace import generators_in
from ..recording.steps import Slot
from ..session import Session
from .state_copy import StateCopy

Moment = Mapping[str, Slot | None]
"""What names are bound to at a place of a record; None for one that has no value there yet."""
_BOUND = Slot("", None)
_T = TypeVar("_T")


class Aside:
    """Inside the `with`, the session's namespace holds copies of what an expression may reach.

    Afterwards the session is as it was, bit for bit: names, what they hold, every generator, and the modules
    that are loaded.
    """

    def __init__(self, session: Session, moment: Moment, expression: Expression) -> None:
        self._session = session
        self._moment = {name: slot for name, slot in moment.items() if not is_place(name)}
        self._expression = expression

    def __enter__(self) -> None:
        namespace = self._session.namespace
        self._bound = dict(namespace)
        self._random = random_state(generators_in(namespace))
        self._default = torch.get_default_dtype()
        self._modules = dict(sys.modules)
        self._own = self._session.roles.own_modules or frozenset({MAIN})
        slots = self._slots(namespace)
        self._contents = Contents([slot.origin for slot in slots], self._own)
        try:
            self._enter(namespace, slots)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def _enter(self, namespace: Namespace, slots: list[Slot]) -> None:
        copies = StateCopy(None, self._contents)
        copied = copies.slots(slots)
        for name, slot in self._moment.items():
            if slot is None:
                namespace.pop(name, None)
        namespace.update(copied)
        copies.put_in_place()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.modules.update(self._modules)
        torch.set_default_dtype(self._default)
        rebind(self._session.namespace, self._bound)
        self._contents.put_back()
        self._random.restore()

    def _slots(self, namespace: Namespace) -> list[Slot]:
        """What is copied: what the expression names; all there is where that is code of the program's."""
        found = {name: Slot(name, value) for name, value in namespace.items() if is_given_name(name)}
        for name, slot in self._moment.items():
            if slot is None:
                found.pop(name, None)
            else:
                found[name] = slot
        named = [found[name] for name in sorted(self._expression.names & found.keys())]
        if all(_is_data(slot.origin, self._own) for slot in named):
            return named
        return [slot for slot in found.values() if not is_a(slot.origin, ModuleType)]


def _is_data(value: Any, own: Own) -> bool:
    """Whether no line of the program runs when it is used, and nothing is reached beyond what it holds."""
    if _is_plain(value):
        return True
    if is_a(value, ModuleType):
        return name_of_module(value) not in own
    if is_a(value, BuiltinFunctionType):
        return value.__self__ is None or is_a(value.__self__, ModuleType)
    if is_any(value, (FunctionType, type)):
        return module_of(value) not in own
    return type(value) in (list, tuple) and all(map(_is_plain, value))


def _is_plain(value: Any) -> bool:
    return type(value) in (Tensor, Parameter) or type(value) in PLAIN


def _as_it_is(value: Any) -> Any:
    return value


def evaluated(
    session: Session, moment: Moment, expression: Expression, look: Callable[[Any], _T] = _as_it_is
) -> _T:
    """The value of an expression at a moment, under no_grad, or what a look at it gives; None of a statement.

    Raises:
        ExpressionError: it raised, or reads what cannot be copied.
        Cancelled: it was stopped.
    """
    try:
        with Aside(session, moment, expression), torch.no_grad():
            return look(eval(expression.code, session.namespace))
    except (Cancelled, KeyboardInterrupt):
        raise
    except NameError as error:
        if moment.get(error.name or "", _BOUND) is None:
            raise ExpressionError(f"`{error.name}` has no value yet here") from None
        raise error_in(expression, error, session.program) from None
    except BaseException as error:
        raise error_in(expression, error, session.program) from None


def holds(session: Session, moment: Moment, expression: Expression) -> bool:
    """Whether an expression is true at a moment.

    Raises:
        ExpressionError: it raised, or its value is neither true nor false.
        Cancelled: it was stopped.
    """
    return evaluated(session, moment, expression, bool)
