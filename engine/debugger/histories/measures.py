"""What is measured of tensors over the iterations: gradient norms, update ratios, how far from autograd's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from ...execution.gradients.gradient import Gradient
from ...execution.iteration import Iteration
from ...execution.session import Session
from ...tensors.inert import is_tensor
from ...verdict import Verdict
from ..wire.curve import Columns, Measure
from .series import Series

MOST = 32
"""So many tensors are measured, those first that come first."""
SMALL = 100_000
"""Entries of a tensor that is measured unasked."""


class Measures:
    """Series by tensor and measure. They grow only by what somebody looks at."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, Measure], Series] = {}
        self._of: Iteration | None = None
        self._done: set[str] = set()

    def note(self, record: Iteration, session: Session, names: Iterable[str]) -> None:
        """Measure these tensors in an iteration that has just run."""
        if record is not self._of:
            self._of, self._done = record, set()
        again = len(session.history.losses) > record.number + 1
        for name in names:
            if name not in self._done and len(self._done) < MOST:
                self._done.add(name)
                for measure, number in measured(record, session, name):
                    series = self._series.setdefault((name, measure), Series())
                    series.put(record.number, number, again=again)

    def glance(self, record: Iteration, session: Session) -> None:
        """Measure the parameters of an iteration on the screen, as far as that is done in no time."""
        small = [name for name in session.parameters if _entries(session.namespace.get(name)) <= SMALL]
        self.note(record, session, small)

    def columns(self, name: str, measure: Measure, start: int, stop: int, count: int) -> Columns | None:
        """The measures of a tensor in some iterations; None where it has none of them."""
        series = self._series.get((name, measure))
        return series.columns(start, stop, count) if series is not None else None


def measured(record: Iteration, session: Session, name: str) -> Iterator[tuple[Measure, float]]:
    """What can be measured of a tensor in an iteration; what has no number is left out."""
    gradient = record.gradients.get(session.program.naming.gradient(name))
    if gradient is not None and is_tensor(gradient.value):
        yield from _number(Measure.NORM, lambda: _norm(gradient.value))
        yield from _number(Measure.MAXDIFF, lambda: maxdiff(gradient))
    before = record.start.slots.get(name) or record.start.values.held.get(name)
    if name in session.parameters and before is not None and is_tensor(before.value):
        yield from _number(Measure.RATIO, lambda: _ratio(before.value, session.namespace.get(name)))


def maxdiff(gradient: Gradient) -> float | None:
    """The comparison's maxdiff, without the rest of a comparison where that is not needed."""
    if gradient.verdict is Verdict.EXACT:
        return 0.0
    manual, autograd = gradient.value, gradient.reference
    close = gradient.verdict is Verdict.CLOSE
    if close and is_tensor(manual) and autograd is not None and manual.layout is autograd.layout:
        maxdiff = float((manual.detach().double() - autograd.detach().double()).abs().max())
        if math.isfinite(maxdiff):
            return maxdiff
    return gradient.comparison.maxdiff


def _number(measure: Measure, number: Any) -> Iterator[tuple[Measure, float]]:
    """A tensor of the program's own class may raise, whatever is asked of it."""
    with suppress(Exception):
        found = number()
        if found is not None:
            yield measure, found


def _norm(tensor: Tensor) -> float:
    """The square root of the sum of squares."""
    return float(torch.linalg.vector_norm(tensor.detach().double()))


def _ratio(before: Tensor, after: Any) -> float | None:
    """None where the parameter was zero: nothing is a part of it."""
    if not is_tensor(after) or after.shape != before.shape:
        return None
    size = _norm(before)
    return _norm(after.detach().double() - before.detach().double()) / size if size else None


def _entries(value: Any) -> float:
    return value.numel() if is_tensor(value) else math.inf
