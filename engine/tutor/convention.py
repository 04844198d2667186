"""Lines that keep to the convention of a program whose gradients are multiples, or parts, on purpose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import isclose, prod
from typing import Any, NamedTuple

from ..rules.derivation.derive import Derivation, Derived
from ..rules.derivation.reverse_walk import Contribution
from ..rules.derivation.written_lines import lines_of
from ..rules.style import styled
from ..rules.term import Factor, Term
from ..rules.trees import text_of
from ..tensors.inert import is_any, is_tensor

_MOST_LEFT_OUT = 3
"""So many numbers together may be what a multiple leaves out."""


@dataclass(frozen=True)
class Kept:
    """What gradients are in a program that keeps to a convention."""

    scales: Mapping[str, float] = field(default_factory=dict)
    """How many times autograd's those are that the program has."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """How many times autograd's those are to be that are written."""
    wholes: Mapping[str, str] = field(default_factory=dict)
    """By a gradient that holds one of several contributions, the name that holds all of them."""
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Which of its contributions a gradient that is written is to hold, where not all."""

    def scale(self, name: str) -> float:
        """How many times autograd's a gradient is."""
        return self.targets.get(name, self.scales.get(name, 1.0))


class Number(NamedTuple):
    """A number in a rule's line, and what it is."""

    factor: Factor
    value: float


def keeping(derivation: Derivation, kept: Kept) -> Derivation:
    """The derivation with the lines of those in `kept.targets` as the convention has them."""
    gradients = dict(derivation.gradients)
    with styled(derivation.style):
        for tensor, derived in derivation.gradients.items():
            if derived.name in kept.targets and derived.lines:
                gradients[tensor] = _keeping(derivation, derived, kept)
    return replace(derivation, gradients=gradients)


def _keeping(derivation: Derivation, derived: Derived, kept: Kept) -> Derived:
    target = kept.targets[derived.name]
    chosen = kept.parts.get(derived.name, range(len(derived.contributions)))
    uses = [
        _times(use, target / kept.scale(use.upstream), _words(derivation, derived, kept, use))
        for use in (derived.contributions[place] for place in chosen)
    ]
    if uses != list(derived.contributions):
        shape = tuple(derivation.names[derived.tensor].shape)
        lines = lines_of(derived.name, derived.tensor, uses, shape)
        if ".reshape(" in "".join(derived.lines):
            lines = [line.replace(".view(", ".reshape(") for line in lines]
        derived = replace(derived, contributions=uses, lines=tuple(lines))
    reads = {use.upstream for use in uses}
    return renamed(derived, {part: whole for part, whole in kept.wholes.items() if part in reads})


def left_out(
    derivation: Derivation, derived: Derived, kept: Kept, use: Contribution
) -> Sequence[Factor] | None:
    """The numbers that bring a use from the scale of what it reads to that of its gradient, if any do."""
    factor = kept.targets[derived.name] / kept.scale(use.upstream)
    if _is_one(factor):
        return ()
    numbers = list(numbers_behind(derivation, derived))
    return _with_product(numbers, factor) or _inverse(_with_product(numbers, 1 / factor))


def _words(
    derivation: Derivation, derived: Derived, kept: Kept, use: Contribution
) -> Sequence[Factor] | None:
    """What brings a use into the scale of its gradient in the program's words, if anything does."""
    behind = left_out(derivation, derived, kept, use)
    factor = kept.targets[derived.name] / kept.scale(use.upstream)
    return _by_name(derivation, factor) if behind is None else behind


def _by_name(derivation: Derivation, factor: float) -> tuple[Factor, ...] | None:
    """The one number of the program by which a factor multiplies or divides, if it is one."""
    for text, value in derivation.names.items():
        named = isinstance(value, int | float) and not isinstance(value, bool) and not text.startswith("_")
        for divides in (True, False) if named and value else ():
            if isclose(1 / value if divides else value, factor, rel_tol=1e-4):
                return (Factor(ast.Name(id=text, ctx=ast.Load()), None, divides),)
    return None


def leaves_out_a_size(derivation: Derivation, derived: Derived, scale: float) -> bool:
    """Whether a multiple of a gradient is what is left where a size is left out of its line, or above."""
    factors = _with_product(list(numbers_behind(derivation, derived)), 1 / scale) or ()
    return any(not isinstance(one.tree, ast.Constant) for one in factors)


def numbers_behind(derivation: Derivation, derived: Derived) -> Iterator[Number]:
    """The numbers in the lines of a gradient and in those of all that they read, each once."""
    by_name = {one.name: one for one in derivation.gradients.values()}
    seen: set[str] = set()
    queue = [derived]
    while queue:
        one = queue.pop(0)
        for use in one.contributions:
            for number in _numbers(use.term, derivation.names):
                text = f"{text_of(number.factor.tree)}{number.factor.divides}"
                if text not in seen:
                    seen.add(text)
                    yield number
            if use.upstream in by_name and use.upstream not in seen:
                seen.add(use.upstream)
                queue.append(by_name[use.upstream])


def _numbers(term: Term, names: Mapping[str, Any]) -> Iterator[Number]:
    for factor in term.factors:
        value = number_of(factor.tree, names) if factor.shape is None else None
        if value:
            yield Number(factor, 1 / value if factor.divides else value)


def number_of(tree: ast.expr, names: Mapping[str, Any]) -> float | None:
    """What an expression is in the program, if that is a real number."""
    try:
        value = eval(compile(text_of(tree), "<derived>", "eval", dont_inherit=True), dict(names))
    except Exception:
        return None
    if is_tensor(value):
        value = value.item() if value.numel() == 1 else None
    return float(value) if is_any(value, (int, float)) else None


def _with_product(numbers: Sequence[Number], wanted: float) -> tuple[Factor, ...] | None:
    """The fewest of the numbers that are so much together."""
    for count in range(1, _MOST_LEFT_OUT + 1):
        for some in combinations(numbers, count):
            if isclose(prod(one.value for one in some), wanted, rel_tol=1e-4):
                return tuple(one.factor for one in some)
    return None


def _inverse(factors: Sequence[Factor] | None) -> tuple[Factor, ...] | None:
    return None if factors is None else tuple(replace(one, divides=not one.divides) for one in factors)


def _times(use: Contribution, factor: float, words: Sequence[Factor] | None) -> Contribution:
    """The use so many times, in words if there are any; what would undo itself is left out."""
    if _is_one(factor):
        return use
    if words is None:
        words = (Factor(ast.Constant(float(f"{factor:.5g}")), None),)
    kept = list(use.term.factors)
    added: list[Factor] = []
    for word in words:
        undone = next((one for one in kept if _undoes(word, one)), None)
        if undone is None:
            added.append(word)
        else:
            kept.remove(undone)
    return replace(use, term=replace(use.term, factors=(*added, *kept)))


def _undoes(factor: Factor, other: Factor) -> bool:
    return factor.divides is not other.divides and text_of(factor.tree) == text_of(other.tree)


def _is_one(factor: float) -> bool:
    return isclose(factor, 1.0, rel_tol=1e-4)


def renamed(derived: Derived, others: Mapping[str, str]) -> Derived:
    """The gradient's lines with other names for gradients, its own among them."""
    if not others:
        return derived
    words = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, others))})(?!\w)")
    lines = tuple(words.sub(lambda word: others[word[0]], line) for line in derived.lines)
    uses = [replace(use, upstream=others.get(use.upstream, use.upstream)) for use in derived.contributions]
    name = others.get(derived.name, derived.name)
    return replace(derived, name=name, lines=lines, contributions=uses)
