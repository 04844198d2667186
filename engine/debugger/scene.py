"""What a frame is drawn from: the session, the record on the screen, and what is said of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from ..execution.failure import Failure
from ..execution.gradients.gradient import Gradient
from ..execution.iteration import Iteration
from ..execution.recording.steps import MISSING
from ..execution.session import Session
from ..judging.calls import counted_once
from ..judging.judgement import Judgement
from ..judging.linecheck.lines.outcome import WrongFunction
from ..program.around import CTX
from ..program.frame import is_inside
from ..program.program import Program
from ..tensors.inert import is_tensor
from ..tutor.answer import Answer
from .histories.loss_history import LossHistory
from .histories.measures import Measures
from .standing import Standing
from .summaries.surveys import Surveys
from .summaries.tensor_summary import Summaries
from .wire.frame import Evaluated, FileState, Watched
from .wire.stops import Stops


@dataclass(frozen=True, eq=False)
class Scene:
    """One moment of a session, and all that is shown beside it."""

    session: Session
    standing: Standing
    judgements: Mapping[str, Judgement]
    """The last word on each gradient of the record."""
    line_check_due: bool
    wrong_functions: tuple[WrongFunction, ...]
    summaries: Summaries
    losses: LossHistory
    measures: Measures
    answer: Answer | None
    running: bool
    speed: str
    target: int | None
    """The iteration that a run is heading for."""
    file: FileState
    stops: Stops = field(default_factory=Stops)
    watches: tuple[Watched, ...] = ()
    watches_due: bool = False
    evaluated: tuple[Evaluated, ...] = ()

    @property
    def record(self) -> Iteration | None:
        """The newest iteration; None before the first."""
        return self.standing.record

    def failure(self, ran: int) -> Failure | None:
        """Why the program does not go on, where it has come to that after `ran` steps."""
        record = self.record
        to_come = record is not None and record.failure is not None and ran < len(record.steps)
        return None if to_come else self.standing.failure

    @property
    def surveys(self) -> Surveys:
        """What looks through large tensors."""
        return self.summaries.surveys

    @cached_property
    def tensor_names(self) -> list[str]:
        """Parameters, data that are read or have a written gradient, intermediates; each in program order."""
        session, record = self.session, self.record
        data = _data(session)
        every = dict.fromkeys([*session.parameters, *data, *session.facts.bound("forward")])
        stand_ins = _stand_ins(session.program)
        every = {name: None for name in every if name not in stand_ins}
        names = [name for name in every if not is_inside(name) or self._has_gradient(name)]
        if record is None:
            return names
        known = {*record.references.gradients, *record.references.others}
        if not known:
            return [name for name in names if name in record.history]
        return [name for name in names if name in known or name in data]

    def _has_gradient(self, tensor: str) -> bool:
        """Whether a line writes the gradient of a tensor: of those in functions, no others are shown."""
        return self.gradient_of(tensor) in self.session.facts.candidates

    def gradient_of(self, tensor: str) -> str:
        """What the gradient of a tensor is called."""
        return self.session.program.naming.gradient(tensor)

    def value(self, name: str, ran: int) -> Any:
        """The value of a name after `ran` steps; MISSING where it has none."""
        if self.record is None:
            return self.session.namespace.get(name, MISSING)
        return value_at(self.record, name, ran)

    def manual(self, tensor: str, ran: int) -> Any:
        """The handwritten gradient of a tensor after `ran` steps; partial before its last write."""
        return MISSING if self.record is None else value_at(self.record, self.gradient_of(tensor), ran)

    def autograd(self, tensor: str, ran: int) -> Any:
        """Autograd's gradient of a tensor; MISSING where there is none, or none yet after `ran` steps."""
        record = self.record
        if record is None or ran < record.turn:
            return MISSING
        return record.references.gradients.get(tensor, MISSING)

    def settled(self, tensor: str, ran: int) -> Gradient | None:
        """The gradient of a tensor once something is said of it."""
        if self.record is None:
            return None
        gradient = self.record.gradients.get(self.gradient_of(tensor))
        return gradient if gradient is not None and is_told(self.record, gradient, ran) else None

    def judgement(self, tensor: str, ran: int) -> Judgement | None:
        """What is said of the gradient of a tensor after `ran` steps, if anything is."""
        gradient = self.settled(tensor, ran)
        return self.judgements[gradient.name] if gradient is not None else None

    @cached_property
    def told_once(self) -> list[tuple[str, ...]]:
        """The gradients; those of one line of a function, in several calls of it, together."""
        return counted_once(self.judgements, self.session.program)

    @cached_property
    def wrong_helpers(self) -> Mapping[int, list[str]]:
        """By line, the helper variables that are wrong although no name pairs them with a tensor."""
        by_line: dict[int, list[str]] = {}
        known = self.record.gradients if self.record is not None else {}
        for name, judgement in self.judgements.items():
            for line in judgement.line.lines if judgement.line is not None and name not in known else ():
                by_line.setdefault(line, []).append(name)
        return by_line

    @cached_property
    def to_be_edited(self) -> Mapping[int, list[str]]:
        """By line, the gradients that an edit of it was seen to put right: of helpers, too."""
        by_line: dict[int, list[str]] = {}
        for name, judgement in self.judgements.items():
            line = judgement.diagnosis.edited_line if judgement.diagnosis is not None else None
            if line is not None:
                by_line.setdefault(line, []).append(name)
        return by_line

    @cached_property
    def without_gradient(self) -> frozenset[str]:
        """The parameters that the loss depends on and whose gradient no line writes, after an iteration."""
        if self.record is None or self.session.program.found is not None:
            return frozenset()
        written, unreached = self.session.facts.candidates, self.record.references.unreached
        parameters = [name for name in self.session.parameters if name not in unreached]
        return frozenset(name for name in parameters if self.gradient_of(name) not in written)


def _stand_ins(program: Program) -> frozenset[str]:
    """What stands in for what there is not: the ctx of a Function, and a loss that nothing computes."""
    contexts = {name for s in program.statements if CTX in s.reads for name in s.binds}
    return frozenset(contexts if program.computes_loss else {*contexts, program.loss})


def _data(session: Session) -> list[str]:
    """The data that are tensors."""
    facts = session.facts
    bound = (*facts.bound("setup"), *facts.bound("parameters"), *facts.written_tensors)
    wanted = facts.read_in_forward.union(facts.written_tensors)
    names = dict.fromkeys(name for name in bound if name in wanted and name in session.data)
    return [name for name in names if is_tensor(session.namespace.get(name))]


def is_told(record: Iteration, gradient: Gradient, ran: int) -> bool:
    """Whether a gradient has its last write, or will not get any because a line before it raised."""
    if gradient.settled(ran):
        return True
    failure = record.failure
    stopped = failure is not None and failure.section == "backward" and ran >= len(record.steps)
    return stopped and not gradient.writes


def value_at(record: Iteration, name: str, ran: int) -> Any:
    """The value of a name after `ran` steps, found among its writes without passing them all."""
    writes = record.history.get(name, ())
    at = bisect_left(writes, ran, key=itemgetter(0))
    return writes[at - 1][1].value if at else MISSING
