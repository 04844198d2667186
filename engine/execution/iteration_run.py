"""One iteration under way: forward, reference backward, handwritten lines, update."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch

from ..program.analysis import ProgramFacts
from ..program.pairing import Candidate, unwritten_reads
from ..program.program import BETWEEN
from .checkpoint import Checkpoint, restore
from .course import Course
from .failure import Failure, ProgramFault
from .gradients.execution_path import KnownPaths
from .gradients.own_passes import GraphsKept
from .gradients.reference_backward import (
    References,
    changed_shapes,
    fill_grad,
    make_leaves,
    record_graphs,
    reference_backward,
    require_loss,
    require_shapes,
    saved_tensors,
)
from .gradients.unwritten_gradients import StandIns, explained
from .gradients.written_gradients import compare_gradients, gradient_writes_of
from .held_parameters import require_seen
from .interpreter import Interpreter
from .iteration import Iteration
from .learned import Learned
from .leaving import Left
from .namespace import generators_in
from .raised import has_line, in_short
from .recording.instrumentation import BACKWARD, STAND_IN
from .recording.recorder import Recorder
from .recording.shape_misfit import failure_with_shapes
from .recording.steps import MISSING

_NOTHING = References({}, {})


class IterationRun:
    """One iteration under way, from a checkpoint on, with what earlier ones have shown."""

    def __init__(
        self,
        interpreter: Interpreter,
        course: Course,
        facts: ProgramFacts,
        checkpoint: Checkpoint,
        known: Learned,
    ) -> None:
        self.interpreter = interpreter
        self.course = course
        self.namespace = interpreter.namespace
        self.facts = facts
        self.known = known
        self.section = "forward"
        self.references: References = _NOTHING
        self.loss: float | None = None
        self.failure: Failure | None = None
        self.notes: tuple[str, ...] = ()
        self.reshaped = False
        self._called: list[bool] = []
        """Filled when `loss.backward()` stands in the forward: `.grad` is due after it."""
        self._watch(checkpoint)

    def run(self) -> None:
        """All stages. Where one fails, everything is again as it was at the checkpoint."""
        graphs = torch.is_grad_enabled()
        try:
            with GraphsKept():
                self._stages()
        except BaseException as error:
            failure = failure_with_shapes(error, self.facts.program, self.section)
            self.failure = explained(failure, self.facts, self.namespace)
            start = self.checkpoint
            self.recorder.save_before([*start.slots.values(), *start.contents.slots])
            restore(start, self.namespace)
        finally:
            record_graphs(graphs)

    def record(self, number: int, paths: KnownPaths) -> Iteration:
        """What was recorded, every gradient compared with autograd's."""
        recorder, references, known = self.recorder, self.references, self.known
        path = paths.taken(recorder, references)
        kept = self.checkpoint.roles.parameter_gradients
        where = path.once(gradient_writes_of, self._candidates(), kept)
        written = compare_gradients(where, recorder, references, hopeful=known.all_exact)
        if known.all_exact is not written.all_exact:
            self.known = known._replace(all_exact=not known.all_exact)
        return Iteration(
            number=number,
            start=self.checkpoint,
            recorder=recorder,
            loss=self.loss,
            references=references,
            path=path,
            written=written,
            failure=self.failure,
            notes=self.notes,
            reshaped=self.reshaped,
        )

    def _candidates(self) -> Mapping[str, Candidate]:
        """What may be gradients: not what is None because nobody needs that of data."""
        candidates, data = self.facts.candidates, self.checkpoint.roles.data_to_differentiate
        left_out = {
            name
            for name, one in (candidates.items() if data else ())
            if one.tensor in data and self.namespace.get(name, MISSING) is None
        }
        return (
            {name: one for name, one in candidates.items() if name not in left_out}
            if left_out
            else candidates
        )

    @property
    def learned(self) -> Learned:
        """What is known by now."""
        known, recorder = self.known, self.recorder
        if recorder.harmless is known.harmless and recorder.graph_given <= known.given_graphs:
            return known
        given = known.given_graphs | recorder.graph_given
        return known._replace(harmless=recorder.harmless, given_graphs=given)

    def _watch(self, checkpoint: Checkpoint) -> None:
        interpreter = self.interpreter
        recorder = Recorder(
            self.namespace, interpreter.cancel, self.known.harmless, self.facts.program.statements
        )
        recorder.start_with(checkpoint.values.watched)
        self.checkpoint = checkpoint.settled_by(recorder.settle)
        self.recorder = interpreter.watched_by(recorder)

    def _stages(self) -> None:
        """Forward, reference backward, handwritten lines, update; once more where a failure has told how."""
        try:
            with saved_tensors(self.known.mutating):
                self._forward()
                self._reference()
            self._go_on(self._lines())
        except RuntimeError as error:
            learnt = self._learnt_from(error)
            if learnt is self.known:
                raise
            restore(self.checkpoint, self.namespace)
            self._watch(self.checkpoint)
            self.known = learnt
            self._called.clear()
            self._stages()

    def _learnt_from(self, error: RuntimeError) -> Learned:
        """What is known once a stage has failed; nothing new where that is the program's own fault."""
        known, words = self.known, str(error)
        if self.section != "forward":
            used_up = "backward through the graph a second time" in words
            return known._replace(keeps=True) if used_up and not self._keeps else known
        if "modified by an inplace operation" in words:
            return known if known.mutating else known._replace(mutating=True)
        if "leaf Variable that requires grad" in words and self.recorder.graph_given:
            return known if known.fills else known._replace(fills=True)
        return known

    @property
    def _keeps(self) -> bool:
        """Whether the graph is kept for backward passes that the program runs itself."""
        return self.known.keeps or self.facts.autograd.differentiates

    def _forward(self) -> None:
        self.section = "forward"
        facts, roles = self.facts, self.checkpoint.roles
        if not self.known.in_shape:
            require_shapes(self.namespace, roles.shapes)
        make_leaves(self.namespace, roles.parameters, roles.data_to_differentiate)
        self.recorder.graph_wanted = frozenset() if self.known.fills else facts.graph_names
        self.recorder.own_nodes = facts.own_nodes
        record_graphs(True)
        if facts.autograd.calls_backward:
            self.namespace[BACKWARD] = lambda: self._called.append(True)
        try:
            self.interpreter.run_section("forward", self.recorder, lean=True)
        except Left as left:
            fault = ProgramFault("the pass is left before it has a loss")
            raise fault.with_traceback(left.__traceback__) from None
        self.recorder.graph_wanted = self.recorder.own_nodes = frozenset()
        if self._draws_anew():
            self.known = self.known._replace(drew=True)

    def _draws_anew(self) -> bool:
        """Whether random numbers were drawn that are others in another precision, and it was not known."""
        start = self.checkpoint.random
        if start is None or self.known.drew or self.facts.draws.whole_numbers_only:
            return False
        return start.has_moved(generators_in(self.namespace))

    def _reference(self) -> None:
        facts, namespace = self.facts, self.namespace
        name = facts.program.loss
        loss = require_loss(namespace.get(name, MISSING), name)
        names = self.checkpoint.roles.differentiated
        every = facts.autograd.calls_backward
        try:
            self.references = reference_backward(
                loss, names, namespace, loss_name=name, all_leaves=every, keep=self._keeps
            )
        except RuntimeError as error:
            if self._learnt_from(error) is not self.known or has_line(error, facts.program):
                raise
            raise ProgramFault(f"autograd cannot go back from `{name}`: {in_short(error)}", name) from error
        self._require_followed()
        self.loss = float(loss.item())
        if facts.autograd.calls_backward or facts.autograd.reads_grad:
            self._fill_grad()

    def _require_followed(self) -> None:
        """Refuse a Function whose forward does what autograd does not see: nothing could be compared."""
        found = self.facts.program.found
        if found is None or not found.function:
            return
        lost = [name for name in found.parameters if name in self.references.unreached]
        if lost:
            raise ProgramFault(
                f"autograd does not follow `{lost[0]}` through the lines of `{found.function}.forward`: "
                "there is nothing to compare its gradient with",
                lost[0],
            )

    def _fill_grad(self) -> None:
        """Let `.grad` be filled where the program says so, or now."""
        bound = {name: self.namespace[name] for name in self.references.gradients}
        if self.facts.autograd.calls_backward:
            self.namespace[BACKWARD] = partial(fill_grad, self.references, bound)
        if self.facts.autograd.reads_grad or self._called:
            fill_grad(self.references, bound)

    def _lines(self) -> Left | None:
        """The handwritten lines and the update; how the program left the pass, if it did."""
        try:
            self._backward()
            self._update()
        except Left as left:
            return left
        return None

    def _go_on(self, left: Left | None) -> None:
        """Up to the next iteration, where loops are around this one."""
        self.section = BETWEEN
        record_graphs(False)
        self.course.go_on(left, self.recorder)

    def _backward(self) -> None:
        """The handwritten lines."""
        self.section = "backward"
        record_graphs(False)
        if not any(self.facts.holes):
            self.interpreter.run_section("backward", self.recorder, lean=True)
            require_seen(self.recorder, self.facts)
            return
        stand_ins = StandIns(self.namespace, self.facts, self.references)
        self.namespace[STAND_IN] = stand_ins.put
        with stand_ins:
            self.interpreter.run_section("backward", self.recorder, lean=True)
            require_seen(self.recorder, self.facts)

    def _update(self) -> None:
        """The update, unless it reads gradients that are not written yet."""
        self.section = "update"
        waiting = self._waiting_for()
        if waiting:
            self.notes += (f"the update waits: {', '.join(waiting)} not written yet",)
            return
        record_graphs(False)
        self.interpreter.run_section("update", self.recorder, lean=True)
        reshaped = changed_shapes(self.namespace, self.checkpoint.roles.shapes)
        self.reshaped = bool(reshaped)
        if self.known.in_shape is self.reshaped:
            self.known = self.known._replace(in_shape=not self.reshaped)
        self.notes += tuple(reshaped)

    def _waiting_for(self) -> tuple[str, ...]:
        """The gradients that the update reads and that are not written."""
        get = self.namespace.get
        marked = sorted(self.facts.holes.marked)
        names = dict.fromkeys((*self.checkpoint.roles.parameter_gradients, *marked))
        missing = [name for name in names if get(name, Ellipsis) is Ellipsis]
        section = self.facts.program.section("update") if missing else None
        return unwritten_reads(section, missing) if section else ()
