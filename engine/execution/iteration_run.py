"""One iteration under way: forward, reference backward, handwritten lines, update."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from ..program.pairing import unwritten_reads
from .failure import Failure
from .instrumentation import BACKWARD, STAND_IN
from .iteration import Iteration, Start
from .recorder import Recorder
from .reference_backward import (
    References,
    changed_shapes,
    fill_grad,
    make_leaves,
    record_graphs,
    reference_backward,
    require_loss,
    require_shapes,
)
from .steps import MISSING
from .unwritten_gradients import StandIns
from .written_gradients import judge

if TYPE_CHECKING:
    from .session import Session

_NOTHING = References({}, {})


class Run:
    """One iteration under way."""

    def __init__(self, session: Session, start: Start) -> None:
        self.session = session
        self.start = start
        self.section = "forward"
        self.references: References = _NOTHING
        self.loss: float | None = None
        self.failure: Failure | None = None
        self.notes: tuple[str, ...] = ()
        self.reshaped: tuple[str, ...] = ()
        self._called: list[bool] = []
        """Filled when `loss.backward()` stands in the forward: `.grad` is due after it."""
        self._watch()

    def _watch(self) -> None:
        session = self.session
        recorder = Recorder(session.namespace, session.cancel, session.harmless, session.program.statements)
        recorder.start_with(self.start.values.watched)
        self.start.settle = recorder.settle
        self.recorder = session.watched_by(recorder)

    def forward_and_reference(self, mutating: bool) -> None:
        """The forward, recording a graph, and the reference backward before any handwritten line."""
        try:
            with saved_tensors(mutating):
                self._forward()
                self._reference()
        except RuntimeError as error:
            if mutating or "modified by an inplace operation" not in str(error):
                raise
            self.session.put_back(self.start)
            self._watch()
            self.session.mutating = True
            self.forward_and_reference(True)

    def _forward(self) -> None:
        session = self.session
        names = session.namespace
        if not session.in_shape:
            require_shapes(names, session.shapes)
        make_leaves(names, session.parameters, session.data_to_differentiate)
        self.recorder.graph_wanted = session.facts.graph_names
        record_graphs(True)
        if session.facts.calls_backward:
            names[BACKWARD] = lambda: self._called.append(True)
        session.run_section("forward", self.recorder, lean=True)
        self.recorder.graph_wanted = frozenset()

    def _reference(self) -> None:
        session, namespace = self.session, self.session.namespace
        loss = require_loss(namespace.get("loss", MISSING))
        calls = session.facts.calls_backward
        self.references = reference_backward(loss, session.differentiated, namespace, all_leaves=calls)
        self.loss = float(loss.item())
        if calls or session.facts.reads_grad:
            self._fill_grad()

    def _fill_grad(self) -> None:
        """Let `.grad` be filled where the program says so, or now."""
        bound = {name: self.session.namespace[name] for name in self.references.gradients}
        if self.session.facts.calls_backward:
            self.session.namespace[BACKWARD] = partial(fill_grad, self.references, bound)
        if self.session.facts.reads_grad or self._called:
            fill_grad(self.references, bound)

    def backward(self) -> None:
        """The handwritten lines."""
        self.section = "backward"
        record_graphs(False)
        if any(self.session.facts.holes):
            namespace, program = self.session.namespace, self.session.program
            stand_ins = StandIns(namespace, program, self.references)
            self.session.namespace[STAND_IN] = stand_ins.put
            with stand_ins:
                self.session.run_section("backward", self.recorder, lean=True)
        else:
            self.session.run_section("backward", self.recorder, lean=True)

    def update(self) -> None:
        """The update, unless it reads gradients that are not written yet."""
        self.section = "update"
        session = self.session
        get = session.namespace.get
        missing = [name for name in session.kept_gradients if get(name, Ellipsis) is Ellipsis]
        section = session.program.section("update") if missing else None
        waiting = unwritten_reads(section, missing) if section else ()
        if waiting:
            self.notes += (f"the update waits: {', '.join(waiting)} not written yet",)
            return
        record_graphs(False)
        session.run_section("update", self.recorder, lean=True)
        self.reshaped = tuple(changed_shapes(session.namespace, session.shapes))
        self.notes += self.reshaped
        session.in_shape = not self.reshaped

    def record(self, number: int) -> Iteration:
        """What was recorded, every gradient judged."""
        references = self.references
        session = self.session
        pairs = session.facts.candidates.values()
        return Iteration(
            number=number,
            start=self.start,
            recorder=self.recorder,
            loss=self.loss,
            references=references,
            judged=judge(session.layout, self.recorder, pairs, references, session.kept_gradients),
            failure=self.failure,
            notes=self.notes,
            reshaped=bool(self.reshaped),
        )


def saved_tensors(mutating: bool) -> contextlib.AbstractContextManager[Any]:
    """Let a forward write into tensors that autograd saved; slow, so only where it must be."""
    return torch.autograd.graph.allow_mutation_on_saved_tensors() if mutating else contextlib.nullcontext()
