"""What a frame is drawn from: the session, the record on the screen, and what is said of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from ..execution.failure import Failure
from ..execution.gradient import Gradient
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..execution.steps import MISSING
from ..judging.judgement import Judgement


@dataclass(frozen=True, eq=False)
class Scene:
    """One moment of a session. `record` is None before the first iteration."""

    session: Session
    record: Iteration | None
    judged: Mapping[str, Judgement]
    failure: Failure | None

    def value(self, name: str, ran: int) -> Any:
        """The value of a name after `ran` steps; MISSING where it has none."""
        if self.record is None:
            return self.session.namespace.get(name, MISSING)
        return value_at(self.record, name, ran)

    def manual(self, tensor: str, ran: int) -> Any:
        """The handwritten gradient of a tensor after `ran` steps; partial before its last write."""
        return MISSING if self.record is None else value_at(self.record, f"d{tensor}", ran)

    def settled(self, tensor: str, ran: int) -> Gradient | None:
        """The gradient of a tensor once something is said of it."""
        if self.record is None:
            return None
        gradient = self.record.gradients.get(f"d{tensor}")
        return gradient if gradient is not None and is_told(self.record, gradient, ran) else None

    @cached_property
    def to_be_edited(self) -> Mapping[int, list[str]]:
        """By line, the gradients that an edit of it was seen to put right: of helpers, too."""
        found: dict[int, list[str]] = {}
        for name, judged in self.judged.items():
            line = judged.diagnosis.edited_line if judged.diagnosis is not None else None
            if line is not None:
                found.setdefault(line, []).append(name)
        return found

    @cached_property
    def without_gradient(self) -> frozenset[str]:
        """The parameters whose gradient no line writes, once an iteration has run."""
        return frozenset() if self.record is None else without_gradient(self.session)


def without_gradient(session: Session) -> frozenset[str]:
    """The parameters whose gradient no line writes."""
    return frozenset(name for name in session.parameters if f"d{name}" not in session.facts.candidates)


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
