"""A sample of the planted errors: every explanation names an edit, and the edit makes the line right."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis, applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.library import bundled_names, load
from tests.mutation.judging import subject
from tests.mutation.mutator import Mutant, mutants

EVERY = 40
"""One mutant in so many is explained here; all of them in `make bench`."""

SAMPLE = [(name, mutant) for name in bundled_names() for mutant in list(mutants(load(name).text))[3::EVERY]]


@functools.cache
def diagnoses(mutant: Mutant) -> dict[str, Diagnosis]:
    """What is said of a mutant."""
    changed = subject(mutant.program)
    return diagnose(changed.session, changed.iteration, check_lines(changed.session, changed.iteration))


def described(one: tuple[str, Mutant]) -> str:
    name, mutant = one
    return f"{name}:{mutant.line}:{mutant.kind}:{mutant.after}"


@pytest.mark.parametrize("one", SAMPLE, ids=map(described, SAMPLE))
def test_an_explanation_is_true_when_tried(one: tuple[str, Mutant]) -> None:
    _, mutant = one
    for name, diagnosis in diagnoses(mutant).items():
        if diagnosis.kind != "unexplained":
            fixed = subject(applied(mutant.program, diagnosis))
            verdict = check_lines(fixed.session, fixed.iteration).judgements[name].verdict
            assert verdict.passes, diagnosis


def test_nearly_all_are_explained() -> None:
    found = [one.kind for _, mutant in SAMPLE for one in diagnoses(mutant).values()]
    assert len(found) > 15
    assert found.count("unexplained") <= 0.05 * len(found)
