"""The record of one iteration: its steps, its reference gradients, its handwritten ones, judged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..program.statements import Statement
from ..verdict import Verdict
from .checkpoint import Checkpoint
from .failure import Failure
from .gradients.execution_path import ExecutionPath
from .gradients.gradient import Gradient
from .gradients.reference_backward import References
from .gradients.written_gradients import WrittenGradients
from .recording.recorder import Recorder
from .recording.steps import MISSING, Slot, Step


@dataclass(frozen=True, eq=False)
class Iteration:
    """One forward, reference backward, manual backward and update, complete."""

    number: int
    start: Checkpoint
    recorder: Recorder
    loss: float | None
    references: References
    path: ExecutionPath
    written: WrittenGradients
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    reshaped: bool = False
    """Whether the update changed the shape of a parameter; the notes say of which."""
    not_finite_since: int | None = None
    """The number of the first iteration in a row whose loss, or a gradient, is infinite or NaN."""

    @cached_property
    def gradients(self) -> Mapping[str, Gradient]:
        """The handwritten gradients by name, in the order of their first lines."""
        return self.written.gradients()

    @cached_property
    def writes(self) -> Mapping[str, Sequence[int]]:
        """Where in the steps each handwritten gradient was written, by name."""
        return self.written.writes()

    @property
    def passes(self) -> bool:
        """Whether every handwritten gradient is autograd's, up to rounding."""
        return self.written.passes

    @property
    def is_finite(self) -> bool:
        """Whether the loss is, and every gradient as far as it is known without another look."""
        finite = self.loss is None or math.isfinite(self.loss)
        return finite and (self.passes or Verdict.NOT_FINITE not in self.written.verdicts)

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Every executed statement, in order."""
        return self.recorder.steps

    def statement_at(self, position: int) -> Statement:
        """The statement of a step."""
        return self.path.steps[position][0]

    @cached_property
    def history(self) -> Mapping[str, list[tuple[int, Slot]]]:
        """Every name's values in the order of the steps that wrote them; position -1 is the start."""
        began = {**self.start.slots, **self.start.values.held}
        values: dict[str, list[tuple[int, Slot]]] = {
            name: [(-1, slot)] for name, slot in began.items() if name in self.start.roles.defined
        }
        for position, step in enumerate(self.steps):
            for slot in step.slots:
                values.setdefault(slot.name, []).append((position, slot))
        return values

    @cached_property
    def positions(self) -> Mapping[Statement, list[int]]:
        """Where in the steps each statement ran."""
        positions: dict[Statement, list[int]] = {}
        for position, step in enumerate(self.steps):
            positions.setdefault(step.statement, []).append(position)
        return positions

    @cached_property
    def finished_by(self) -> Mapping[Statement, list[Gradient]]:
        """The gradients whose last write each statement is."""
        finished: dict[Statement, list[Gradient]] = {}
        for gradient in self.gradients.values():
            if gradient.writes:
                statement = self.steps[gradient.writes[-1]].statement
                finished.setdefault(statement, []).append(gradient)
        return finished

    @cached_property
    def unfinished(self) -> frozenset[str]:
        """What the line that raised in the backward, or one that would have run after it, writes."""
        failure = self.failure
        if failure is None or failure.section != "backward":
            return frozenset()
        lines = [s for s in self.recorder.statements if s.section == "backward"]
        ran = (step.statement for step in self.steps)
        last = max((statement.top for statement in ran if statement.section == "backward"), default=0)
        raised = [s.top for s in lines if s.line <= (failure.line or 0) <= s.end_line and s.top >= last]
        reached = min(raised, default=last)
        return frozenset(name for s in lines if s.top >= reached for name in s.writes)

    @cached_property
    def turn(self) -> int:
        """How many steps had run when the loss had its last value; there autograd's gradients are made."""
        written = [at for at, _ in self.history.get(self.references.loss, ()) if at >= 0]
        forward = [at for at in written if self.steps[at].statement.section == "forward"]
        return forward[-1] + 1 if forward else len(self.steps)

    def value_at(self, name: str, ran: int) -> Any:
        """The value of a name after `ran` steps; MISSING where it has none yet."""
        latest = MISSING
        for position, slot in self.history.get(name, ()):
            if position >= ran:
                break
            latest = slot.value
        return latest
