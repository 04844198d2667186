"""The convention that a program keeps to throughout: told once, not of every gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..verdict import Verdict


class ByConvention(NamedTuple):
    """A gradient that may be no gradient on purpose."""

    name: str
    tensor: str
    verdict: Verdict
    factor: float | None
    """How many times the gradient it is, where that is told of it."""


def convention(gradients: Iterable[ByConvention]) -> str:
    """Which gradients are a multiple or a part on purpose, in one sentence; nothing where none is."""
    several = list(gradients)
    told = [*_scaled([one for one in several if one.verdict is Verdict.SCALED])]
    parts = [one for one in several if one.verdict is Verdict.PART]
    told += [f"{one.name} is one of several contributions to the gradient of {one.tensor}" for one in parts]
    if not told:
        return ""
    right = "; the gradients of the parameters come out right" if all(map(_is_sound, several)) else ""
    return f"convention: {', and '.join(told)}{right}"


def _is_sound(gradient: ByConvention) -> bool:
    return not gradient.verdict.accuses and gradient.verdict is not Verdict.INHERITED


def _scaled(scaled: list[ByConvention]) -> Iterable[str]:
    own = [one for one in scaled if one.factor is not None]
    made = [one.name for one in scaled if one.factor is None]
    if own:
        yield _listed(
            [f"{one.name} is {one.factor:.6g} times the gradient of {one.tensor}" for one in own]
        ) + (" throughout")
    if own and made:
        yield f"so {'is' if len(made) == 1 else 'are'} {_listed(made)}"


def _listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
