"""The convention that a program keeps to throughout: told once, not of every gradient."""

from __future__ import annotations

from collections.abc import Sequence

from ..verdict import Verdict
from .report import GradientReport


def convention(reports: Sequence[GradientReport]) -> str:
    """Which gradients are a multiple on purpose, in one sentence; nothing where none is."""
    scaled = [report for report in reports if report.verdict is Verdict.SCALED]
    own = [report for report in scaled if report.factor is not None]
    if not own:
        return ""
    made = [report.name for report in scaled if report.factor is None]
    so_are = f", and so {'is' if len(made) == 1 else 'are'} {_listed(made)}" if made else ""
    told = _listed([f"{one.name} is {one.factor:.6g} times the gradient of {one.tensor}" for one in own])
    return f"convention: {told} throughout{so_are}; the gradients of the parameters come out right"


def _listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
