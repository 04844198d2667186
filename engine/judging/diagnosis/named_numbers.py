"""Numbers of a program by name, and the factors that they make."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from .case import Case
from .wording import parsed

_PLAIN = (2.0, 3.0, 4.0)


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
    for name in dict.fromkeys([*lines, *near, *case.values]):
        known = number_of(case.values.get(name))
        if known is not None and not name.startswith("__") and name not in ("loss", "iteration"):
            names[name] = known
    return {**names, **_counts(case, names)}


def _counts(case: Case, known: Mapping[str, float]) -> dict[str, float]:
    """The sizes of the tensor that have no name."""
    shape = tuple(case.trial.expected.shape)
    texts = {f"{case.tensor}.shape[{dim}]": float(size) for dim, size in enumerate(shape)}
    texts[f"{case.tensor}.numel()"] = float(math.prod(shape))
    return {text: size for text, size in texts.items() if size > 2 and size not in known.values()}


def number_of(value: object) -> float | None:
    """What a value is, if it is one finite number."""
    if isinstance(value, Tensor):
        value = float(value) if value.numel() == 1 and value.dim() == 0 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


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


def named(number: float, names: Mapping[str, float]) -> Factor | None:
    """The factor that a number is, or that it is one over; None where no name fits."""
    for factor in _factors(names):
        if factor.value and math.isfinite(factor.value) and abs(factor.value) != 1:
            if math.isclose(number, factor.value, rel_tol=1e-9):
                return factor
            if math.isclose(number, 1 / factor.value, rel_tol=1e-9):
                return replace(factor, divides=True)
    return None


def too_large(times: float, names: Mapping[str, float]) -> str:
    """`n times too large`, for a value that is `times` what it should be."""
    factor = named(abs(times), names)
    if factor is None:
        return f"{times:.4g} times what it should be"
    if times > 0 and not factor.inverse:
        return f"{factor.words} times too {'small' if factor.divides else 'large'}"
    whole = factor.words if factor.inverse else factor.text
    over = factor.inverse or f"1 / {factor.text}"
    return f"{'-' if times < 0 else ''}{over if factor.divides else whole} times what it should be"
