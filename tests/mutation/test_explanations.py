"""A sample of the planted errors: the edit that an explanation names makes the line right, at any size."""

from __future__ import annotations

import functools

import pytest

from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis, applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines

from .judging import passes, subject
from .mutator import Mutant
from .programs import BUNDLED, PROGRAMS, WRITTEN
from .samples import Sampled, sample, title
from .sizes import other_sizes, with_sizes

EVERY = 40
"""One mutant in so many is explained here, half as many of what is not bundled; all in `make bench`."""

SAMPLE = sample(BUNDLED, 3, EVERY) + sample(WRITTEN, 3, 2 * EVERY)


@functools.cache
def diagnoses(mutant: Mutant) -> dict[str, Diagnosis]:
    """What is said of a mutant."""
    changed = subject(mutant.program)
    return diagnose(changed.session, changed.iteration, check_lines(changed.session, changed.iteration))


@pytest.mark.parametrize("sampled", SAMPLE, ids=title)
def test_an_explanation_is_true_when_tried_here_and_at_other_sizes(sampled: Sampled) -> None:
    program, mutant = sampled
    sizes = other_sizes(PROGRAMS[program])
    for name, diagnosis in diagnoses(mutant).items():
        if diagnosis.edit:
            fixed = applied(mutant.program, diagnosis)
            assert passes(fixed, name), diagnosis
            assert sizes is None or passes(with_sizes(fixed, dict(sizes)), name), diagnosis


@pytest.mark.parametrize("sampled", SAMPLE, ids=title)
def test_a_suggestion_in_the_place_of_its_lines_makes_the_program_right(sampled: Sampled) -> None:
    _, mutant = sampled
    found = diagnoses(mutant)
    for diagnosis in found.values():
        if diagnosis.suggestion:
            left = subject(suggested(mutant.program, diagnosis)).judgements
            wrong = [name for name, one in left.items() if one.verdict.accuses]
            assert len(wrong) < len(found), (diagnosis, left)


def suggested(text: str, diagnosis: Diagnosis) -> str:
    """A program with the suggestion in the place of the lines that it is for."""
    lines, at = text.split("\n"), [line - 1 for line in diagnosis.instead_of]
    indents = [lines[line][: len(lines[line]) - len(lines[line].lstrip())] for line in at]
    new = diagnosis.suggestion.split("\n")
    if len(new) == len(at):
        stands = [indent + line for indent, line in zip(indents, new, strict=True)]
    else:
        stands = [*("" for _ in at[1:]), "\n".join(indents[-1] + line for line in new)]
    for line, stand in zip(at, stands, strict=True):
        lines[line] = stand
    return "\n".join(lines)


def test_nearly_all_are_explained() -> None:
    kinds = [diagnosis.kind for _, mutant in SAMPLE for diagnosis in diagnoses(mutant).values()]
    assert len(kinds) > 15
    assert kinds.count("unexplained") <= 0.05 * len(kinds)
