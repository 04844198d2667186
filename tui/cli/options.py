"""The options that several commands share, with what they accept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cyclopts import CoercionError, Parameter, Token
from cyclopts.validators import Number


def _whole(_: type[int], tokens: Sequence[Token]) -> int:
    """The number as it is written: a fraction is refused, and never rounded."""
    (token,) = tokens
    try:
        return int(token.value)
    except ValueError:
        raise CoercionError(
            f"a whole number in digits is wanted, and {token.value} is none.", token=token
        ) from None


Seed = Annotated[int, Parameter(converter=_whole, validator=Number(gte=0, lt=2**32))]
Count = Annotated[int, Parameter(converter=_whole, validator=Number(gte=1))]
Level = Annotated[int, Parameter(converter=_whole, validator=Number(gte=1, lte=5))]
NotNegative = Annotated[float, Parameter(validator=Number(gte=0))]
Flag = Annotated[bool, Parameter(negative="", show_default=False)]
