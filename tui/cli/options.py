"""The options that several commands share, with what they accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import CoercionError, Parameter, Token
from cyclopts.validators import Number

from ...engine.program.library import load
from ...engine.program.program import Program


def _pattern(_: type[str], tokens: Sequence[Token]) -> str:
    """A name with {} where the tensor's stands."""
    (token,) = tokens
    if token.value.count("{}") != 1 or not token.value.replace("{}", "x").isidentifier():
        raise CoercionError(
            f"a name with {{}} in the place of the tensor's is wanted, such as grad_{{}}, and "
            f"{token.value} is none.",
            token=token,
        )
    return token.value


def _whole(_: type[int], tokens: Sequence[Token]) -> int:
    """The number as it is written: a fraction is refused, and never rounded."""
    (token,) = tokens
    try:
        return int(token.value)
    except ValueError:
        raise CoercionError(
            f"a whole number in digits is wanted, and {token.value} is none.", token=token
        ) from None


Pattern = Annotated[str, Parameter(converter=_pattern)]
Seed = Annotated[int, Parameter(converter=_whole, validator=Number(gte=0, lt=2**32))]
Count = Annotated[int, Parameter(converter=_whole, validator=Number(gte=1))]
Level = Annotated[int, Parameter(converter=_whole, validator=Number(gte=1, lte=5))]
NotNegative = Annotated[float, Parameter(validator=Number(gte=0))]


@dataclass(frozen=True)
class Reading:
    """Of a file without titles: which of the places found for the iteration, and how gradients are named."""

    choice: Count = 1
    "Which of the places that were found for the iteration, in a file without titles."
    gradient: Pattern | None = None
    "How gradients are named after tensors, such as grad_{}."


AS_FOUND = Reading()
Flag = Annotated[bool, Parameter(negative="", show_default=False)]


def load_at(target: str, reading: Reading) -> Program:
    """The program that a command line names.

    Raises:
        ProgramError: it cannot be read.
    """
    return load(target, choice=reading.choice - 1, gradient=reading.gradient or "")
