"""A world of its own for a check: the iteration's start again, in a copy, nothing left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, TracebackType
from typing import Any

import torch
from torch import Tensor

from ...program.names import is_place, parts_of
from ...program.statements import Statement
from ...tensors.aliasing import distinct
from ...tensors.differences import finite_max
from ...tensors.dtypes import can_have_gradient, with_precision
from ...tensors.inert import is_tensor
from ...tensors.noise import like, normal, normal_like
from ...tensors.rng_state import RandomState, random_state
from ..cancel import Cancelled
from ..checkpoint import Checkpoint, rebind
from ..failure import ProgramFault
from ..gradients.own_passes import GraphsKept
from ..gradients.reference_backward import make_leaves, saved_tensors
from ..namespace import generators_in
from ..recording.instrumentation import LOG
from ..recording.steps import Step
from ..session import Session
from .double_setup import WideCasts, same_but_rounded
from .rerun_recorders import ForwardRecorder, LineRecorder
from .same_draws import SameDraws
from .state_copy import StateCopy


class World:
    """Inside the `with`, the session's namespace holds copies and its generators the start's state.

    Afterwards the session is as it was, bit for bit.
    """

    def __init__(
        self,
        session: Session,
        start: Checkpoint,
        dtype: torch.dtype | None,
        constants: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.session = session
        self.start = start
        self.dtype = dtype
        self.constants = constants
        """Values in double precision of what setup computed in single; casts are then to double, too."""
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> World:
        self._bound, self._random = dict(self.session.namespace), self._random_state()
        in_place = [holder for holder, _ in self.start.contents.of_one_kind()]
        self._in_place = [(holder, holder.kind.contents(holder.thing)) for holder in in_place]
        self._default = torch.get_default_dtype()
        try:
            return self._entered()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def _entered(self) -> World:
        namespace, roles = self.session.namespace, self.start.roles
        reached = self.session.facts.reached_names.union(roles.parameters)
        copies = StateCopy(self.dtype, self.start.contents, self.start.random)
        try:
            self._copied = copies.slots(slot for name, slot in self.start.slots.items() if name in reached)
        except RecursionError:
            raise ProgramFault("a value of the program is nested too deeply to be copied") from None
        own = {name: namespace[name] for name in roles.own}
        namespace.clear()
        namespace.update(own)
        namespace.update({name: slot.origin for name, slot in self.start.slots.items()})
        namespace.update(self._copied)
        copies.put_in_place()
        self._put_grads(copies)
        self._drop_leftovers()
        self._put_constants()
        if self.start.random is not None:
            self.start.random.restore()
        if self.dtype is not None:
            torch.set_default_dtype(self.dtype)
        self._exits.enter_context(GraphsKept())
        self._exits.enter_context(saved_tensors(self.session.learned.mutating))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()
        torch.set_default_dtype(self._default)
        rebind(self.session.namespace, self._bound)
        for holder, contents in self._in_place:
            holder.kind.put(holder.thing, contents)
        if self._random is not None:
            self._random.restore()

    def _random_state(self) -> RandomState | None:
        """What the generators are to be again; None where nothing draws from them."""
        if self.start.random is None:
            return None
        others = self.start.random.others is not None
        return random_state(generators_in(self.session.namespace), others=others)

    def _put_grads(self, copies: StateCopy) -> None:
        for leaf, grad in self.start.grads:
            if grad is not None:
                copies.value(leaf).grad = copies.value(grad)

    def _put_constants(self) -> None:
        with torch.no_grad():
            for name, value in (self.constants or {}).items():
                held = self.session.namespace.get(name)
                if self._is_copied(name) and is_tensor(held) and same_but_rounded(held, value):
                    distinct(held.detach(), held).copy_(distinct(value, held))

    def as_in_double(self, draws: bool = True) -> contextlib.AbstractContextManager[object]:
        """Casts to single precision are to double where constants are; random numbers are as in single.

        The latter only where something `draws`, as it costs on every operation.
        """
        modes = contextlib.ExitStack()
        if self.constants is not None:
            modes.enter_context(WideCasts())
        if draws and self.session.learned.drew and self.dtype is not None:
            modes.enter_context(SameDraws(self._default))
        return modes

    def _drop_leftovers(self) -> None:
        """Gradients of the iteration before: a line that reads one too early is to be seen."""
        for name in self.session.facts.candidates:
            if name not in self.start.roles.defined:
                self.session.namespace.pop(name, None)

    def _is_copied(self, name: str) -> bool:
        return name in self._copied or (is_place(name) and parts_of(name)[0] in self._copied)

    def jitter(self, names: Iterable[str], generator: torch.Generator) -> None:
        """Move float tensors a little off the point where they are, away from kinks and ties."""
        for name in names:
            value = self.session.namespace.get(name)
            if self._is_copied(name) and is_tensor(value) and _can_move(value):
                part = distinct(value.detach(), value)
                wide = with_precision(part.dtype, torch.float64)
                part += normal_like(part, generator, wide, 1e-4 * (finite_max(part) or 1.0))

    def move(self, names: Iterable[str], generator: torch.Generator, by: float) -> None:
        """Move every entry of float tensors by about a share of itself; one that is all zero by an amount.

        Signs stay, so that what has to be positive is.
        """
        for name in names:
            value = self.session.namespace.get(name)
            if self._is_copied(name) and is_tensor(value) and _can_move(value):
                part = distinct(value.detach(), value)
                noise = by * normal(part.numel(), generator, torch.float64)
                if finite_max(part):
                    part.mul_(like(part, noise.exp()))
                else:
                    part.copy_(like(part, noise))

    def forward(
        self,
        names: Iterable[str],
        shifts: Mapping[str, Tensor] | None = None,
        code: CodeType | None = None,
        after: Callable[[Statement], None] | None = None,
    ) -> dict[str, Tensor]:
        """Run the forward with a graph; the tensors among `names` that require grad afterwards.

        To what is bound to a name in `shifts` its tensor is added, as often as it is. With `code` that is
        run, the same forward with more to tell. `after` is called after every statement.
        """
        namespace, roles = self.session.namespace, self.start.roles
        names = tuple(dict.fromkeys(names))
        make_leaves(namespace, roles.parameters, roles.data.intersection(names))
        recorder = ForwardRecorder(self.session, frozenset(names), shifts or {}, after)
        if not self.session.learned.fills:
            recorder.graph_wanted = recorder.names - self.session.facts.changed_in_forward
        recorder.own_nodes = self.session.facts.own_nodes
        with torch.enable_grad(), self.as_in_double():
            self._watched_by(recorder)
            if code is None:
                self.session.interpreter.run_section("forward", recorder, lean=True)
            else:
                recorder.look("forward")
                exec(code, namespace)
        values = {name: namespace.get(name) for name in names}
        return {n: t for n, t in values.items() if is_tensor(t) and t.requires_grad}

    def _watched_by(self, recorder: ForwardRecorder | LineRecorder) -> None:
        self.session.interpreter.watched_by(recorder)
        self.session.namespace[LOG] = recorder.log

    def lines(
        self,
        after_step: Callable[[Step], None],
        after_line: Callable[[Statement, tuple[Any, ...]], None],
        on_error: Callable[[list[Statement], BaseException], None],
        *,
        graph: bool = False,
    ) -> None:
        """Run the handwritten lines one by one; one that raises does not stop the others."""
        session = self.session
        section = session.program.section("backward")
        if section is None:
            return
        recorder = LineRecorder(session, after_step, after_line)
        self._watched_by(recorder)
        recorder.look("backward")
        with torch.set_grad_enabled(graph), self.as_in_double(draws=session.facts.draws.in_backward):
            for index, code in enumerate(session.interpreter.sections.lines()):
                try:
                    exec(code, session.namespace)
                except (Cancelled, KeyboardInterrupt, MemoryError):
                    raise
                except BaseException as error:
                    recorder.forget_pending()
                    on_error([s for s in section.statements if s.top == index], error)


def _can_move(value: Tensor) -> bool:
    return can_have_gradient(value) and value.layout == torch.strided and value.numel() > 0
