"""Conditions that stop a run: looked at after each iteration, told in the one where they begin to hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from ..execution.expression import ExpressionError, compiled
from ..execution.iteration import Iteration
from ..execution.replay.aside import holds
from ..execution.session import Session
from ..judging.judgement import Judgement
from ..verdict import Verdict
from .wire.stops import Stop, Stops

Judgements = Callable[[], Mapping[str, Judgement]]
"""The last word on each gradient, for who asks: most iterations of a run need none."""


class Finding(NamedTuple):
    """A condition that holds after an iteration."""

    key: str
    """The same as long as it is the same condition."""
    words: str
    names: frozenset[str]
    """What it is about: the line that wrote the last of these is the one to stop at."""
    gradient: str = ""


class Lookout:
    """Looks at every iteration of a run, and remembers what held after the last one that it saw."""

    def __init__(self) -> None:
        self._number = -1
        self._held: frozenset[str] = frozenset()

    def stop(self, stops: Stops, session: Session, record: Iteration, judged: Judgements) -> Stop | None:
        """Why a run is to stop in this iteration, and where; None where nothing begins to hold in it.

        Raises:
            Cancelled: the expression was stopped.
        """
        if record.failure is not None:
            return None
        found = [*_findings(stops, session, record, judged)]
        before = self._held if self._number < record.number else frozenset()
        self._number, self._held = record.number, frozenset(finding.key for finding in found)
        began = [_stop(record, finding) for finding in found if finding.key not in before]
        return min(began, key=lambda stop: stop.ran, default=None)


def _findings(stops: Stops, session: Session, record: Iteration, judged: Judgements) -> Iterator[Finding]:
    loss = session.program.loss
    if stops.not_finite:
        yield from _not_finite(record, judged, loss)
    if stops.failing:
        yield from _failing(record, judged)
    if stops.below is not None and record.loss is not None and record.loss < stops.below:
        words = f"{loss} {record.loss:.4g}, below {stops.below:.4g}"
        yield Finding(f"below {stops.below}", words, frozenset({loss}))
    if stops.rises and _rise(session, record.number, stops.rises):
        times = f"{stops.rises} times in a row" if stops.rises > 1 else "once"
        yield Finding(f"rises {stops.rises}", f"{loss} rose {times}, to {record.loss:.4g}", frozenset({loss}))
    if stops.expression:
        yield from _true(stops.expression, session)


def _not_finite(record: Iteration, judged: Judgements, loss: str) -> Iterator[Finding]:
    """The loss, or the first gradients, in the first iteration in a row with something of that kind."""
    if record.is_finite or record.not_finite_since not in (None, record.number):
        return
    if record.loss is not None and not math.isfinite(record.loss):
        yield Finding("not finite", f"{loss} is {record.loss}", frozenset({loss}))
        return
    names = [name for name, one in judged().items() if one.verdict is Verdict.NOT_FINITE]
    name = next((name for name in names if name in record.gradients), "")
    yield Finding("not finite", f"{name or 'a gradient'} is not finite", frozenset({name}), name)


def _failing(record: Iteration, judged: Judgements) -> Iterator[Finding]:
    for name, judgement in judged().items():
        verdict = judgement.verdict
        if name in record.gradients and not verdict.passes and verdict is not Verdict.NOT_WRITTEN:
            yield Finding(f"fails {name}", f"{name} {_words(verdict)}", frozenset({name}), name)


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _rise(session: Session, number: int, times: int) -> bool:
    """Whether the loss rose in this iteration and in so many before, all in all."""
    losses = session.history.losses[max(number - times, 0) : number + 1]
    return len(losses) == times + 1 and all(before < after for before, after in pairwise(losses))


def _true(text: str, session: Session) -> Iterator[Finding]:
    try:
        expression = compiled(text)
        if holds(session, {}, expression):
            yield Finding(f"true {text}", text, expression.names)
    except ExpressionError as error:
        yield Finding(f"true {text}", f"no value: {error}", frozenset())


def _stop(record: Iteration, finding: Finding) -> Stop:
    """The stop behind the line that wrote last what a finding is about; behind all where none did."""
    ran = _ran_after(record, finding.names)
    line = record.steps[ran - 1].statement.line if ran else 0
    where = f" at line {line}" if line else ""
    gradient = record.gradients[finding.gradient].tensor if finding.gradient else ""
    return Stop(f"stopped{where} · {finding.words}", ran, gradient=gradient)


def _ran_after(record: Iteration, names: Iterable[str]) -> int:
    written = [record.history[name][-1][0] + 1 for name in names if name in record.history]
    return max((ran for ran in written if ran), default=len(record.steps))
