"""The options that several commands share, with what they accept."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

Seed = Annotated[int, Parameter(validator=Number(gte=0, lt=2**32))]
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Level = Annotated[int, Parameter(validator=Number(gte=1, lte=5))]
NotNegative = Annotated[float, Parameter(validator=Number(gte=0))]
Flag = Annotated[bool, Parameter(negative="", show_default=False)]
