"""A line check with what is wrong with each accused line."""

from __future__ import annotations

from dataclasses import replace

from ..execution.iteration import Iteration
from ..execution.session import Session
from .diagnosis.diagnose import diagnose
from .linecheck.outcome import LineCheck


def diagnosed(session: Session, iteration: Iteration, check: LineCheck) -> LineCheck:
    """The check with its diagnoses. A verdict stands without one, so that one which fails is left out."""
    if check.diagnoses is not None or check.problem:
        return check
    try:
        return replace(check, diagnoses=diagnose(session, iteration, check))
    except Exception:
        return replace(check, diagnoses={})
