"""A sample of all mutants: each that changes its line's VJP is blamed on its own line, none elsewhere."""

from __future__ import annotations

import functools

import pytest

from .judging import Fate, Subject, fate, subject
from .mutator import mutants_of
from .programs import BUNDLED, PROGRAMS, WRITTEN
from .samples import Sampled, sample, title

EVERY = 12
"""One mutant in so many is judged here, half as many of what is not bundled; all in `make bench`."""

SAMPLE = sample(BUNDLED, 5, EVERY) + sample(WRITTEN, 5, 2 * EVERY)
HIDDEN = ["db1 = -dhprebn.sum(0)", "db1 = dhprebn.sum(0) * 2", "db1 = torch.zeros_like(dhprebn.sum(0))"]


@functools.cache
def original(name: str) -> Subject:
    return subject(PROGRAMS[name])


@functools.cache
def fate_of(sampled: Sampled) -> Fate:
    name, mutant = sampled
    return fate(original(name), mutant)


@pytest.mark.parametrize("sampled", SAMPLE, ids=title)
def test_a_mutant_is_blamed_on_its_own_line_and_nothing_else(sampled: Sampled) -> None:
    assert not fate_of(sampled).fault


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_said_of_a_program_without_an_error(name: str, seed: int) -> None:
    right = subject(PROGRAMS[name], seed)
    assert not right.accused | right.told
    assert [n for n, one in right.iteration.gradients.items() if not one.verdict.passes] == []


def test_the_sample_holds_errors_of_every_fate_that_counts() -> None:
    fates = [fate_of(sampled) for sampled in SAMPLE[:40]]
    assert fates.count(Fate.BLAMED) > 25


@pytest.mark.parametrize("name", ["batchnorm_mlp", "batchnorm_mlp_fused"])
@pytest.mark.parametrize("after", HIDDEN)
def test_an_error_that_allclose_passes_before_batch_norm_is_blamed(name: str, after: str) -> None:
    hidden = next(mutant for mutant in mutants_of(PROGRAMS[name]) if mutant.after == after)
    assert fate_of((name, hidden)) is Fate.BLAMED
