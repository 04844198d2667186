"""Samples of the planted errors of programs."""

from __future__ import annotations

from collections.abc import Mapping

from .mutator import Mutant, mutants_of

Sampled = tuple[str, Mutant]
"""The name of a program, and a mutant of it."""


def sample(programs: Mapping[str, str], first: int, every: int) -> list[Sampled]:
    """One mutant in so many of each program, from the one at `first` on."""
    return [(name, mutant) for name, text in programs.items() for mutant in mutants_of(text)[first::every]]


def title(sampled: Sampled) -> str:
    """How a test about it is called."""
    name, mutant = sampled
    return f"{name}:{mutant.line}:{mutant.kind}:{mutant.after}"
