"""Numbers of a program by name, and the factors that they make."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from ...tensors.inert import is_given_name, is_tensor
from .case import Case, evaluated
from .numbers import counts_of, number_of
from .probes import constant_ratio
from .wording import parsed

_PLAIN = (2.0, 3.0, 4.0)
_FEW = 6


@dataclass(frozen=True)
class Factor:
    """A number in a program's own words: `n`, `n - 1`, `n / (n - 1)`."""

    words: str
    value: float
    compound: bool = False
    """Whether it stands in parentheses as a part of a product."""
    inverse: str = ""
    """One over it, where that is not `1 / ` and its words."""
    divides: bool = False
    """Whether it is divided by, and not multiplied with."""

    @property
    def text(self) -> str:
        """It as a part of a product."""
        return f"({self.words})" if self.compound else self.words

    @property
    def tree(self) -> ast.expr:
        """The same as an expression."""
        return parsed(self.text)


def scalar_names(case: Case) -> dict[str, float]:
    """Every scalar that the program binds, those in the user's lines first, then those nearby."""
    lines = [name for line in case.trial.lines for name in sorted(line.statement.reads)]
    near = [name for statement in case.near for name in sorted(statement.reads)]
    names: dict[str, float] = {}
    loss = case.trial.bench.program.loss
    for name in dict.fromkeys([*lines, *near, *case.values]):
        known = number_of(case.values.get(name))
        if known is not None and is_given_name(name) and name not in (loss, "iteration"):
            names[name] = known
    return {**names, **{text: size for text, size in _sizes(case).items() if size not in names.values()}}


def _sizes(case: Case) -> dict[str, float]:
    """The sizes of the tensor, and of those that the user's lines read."""
    read = [name for line in case.trial.lines for name in sorted(line.statement.reads)]
    tensors = {name: value for name in read if is_tensor(value := case.values.get(name))}
    every = counts_of(case.tensor, tuple(case.trial.expected.shape))
    for name, value in tensors.items():
        every |= counts_of(name, tuple(value.shape))
    return {text: size for text, size in every.items() if size > 2}


def _factors(names: Mapping[str, float]) -> Iterator[Factor]:
    """What the numbers of a program may be multiplied to, the plain ones first."""
    yield from (Factor(f"{plain:g}", plain) for plain in _PLAIN)
    for name, value in names.items():
        yield Factor(name, value)
    for name, value in names.items():
        yield Factor(f"{name} - 1", value - 1, compound=True)
        yield Factor(f"{name} + 1", value + 1, compound=True)
    for name, value in names.items():
        for sign, other in (("-", value - 1), ("+", value + 1)):
            over = f"({name} {sign} 1)"
            quotient = value / other if other else math.nan
            yield Factor(f"{name} / {over}", quotient, compound=True, inverse=f"{over} / {name}")
        yield Factor(f"2 * {name}", 2 * value, compound=True)
        yield Factor(f"{name} ** 2", value**2)
        yield Factor(f"{name} ** 0.5", value**0.5 if value > 0 else math.nan)


def named(number: float, names: Mapping[str, float]) -> list[Factor]:
    """The factors that a number is, or that it is one over, the plain ones first; a few of them."""
    fitting = (_fitting(number, factor) for factor in _factors(names))
    return list(islice(filter(None, fitting), _FEW))


def _fitting(number: float, factor: Factor) -> Factor | None:
    if not factor.value or not math.isfinite(factor.value) or abs(factor.value) == 1:
        return None
    if math.isclose(number, factor.value, rel_tol=1e-9):
        return factor
    inverse = math.isclose(number, 1 / factor.value, rel_tol=1e-9)
    return replace(factor, divides=True) if inverse else None


def named_ratio(case: Case) -> Factor | None:
    """The factor by which the value is too large, where it is that with other numbers in the program too."""
    if case.ratio is None:
        return None
    names = scalar_names(case)
    for place, factor in enumerate(_factors(names)):
        fitting = _fitting(abs(case.ratio), factor)
        if fitting is not None and _is_so_elsewhere(case, names, place, fitting):
            return fitting
    return None


def _is_so_elsewhere(case: Case, names: Mapping[str, float], place: int, factor: Factor) -> bool:
    """Whether a factor is the ratio wherever that is known, and was tried where it is another number."""
    tried = place < len(_PLAIN)
    for other in case.varied:
        values = {text: number_of(evaluated(parsed(text), dict(other.values))) for text in names}
        there = list(_factors({text: math.nan if v is None else v for text, v in values.items()}))[place]
        holds = other.ratio is not None and _fitting(abs(other.ratio), there) is not None
        follows = other.decides or other.ratio != case.ratio
        if follows and other.ratio is not None and not holds:
            return False
        tried |= holds and not math.isclose(there.value, factor.value, rel_tol=1e-9)
    return tried


def is_steady(case: Case) -> bool:
    """Whether the value is as many times what it should be where parameters are others, if it is one number.

    One number is always so many times another.
    """
    trial = case.trial
    if case.ratio is None or trial.expected.numel() > 1:
        return True
    with trial.bench.moved() as world:
        ratio = constant_ratio(trial.remade(trial.bench.attempt, world))
    return ratio is None or math.isclose(ratio, case.ratio, rel_tol=1e-6)


def too_large(case: Case) -> str:
    """`n times too large`, for a value that is a constant times what it should be."""
    assert case.ratio is not None
    times, factor = case.ratio, named_ratio(case)
    if factor is None:
        return times_off(times)
    if times > 0 and not factor.inverse:
        return f"{factor.words} times too {'small' if factor.divides else 'large'}"
    whole = factor.words if factor.inverse else factor.text
    over = factor.inverse or f"1 / {factor.text}"
    return f"{'-' if times < 0 else ''}{over if factor.divides else whole} times what it should be"


def times_off(times: float) -> str:
    """`2 times too large`, of what is so many times what it should be."""
    if times < 0:
        return f"{times:.4g} times what it should be"
    return f"{times:.4g} times too large" if times > 1 else f"{1 / times:.4g} times too small"
