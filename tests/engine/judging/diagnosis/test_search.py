"""Where the search for an explanation ends: by what it has tried, whatever the clock says."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from backprop_tui.engine.execution.cancel import Cancelled
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import parse

PROGRAM = """\
# %% setup
import torch
x = torch.randn(5, 3)
table = torch.ones({rows}, 2)
# %% parameters
W = torch.randn(3, 2)
# %% forward
hpre = x @ W
h = torch.tanh(hpre)
scaled = hpre * h
loss = (scaled ** 2).sum()
# %% backward
dscaled = 2 * scaled
dh = {dh}
dhpre = h * dscaled + (1 - h ** 2) * dh
dW = x.T @ dhpre
"""
HOPELESS = "(watched(hpre) * dscaled).sin() + h.cos().cumsum(0) + table[:5]"


def hopeless(rows: int) -> Session:
    """A session with a line that no edit mends; it calls a function `watched`."""
    session = Session(parse(PROGRAM.format(rows=rows, dh=HOPELESS), "subject"))
    assert session.begin() is None
    return session


def diagnosed(session: Session, watched: Callable[[Any], Any]) -> None:
    """Look for an explanation."""
    session.namespace["watched"] = watched
    record = session.iterate()
    assert record.failure is None
    diagnose(session, record, check_lines(session, record))


def tried(rows: int) -> int:
    """How often the lines were run."""
    calls = count()

    def watched(value: Any) -> Any:
        next(calls)
        return value

    diagnosed(hopeless(rows), watched)
    return next(calls)


def test_what_is_found_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    program = parse(PROGRAM.format(rows=5, dh="dscaled"), "subject")
    at_ease = [gradient.message for gradient in check(program).gradients]
    hours = count(step=3600)
    for clock in ("monotonic", "perf_counter", "time", "process_time"):
        monkeypatch.setattr(time, clock, lambda: float(next(hours)))
    assert [gradient.message for gradient in check(program).gradients] == at_ease
    assert any("missing the factor hpre" in message for message in at_ease)


def test_lines_that_read_large_tensors_are_tried_with_fewer_edits_always_as_many() -> None:
    few = tried(500_000)
    assert few < tried(5) / 2
    assert few == tried(500_000)


def test_a_search_stops_between_two_edits_where_that_is_asked_for() -> None:
    session, calls = hopeless(5), count()

    def watched(value: Any) -> Any:
        if next(calls) == 40:
            session.interpreter.cancel.ask()
        return value

    with pytest.raises(Cancelled):
        diagnosed(session, watched)
    assert next(calls) < 50
