"""The session: one program being trained. The only place that holds its state."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from ..program.analysis import ProgramFacts
from ..program.pairing import Unpaired, unpaired
from ..program.program import Program
from ..program.reachability import bound_anew, out_of_reach
from ..program.statements import Statement
from ..tensors.aliasing import Namespace
from ..tensors.rng_state import GENERATORS, RandomState, random_state, seed_all
from .cancel import Cancel, stop
from .compiled_sections import Codes
from .containers import WITHOUT, Contents, is_class_of_program
from .failure import Failure, ProgramFault, failure_of, remember_source
from .instrumentation import BACKWARD, BEFORE, COPY_ALL, LOG, STAND_IN, STEP
from .iteration import Iteration, Start, Values
from .iteration_run import Run
from .namespace import allow_imports_beside, fresh_namespace
from .recorder import Beginning, Recorder
from .reference_backward import record_graphs, require_parameters
from .unwritten_gradients import explained
from .written_gradients import Layout

_R = TypeVar("_R", bound=Recorder)


def _nothing(*_: object) -> None:
    """The hook after `dX = ...` where nothing stands in, and of `loss.backward()` where nobody asks."""


class Session:
    """A program, its namespace, its seed and its history. Deterministic: same seed, same numbers."""

    def __init__(self, program: Program, seed: int = 0, cancel: Cancel | None = None) -> None:
        self.program = program
        self.seed = seed
        self.cancel = cancel or Cancel()
        self.facts = ProgramFacts(program)
        self.codes = Codes(program)
        self.layout = Layout()
        self.harmless: set[Statement] = set()
        self._trimmed = -1
        self.given_graphs: set[str] = set()
        """Names whose tensors were made to require grad, as no parameter reaches them."""
        self.mutating = False
        """Whether the forward writes into tensors that autograd saved."""
        self.drew = False
        """Whether a forward was seen to draw random numbers."""
        remember_source(program)
        self.restart()

    def restart(self) -> None:
        """Forget everything; the next `begin` runs setup and parameters anew."""
        self.namespace: Namespace = fresh_namespace(self.program)
        self.parameters: tuple[str, ...] = ()
        self.data: frozenset[str] = frozenset()
        self.data_to_differentiate: tuple[str, ...] = ()
        """Data whose gradient is written."""
        self.differentiated: tuple[str, ...] = ()
        """Names of everything that may have a gradient: parameters, intermediates and such data."""
        self.kept: frozenset[str] = frozenset()
        self.shapes: dict[str, torch.Size] = {}
        """The shapes that the parameters began with."""
        self.in_shape = False
        """Whether the last update is known to have left them so."""
        self.kept_gradients: tuple[str, ...] = ()
        """The gradients of the parameters: the update reads them."""
        self._stateless: frozenset[str] = frozenset()
        self.own_names: tuple[str, ...] = ()
        """Names that are Python's or ours: no program's state."""
        self._names: list[str] = []
        """The names that the program had bound when an iteration last began."""
        self._state: list[str] = []
        """Those among them that are state."""
        self._within_reach: list[str] = []
        """Those among these that an iteration can change, or what they hold."""
        self._classes: list[type] = []
        """The program's classes among the values of these."""
        self.undrawn: RandomState | None = None
        """The random state of every iteration, where none draws."""
        self.losses: list[float] = []
        self.beginning: frozenset[Statement] = frozenset()
        self.ready = False

    @property
    def number(self) -> int:
        """The number of the next iteration."""
        return len(self.losses)

    def begin(self) -> Failure | None:
        """Seed, run setup, seed again and run parameters."""
        allow_imports_beside(self.program)
        recorder = self.watched_by(Beginning(self.namespace, self.cancel, self.program.statements))
        section = "setup"
        try:
            torch.set_default_dtype(torch.float32)
            seed_all(self.seed)
            self.run_section("setup", recorder)
            seed_all(self.seed)
            section = "parameters"
            self.run_section("parameters", recorder)
            self.parameters = require_parameters(self.namespace, self.facts.bound("parameters"))
            self.shapes = {name: self.namespace[name].shape for name in self.parameters}
            self.kept_gradients = tuple(f"d{name}" for name in self.parameters)
            self.data = frozenset(self.namespace).difference(self.parameters)
            self.kept = self.data.union(self.parameters)
            self.data_to_differentiate = tuple(n for n in self.facts.written_tensors if n in self.data)
            names = (*self.parameters, *self.facts.bound("forward"), *self.data_to_differentiate)
            self.differentiated = tuple(dict.fromkeys(names))
            self.own_names = tuple(name for name in self.namespace if name.startswith("__"))
            self._stateless = (bound_anew(self.program) - self.kept).union(self.own_names)
            self.ready = True
        except BaseException as error:
            return self._failure(error, section)
        finally:
            self.beginning = frozenset(recorder.ran)
        return None

    def iterate(self) -> Iteration:
        """Run and record the next iteration. A failed one leaves the session as it was."""
        self.namespace["iteration"] = self.number
        start = self._start()
        run = Run(self, start)
        graphs = torch.is_grad_enabled()
        try:
            run.forward_and_reference(self.mutating)
            run.backward()
            run.update()
        except BaseException as error:
            run.failure = self._failure(error, run.section)
            run.recorder.save_before([*start.slots.values(), *start.contents.slots])
            self.put_back(start)
        finally:
            record_graphs(graphs)
        record = run.record(self.number)
        if record.failure is None:
            self.losses.append(record.loss if record.loss is not None else float("nan"))
            self._trim(run.recorder)
        return record

    def _trim(self, recorder: Recorder) -> None:
        """Leave out of the code what this iteration found to be needless."""
        if len(self.harmless) != self._trimmed:
            self._trimmed = len(self.harmless)
            self.given_graphs |= recorder.graph_given
            self.codes.trim(self.harmless, self.given_graphs)

    def unpaired(self, iteration: Iteration) -> tuple[Unpaired, ...]:
        """Gradients that pair with nothing and look like a slip of the pen."""
        tensors = [name for name in iteration.references.gradients if name != "loss"]
        return unpaired(self.facts.candidates.values(), tensors, self.facts.written_tensors)

    def watched_by(self, recorder: _R) -> _R:
        """Let a recorder's hooks be those that the program calls."""
        self.cancel.on_ask = partial(self.namespace.__setitem__, LOG, stop)
        self.namespace[STEP] = recorder.step
        self.namespace[BEFORE] = recorder.before
        self.namespace[COPY_ALL] = recorder.copy_all
        self.namespace[LOG] = recorder.entries.append
        self.namespace[STAND_IN] = self.namespace[BACKWARD] = _nothing
        return recorder

    def run_section(self, kind: str, recorder: Recorder, *, lean: bool = False) -> None:
        """Run one section with a recorder watching; nothing where the program has none."""
        code = self.codes.lean(kind) if lean else self.codes.full(kind)
        if code is not None:
            recorder.look(kind)
            exec(code, self.namespace)

    def _start(self) -> Start:
        namespace = self.namespace
        names = [*namespace]
        if names != self._names:
            self._names = names
            self._state = [name for name in names if name not in self._stateless]
            hidden = out_of_reach(self.program)
            self._within_reach = [name for name in self._state if name not in hidden]
            self._classes = [namespace[n] for n in self._within_reach if is_class_of_program(namespace[n])]
        # what is bound anew before it is read would only live as long as this record: not kept
        bound = {name: namespace[name] for name in self._state}
        reached = [bound[name] for name in self._within_reach]
        holders = [value for value in reached if type(value) not in WITHOUT]
        values = Values(bound, Contents(holders, self._classes))
        return Start(values, self._random(holders), self._grads(values), self.kept)

    def _grads(self, values: Values) -> list[tuple[Tensor, Tensor | None]]:
        """What `.grad` holds now, where the program looks at it."""
        if not (self.facts.reads_grad or self.facts.calls_backward):
            return []
        found = [slot.origin for slot in values.watched()]
        leaves = [one for one in found if isinstance(one, Tensor) and one.is_leaf]
        return [(one, None if one.grad is None else one.grad.clone()) for one in leaves]

    def _random(self, holders: list[Any]) -> RandomState:
        """The random state of now; the one that the first iteration began with where none draws."""
        if self.undrawn is None:
            generators = [value for value in holders if isinstance(value, GENERATORS)]
            state = random_state(generators, others=self.facts.may_draw_elsewhere)
            if not self.facts.draws_nothing or generators or self.facts.may_draw_elsewhere:
                return state
            self.undrawn = state
        return self.undrawn

    def put_back(self, start: Start) -> None:
        """Let everything be again as it was when an iteration began."""
        self.in_shape = False
        bound = self._stateless.union(start.bound)
        for name in [name for name in self.namespace if name not in bound]:
            del self.namespace[name]
        self.namespace.update(start.bound)
        for slot in start.slots.values():
            slot.put_back()
        start.contents.put_back()
        for tensor, grad in start.grads:
            tensor.grad = grad
        start.random.restore()

    def _failure(self, error: BaseException, section: str) -> Failure:
        failure = failure_of(error, self.program, section)
        if not isinstance(error, ProgramFault):
            return explained(failure, self.program, self.facts.candidates, self.namespace)
        kinds = ("parameters",) if section == "parameters" else ("forward", "update")
        sections = [one for one in self.program.sections if one.kind in kinds]
        writers = [s for one in sections for s in one.statements if error.name in s.writes]
        if not writers:
            return failure
        return replace(failure, section=writers[-1].section, line=writers[-1].line)
