"""Judging the lines of the newest record: when it needs that, and giving way to keys meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from ..execution.cancel import Cancel, Cancelled
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..judging.check import diagnoses_of
from ..judging.diagnosis.diagnosis import Diagnosis
from ..judging.judgement import Judgement, explained, judgements
from ..judging.linecheck.line_check import check_lines
from ..judging.linecheck.outcome import LineCheck
from ..verdict import Verdict

_BLAMED = (Verdict.WRONG_HERE, Verdict.WRONG_SHAPE, Verdict.INHERITED)


class LineJudge:
    """What is said of the gradients of the newest record."""

    def __init__(self, cancel: Cancel) -> None:
        self._cancel = cancel
        self._giving_way = False
        self.forget()

    def forget(self) -> None:
        """The program starts again."""
        self.check: LineCheck | None = None
        """The newest line check; until the record comes to rest, what it says stands for later iterations."""
        self.diagnoses: Mapping[str, Diagnosis] | None = None
        """What is wrong with the lines that it accuses, by gradient; None where nobody has looked yet."""
        self.judged: dict[str, Judgement] = {}
        self.wanted = False
        """Whether the record came to rest with something that only the line check can tell, or `c` asks."""

    def judge(self, record: Iteration | None, *, settled: bool) -> None:
        """Judge the record end to end; at rest, a failure that nothing explains asks for the line check."""
        if record is None:
            return
        self.judged = judgements(record, self.check, self.diagnoses)
        stopped = record.failure is not None and record.failure.type == Cancelled.__name__
        unknown = self.check is None or not explained(record, self.judged) or self._stale(record)
        self.wanted = settled and unknown and not stopped

    def _stale(self, record: Iteration) -> bool:
        """Whether a line is blamed for what it did in another iteration: it may do something else in this."""
        if self.check is None or self.check.iteration == record.number:
            return False
        return any(one.verdict in _BLAMED for one in self.judged.values())

    def give_way(self) -> None:
        """Called while the lines are judged: a key waits; they are judged again after it."""
        self._giving_way = True
        self._cancel.ask()

    def go_on(self) -> None:
        """Nothing is left of a call to give way."""
        self._giving_way = False
        self._cancel.wanted = False

    def look(self, session: Session, record: Iteration | None) -> str:
        """Judge every line of the record on its own; a key that comes meanwhile goes before it.

        What is returned says why that was not possible, if it was not.
        """
        self.wanted = False
        try:
            return "" if record is None else self._look(session, record)
        except Cancelled:
            if not self._giving_way:
                raise
            self.wanted = True
            return ""

    def in_words(self) -> tuple[str, ...]:
        """What the newest check found, all in all."""
        judged = self.check.judgements.values() if self.check is not None else ()
        verdicts = [one.verdict for one in judged if one.verdict is not Verdict.NOT_WRITTEN]
        if self.check is None or not verdicts:
            return ()
        right = sum(verdict is Verdict.RIGHT for verdict in verdicts)
        found = "all right" if right == len(verdicts) else f"{right} of them right"
        return (f"{len(verdicts)} gradients judged line by line in {self.check.dtype}: {found}",)

    def _look(self, session: Session, record: Iteration) -> str:
        check = self.check
        if check is None or check.iteration != record.number or check.problem:
            check = check_lines(session, record)
            self._take(record, check, None)
        known = self.diagnoses if self.diagnoses is not None else diagnoses_of(session, record, check)
        self._take(record, check, known)
        return check.problem

    def _take(self, record: Iteration, check: LineCheck, diagnoses: Mapping[str, Diagnosis] | None) -> None:
        self.check, self.diagnoses = check, diagnoses
        self.judged = judgements(record, check, diagnoses)
