"""The session: one program being trained. The only place that holds its state."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import CodeType
from typing import Any, TypeVar

import torch

from .contents import Contents
from .failure import failure_of, remember_source
from .frame import Failure
from .instrument import BEFORE, STEP, compile_section
from .iteration import Iteration, Start, judge
from .namespace import allow_imports_beside, fresh_namespace, generators_in
from .pairing import Candidate, candidates, unpaired, unwritten_reads
from .program import Program
from .randomness import random_state, seed_all
from .recorder import MISSING, Beginning, Cancel, Namespace, Recorder, Slot
from .reference import (
    ProgramFault,
    References,
    make_leaves,
    reference_backward,
    require_loss,
    require_parameters,
)
from .report import Unpaired
from .statements import Statement

_R = TypeVar("_R", bound=Recorder)
_NOTHING = References({}, {})
_DRAWS = re.compile(r"(?<!torch\.)\b(random|np|numpy)\b|^\s*(import|from)\s+(?!torch\b|math\b)", re.MULTILINE)
"""A text that may draw from another generator than torch's: it names one, or imports code."""


class Session:
    """A program, its namespace, its seed and its history. Deterministic: same seed, same numbers."""

    def __init__(self, program: Program, seed: int = 0, cancel: Cancel | None = None) -> None:
        self.program = program
        self.seed = seed
        self.cancel = cancel or Cancel()
        self.candidates = candidates(program)
        self._codes: dict[str, CodeType] = {
            section.kind: compile_section(program, section) for section in program.sections
        }
        self.harmless: set[Statement] = set()
        self._others = _DRAWS.search(program.text) is not None
        self.mutating = False
        """Whether the forward writes into tensors that autograd saved."""
        self.draws = False
        """Whether a forward was seen to draw random numbers."""
        self.line_codes: Sequence[CodeType] | None = None
        remember_source(program)
        self.restart()

    def restart(self) -> None:
        """Forget everything; the next `begin` runs setup and parameters anew."""
        self.namespace: Namespace = fresh_namespace(self.program)
        self.parameters: tuple[str, ...] = ()
        self.data: frozenset[str] = frozenset()
        self.kept: frozenset[str] = frozenset()
        self.kept_gradients: frozenset[str] = frozenset()
        """The gradients of the parameters: the update reads them."""
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
        recorder = self._watched_by(Beginning(self.namespace, self.cancel))
        section = "setup"
        try:
            torch.set_default_dtype(torch.float32)
            seed_all(self.seed)
            self.run_section("setup", recorder)
            seed_all(self.seed)
            section = "parameters"
            self.run_section("parameters", recorder)
            self.parameters = require_parameters(self.namespace, self.bound("parameters"))
            self.kept_gradients = frozenset(f"d{name}" for name in self.parameters)
            self.data = frozenset(self.namespace).difference(self.parameters)
            self.kept = self.data.union(self.parameters)
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
        run = _Run(self, start)
        try:
            run.forward_and_reference(self.mutating)
            run.backward()
            run.update()
        except BaseException as error:
            run.failure = self._failure(error, run.section)
            self._put_back(start)
        record = run.record(self.number)
        if record.failure is None:
            self.losses.append(record.loss if record.loss is not None else float("nan"))
        return record

    def unpaired(self, iteration: Iteration) -> tuple[Unpaired, ...]:
        """Gradients that pair with nothing and look like a slip of the pen."""
        tensors = [name for name in iteration.references.gradients if name != "loss"]
        return unpaired(self.candidates.values(), tensors, self.written_tensors())

    def written_tensors(self) -> list[str]:
        return [candidate.tensor for candidate in self.candidates.values()]

    def bound(self, kind: str) -> tuple[str, ...]:
        section = self.program.section(kind)
        names = [name for s in (section.statements if section else ()) for name in s.binds]
        return tuple(dict.fromkeys(names))

    def _recorder(self) -> Recorder:
        return self._watched_by(Recorder(self.namespace, self.cancel, self.harmless))

    def _watched_by(self, recorder: _R) -> _R:
        self.namespace[STEP] = recorder.step
        self.namespace[BEFORE] = recorder.before
        return recorder

    def run_section(self, kind: str, recorder: Recorder) -> None:
        """Run one section with a recorder watching; nothing where the program has none."""
        section = self.program.section(kind)
        if section is not None:
            recorder.section(section.statements)
            exec(self._codes[kind], self.namespace)

    def _start(self) -> Start:
        names = [name for name in self.namespace if not name.startswith("__")]
        slots = {name: Slot(name, self.namespace[name]) for name in names}
        generators = generators_in(self.namespace)
        contents = Contents(self.namespace[name] for name in names)
        return Start(slots, random_state(generators, others=self._others), contents, self.kept)

    def _put_back(self, start: Start) -> None:
        for name in [name for name in self.namespace if not name.startswith("__")]:
            if name not in start.slots:
                del self.namespace[name]
        for name, slot in start.slots.items():
            slot.put_back()
            self.namespace[name] = slot.origin
        start.contents.put_back()
        start.random.restore()

    def _failure(self, error: BaseException, section: str) -> Failure:
        failure = failure_of(error, self.program, section)
        if not isinstance(error, ProgramFault):
            return failure
        kinds = ("parameters",) if section == "parameters" else ("forward", "update")
        sections = [one for one in self.program.sections if one.kind in kinds]
        writers = [s for one in sections for s in one.statements if error.name in s.writes]
        if not writers:
            return failure
        return replace(failure, section=writers[-1].section, line=writers[-1].line)


class _Run:
    """One iteration under way."""

    def __init__(self, session: Session, start: Start) -> None:
        self.session = session
        self.start = start
        self.section = "forward"
        self.references: References = _NOTHING
        self.loss: float | None = None
        self.failure: Failure | None = None
        self.notes: tuple[str, ...] = ()
        self._watch()

    def _watch(self) -> None:
        self.recorder = self.session._recorder()
        self.recorder.slots += [*self.start.slots.values(), *self.start.contents.slots]

    def forward_and_reference(self, mutating: bool) -> None:
        """The forward, recording a graph, and the reference backward before any handwritten line."""
        try:
            with saved_tensors(mutating):
                self._forward()
                self._reference()
        except RuntimeError as error:
            if mutating or "modified by an inplace operation" not in str(error):
                raise
            self.session._put_back(self.start)
            self._watch()
            self.session.mutating = True
            self.forward_and_reference(True)

    def _forward(self) -> None:
        session = self.session
        names = session.namespace
        data = [name for name in session.written_tensors() if name in session.data]
        make_leaves(names, session.parameters, data)
        self.recorder.graph_wanted = frozenset(c.tensor for c in session.candidates.values())
        with torch.enable_grad():
            session.run_section("forward", self.recorder)
        self.recorder.graph_wanted = frozenset()

    def _reference(self) -> None:
        namespace = self.session.namespace
        loss = require_loss(namespace.get("loss", MISSING))
        self.references = reference_backward(loss, self._tensors())
        self.loss = float(loss.detach())
        if ".grad" in self.session.program.text:
            for name, gradient in self.references.gradients.items():
                namespace[name].grad = gradient.clone()

    def _tensors(self) -> dict[str, Any]:
        """Parameters, forward names, and data whose gradient is written, as they are now."""
        session = self.session
        names = [*session.parameters, *session.bound("forward"), *session.written_tensors()]
        namespace = session.namespace
        return {name: namespace[name] for name in dict.fromkeys(names) if name in namespace}

    def backward(self) -> None:
        """The handwritten lines."""
        self.section = "backward"
        with torch.no_grad():
            self.session.run_section("backward", self.recorder)

    def update(self) -> None:
        """The update, unless it reads gradients that are not written yet."""
        self.section = "update"
        session = self.session
        section = session.program.section("update")
        if section is None:
            return
        missing = [
            f"d{name}"
            for name in session.parameters
            if session.namespace.get(f"d{name}", Ellipsis) is Ellipsis
        ]
        waiting = unwritten_reads(section.statements, missing)
        if waiting:
            self.notes += (f"the update waits: {', '.join(waiting)} not written yet",)
            return
        with torch.no_grad():
            session.run_section("update", self.recorder)

    def record(self, number: int) -> Iteration:
        """What was recorded, every gradient judged."""
        steps = self.recorder.steps
        references = self.references
        pairs = self._pairs()
        return Iteration(
            number=number,
            start=self.start,
            steps=steps,
            loss=self.loss,
            references=references,
            gradients=judge(steps, pairs, references, self.session.kept_gradients),
            failure=self.failure,
            notes=self.notes,
        )

    def _pairs(self) -> list[Candidate]:
        known = {*self.references.gradients, *self.references.reasons}
        return [c for c in self.session.candidates.values() if c.tensor in known]


@contextlib.contextmanager
def saved_tensors(mutating: bool) -> Iterator[None]:
    """Let a forward write into tensors that autograd saved; slow, so only where it must be."""
    if not mutating:
        yield
        return
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        yield
