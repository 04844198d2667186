"""A sample of the planted errors: every explanation names an edit, and the edit makes the line right."""

from __future__ import annotations

import functools

import pytest

from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis, applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines

from .judging import subject
from .mutator import Mutant
from .programs import BUNDLED
from .samples import Sampled, sample, title

EVERY = 40
"""One mutant in so many is explained here; all of them in `make bench`."""

SAMPLE = sample(BUNDLED, 3, EVERY)


@functools.cache
def diagnoses(mutant: Mutant) -> dict[str, Diagnosis]:
    """What is said of a mutant."""
    changed = subject(mutant.program)
    return diagnose(changed.session, changed.iteration, check_lines(changed.session, changed.iteration))


@pytest.mark.parametrize("sampled", SAMPLE, ids=title)
def test_an_explanation_is_true_when_tried(sampled: Sampled) -> None:
    _, mutant = sampled
    for name, diagnosis in diagnoses(mutant).items():
        if diagnosis.kind != "unexplained":
            fixed = subject(applied(mutant.program, diagnosis))
            verdict = check_lines(fixed.session, fixed.iteration).judgements[name].verdict
            assert verdict.passes, diagnosis


def test_nearly_all_are_explained() -> None:
    kinds = [diagnosis.kind for _, mutant in SAMPLE for diagnosis in diagnoses(mutant).values()]
    assert len(kinds) > 15
    assert kinds.count("unexplained") <= 0.05 * len(kinds)
