"""The line check of the newest record: when it is due, and giving way to keys meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from ..execution.cancel import Cancel, Cancelled
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..judging.check import diagnoses_of
from ..judging.diagnosis.diagnosis import Diagnosis
from ..judging.judgement import Judgement, explained, judgements
from ..judging.linecheck.line_check import check_lines
from ..judging.linecheck.lines.outcome import LineCheck, WrongFunction
from ..judging.own_words import in_own_words
from ..verdict import Verdict

_BLAMED = (Verdict.WRONG_HERE, Verdict.WRONG_SHAPE, Verdict.WRONG_TYPE, Verdict.INHERITED)


class BackgroundLineCheck:
    """What is said of the gradients of the newest record, and the line check that has more to say."""

    def __init__(self, cancel: Cancel) -> None:
        self._cancel = cancel
        self._giving_way = False
        self._asked_for = False
        self._newest: LineCheck | None = None
        """Until the record comes to rest, what it says stands for later iterations."""
        self._diagnoses: Mapping[str, Diagnosis] | None = None
        """What is wrong with the lines that it accuses, by gradient; None where nobody has looked yet."""
        self._record: Iteration | None = None
        self._judgements: Mapping[str, Judgement] | None = None
        """The last word on each gradient of the record; None where nobody has asked for it yet."""
        self.due = False
        """Whether the record came to rest with something that only the line check can tell, or `c` asks."""

    @property
    def judgements(self) -> Mapping[str, Judgement]:
        """The last word on each gradient of the newest record. A run asks only where it is looked at."""
        if self._judgements is None:
            record = self._record
            self._judgements = {} if record is None else self._judged(record)
        return self._judgements

    def _judged(self, record: Iteration) -> Mapping[str, Judgement]:
        return in_own_words(record, judgements(record, self._newest, self._diagnoses))

    @property
    def wrong_functions(self) -> tuple[WrongFunction, ...]:
        """The program's own Functions whose backward is wrong."""
        return self._newest.functions if self._newest is not None else ()

    def follow(self, record: Iteration, *, at_rest: bool) -> None:
        """There is a new record; at rest, what nothing explains makes the line check due."""
        self._record, self._judgements = record, None
        stopped = record.failure is not None and record.failure.cancelled
        self.due = at_rest and not stopped and self._has_more_to_say(record)

    def ask(self) -> None:
        """Somebody wants the line check, and to be told what it comes to."""
        self.due = self._asked_for = True

    def give_way(self) -> None:
        """Called from another thread while it runs: a key waits, and the line check is due again after it."""
        self._giving_way = True
        self._cancel.ask()

    def go_on(self) -> None:
        """Nothing is left of a call to give way."""
        self._giving_way = False
        self._cancel.clear()

    def run(self, session: Session, record: Iteration | None) -> tuple[str, ...]:
        """Judge every line of the record on its own; a key that comes meanwhile goes before it.

        What is returned is to be told: why it was not possible, or what it came to where somebody asked.
        """
        self.due = False
        try:
            problem = "" if record is None else self._run(session, record)
        except Cancelled:
            if self._giving_way:
                self.due = True
                return ()
            self._asked_for = False
            return ("the line check was stopped; c runs it",)
        asked, self._asked_for = self._asked_for, False
        if problem:
            return (f"the lines could not be checked: {problem}",)
        return _in_words(self._newest) if asked else ()

    def _run(self, session: Session, record: Iteration) -> str:
        line_check = self._newest
        if line_check is None or line_check.iteration != record.number or line_check.problem:
            line_check = check_lines(session, record)
            self._take(record, line_check, None)
        known = self._diagnoses
        self._take(record, line_check, diagnoses_of(session, record, line_check) if known is None else known)
        return line_check.problem

    def _take(
        self, record: Iteration, line_check: LineCheck, diagnoses: Mapping[str, Diagnosis] | None
    ) -> None:
        self._newest, self._diagnoses = line_check, diagnoses
        self._record, self._judgements = record, None

    def _has_more_to_say(self, record: Iteration) -> bool:
        newest = self._newest
        if newest is None or not explained(record, self.judgements):
            return True
        # what a line did in another iteration it may not do in this
        blamed = any(judgement.verdict in _BLAMED for judgement in self.judgements.values())
        return blamed and newest.iteration != record.number


def _in_words(line_check: LineCheck | None) -> tuple[str, ...]:
    """What a line check found, all in all."""
    if line_check is None:
        return ()
    verdicts = [line.verdict for line in line_check.judgements.values()]
    written = [verdict for verdict in verdicts if verdict is not Verdict.NOT_WRITTEN]
    if not written:
        return ()
    right = written.count(Verdict.RIGHT)
    outcome = "all right" if right == len(written) else f"{right} of them right"
    return (f"{len(written)} gradients judged line by line in {line_check.dtype}: {outcome}",)
