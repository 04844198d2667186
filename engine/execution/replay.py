"""A world of its own for a check: the iteration's start again, in a copy, nothing left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from ..program.reachability import reached_names
from ..program.statements import Statement
from ..tensors.aliasing import Namespace, distinct
from ..tensors.comparison import finite_max
from ..tensors.rng_state import RandomState, random_state
from .cancel import Cancelled
from .captured_output import Output, capture_thread
from .containers import is_class_of_program, put_attributes_back
from .instrumentation import LOG
from .iteration import Start
from .iteration_run import saved_tensors
from .namespace import generators_in
from .recorder import Recorder
from .reference_backward import make_leaves
from .same_draws import SameDraws, lines_may_draw
from .session import Session
from .state_copy import StateCopy
from .steps import Slot, Step


class World:
    """Inside the `with`, the session's namespace holds copies and its generators the start's state.

    Afterwards the session is as it was, bit for bit.
    """

    def __init__(
        self, session: Session, start: Start, dtype: torch.dtype | None, *, draws: bool = False
    ) -> None:
        self.session = session
        self.start = start
        self.dtype = dtype
        self.draws = draws
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> World:
        try:
            return self._entered()
        except BaseException:
            self._exits.close()
            raise

    def _entered(self) -> World:
        namespace = self.session.namespace
        self._kept = dict(namespace)
        self._random = self._state_of_now()
        self._default = torch.get_default_dtype()
        self._classes = [(one, dict(vars(one))) for one in namespace.values() if is_class_of_program(one)]
        self._exits.enter_context(capture_thread(Output()))  # the program said it all before
        states = {id(generator): state for generator, state in self.start.random.owned}
        copy = StateCopy(self.dtype, states, self.start.contents.held())
        copy.values_of(self.start.contents.slots)
        reached = reached_names(self.session.program).union(self.session.parameters)
        slots = self.start.slots.values()
        copies = {slot.name: slot.origin for slot in slots}
        self._copied = copy.slots(slot for slot in slots if slot.name in reached)
        copies.update(self._copied)
        own = {name: namespace[name] for name in self.session.own_names}
        namespace.clear()
        namespace.update(own)
        namespace.update(copies)
        self._drop_leftovers()
        if self._random is not None:
            self.start.random.restore()
        if self.dtype is not None:
            torch.set_default_dtype(self.dtype)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()
        torch.set_default_dtype(self._default)
        for one, attributes in self._classes:
            put_attributes_back(one, attributes)
        namespace = self.session.namespace
        namespace.clear()
        namespace.update(self._kept)
        if self._random is not None:
            self._random.restore()

    def _state_of_now(self) -> RandomState | None:
        """What the generators are to be again; None where nothing draws from them."""
        if self.session.undrawn is not None:
            return None
        others = self.start.random.others is not None
        return random_state(generators_in(self.session.namespace), others=others)

    def same_draws(self, wanted: bool) -> contextlib.AbstractContextManager[object]:
        """Random numbers as in the program's own precision; it costs on every operation."""
        if wanted and self.dtype is not None:
            return SameDraws(self._default)
        return contextlib.nullcontext()

    def _drop_leftovers(self) -> None:
        """Gradients of the iteration before: a line that reads one too early is to be seen."""
        for name in self.session.facts.candidates:
            if name not in self.start.kept:
                self.session.namespace.pop(name, None)

    def jitter(self, names: Iterable[str], generator: torch.Generator) -> None:
        """Move float tensors a little off the point where they are, away from kinks and ties."""
        for name in names:
            value = self.session.namespace.get(name)
            if name in self._copied and isinstance(value, Tensor) and _can_move(value):
                part = distinct(value.detach(), value)
                noise = torch.randn(part.shape, generator=generator, dtype=torch.float64)
                scale = finite_max(part) or 1.0
                part += (1e-4 * scale * noise).to(part)

    def forward(self, names: Iterable[str]) -> dict[str, Tensor]:
        """Run the forward with a graph; the tensors among `names` that require grad afterwards."""
        session = self.session
        names = tuple(dict.fromkeys(names))
        make_leaves(session.namespace, session.parameters, session.data.intersection(names))
        recorder = _ForwardRecorder(session, frozenset(names))
        recorder.graph_wanted = recorder.names
        with torch.enable_grad(), self.same_draws(self.draws):
            session.watched_by(recorder)
            session.namespace[LOG] = recorder.log
            session.run_section("forward", recorder, lean=True)
        found = {name: session.namespace.get(name) for name in names}
        return {n: t for n, t in found.items() if isinstance(t, Tensor) and t.requires_grad}

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
        recorder = session.watched_by(_LineRecorder(session, after_step, after_line))
        session.namespace[LOG] = recorder.log
        recorder.look("backward")
        draws = self.draws and lines_may_draw(session.program)
        with torch.set_grad_enabled(graph), self.same_draws(draws):
            for index, code in enumerate(session.codes.lines()):
                try:
                    exec(code, session.namespace)
                except (Cancelled, KeyboardInterrupt, MemoryError):
                    raise
                except BaseException as error:
                    recorder.forget_pending()
                    on_error([s for s in section.statements if s.top == index], error)


def _can_move(value: Tensor) -> bool:
    return value.is_floating_point() and value.layout == torch.strided and value.numel() > 0


class _ForwardRecorder(Recorder):
    """Gives a name bound to another's tensor a node of its own, so that both can be cut."""

    def __init__(self, session: Session, names: frozenset[str]) -> None:
        super().__init__(session.namespace, session.cancel, session.harmless, session.program.statements)
        self.names = names
        self._owners: dict[int, tuple[str, Tensor]] = {}
        for name in sorted(names & self.namespace.keys()):
            self._owners.setdefault(id(self.namespace[name]), (name, self.namespace[name]))

    def save_all(self, slots: Iterable[Slot]) -> None:
        """Nobody looks at the values of a check."""

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Nor at those from before a change."""

    def step(self, number: int) -> None:
        """The hook after every statement."""
        super().step(number)
        for slot in self.entries[-1].slots:
            self._own(slot.name, slot.origin)

    def log(self, entry: tuple[Any, ...]) -> None:
        """The hook after a straight line that changes nothing."""
        if self.cancel.wanted:
            raise Cancelled
        self.entries.append(entry)
        for name, value in zip(self.statements[entry[0]].writes, entry[1:], strict=True):
            if name in self.graph_wanted and isinstance(value, Tensor) and not value.requires_grad:
                value.requires_grad_(value.is_floating_point())
            self._own(name, value)

    def _own(self, name: str, value: Any) -> None:
        if name not in self.names or not isinstance(value, Tensor):
            return
        owner = self._owners.get(id(value))
        if owner is not None and owner[0] != name and value.requires_grad:
            value = self.namespace[name] = value.view_as(value)
        self._owners[id(value)] = (name, value)


class _LineRecorder(Recorder):
    """Tells of every step of the handwritten lines as it happens."""

    def __init__(
        self,
        session: Session,
        after_step: Callable[[Step], None],
        after_line: Callable[[Statement, tuple[Any, ...]], None],
    ) -> None:
        super().__init__(session.namespace, session.cancel, session.harmless, session.program.statements)
        tensors = [Slot(n, v) for n, v in session.namespace.items() if isinstance(v, Tensor)]
        self.start_with(lambda: tensors)
        self._after_step = after_step
        self._after_line = after_line

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Nobody looks at the values from before a change in a check."""

    def step(self, number: int) -> None:
        """The hook after every statement."""
        super().step(number)
        self._after_step(self.entries[-1])

    def log(self, entry: tuple[Any, ...]) -> None:
        """The hook after a straight line that changes nothing but what it writes."""
        if self.cancel.wanted:
            raise Cancelled
        self.entries.append(entry)
        self._after_line(self.statements[entry[0]], entry[1:])


@contextlib.contextmanager
def opened(session: Session, start: Start, dtype: torch.dtype | None, *, draws: bool) -> Iterator[World]:
    """A world, in which a forward may write into saved tensors where the program needs that."""
    with World(session, start, dtype, draws=draws) as world, saved_tensors(session.mutating):
        yield world


def generator_states(namespace: Namespace) -> list[Tensor]:
    """The states of torch's generators, whose numbers depend on the precision asked for."""
    own = [one for one in generators_in(namespace) if isinstance(one, torch.Generator)]
    return [one.get_state() for one in (torch.default_generator, *own)]
