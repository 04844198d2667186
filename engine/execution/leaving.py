"""How a program leaves a pass of a loop that was taken apart: what its `break` and `continue` became."""

from __future__ import annotations

from typing import Any

from ..program.around import BREAK, CONTINUE, RETURN


class Left(BaseException):
    """The program leaves a pass of a loop, between two statements."""


class Continued(Left):
    """It goes on with the next pass."""


class Broken(Left):
    """It leaves the loop."""


class Returned(Left):
    """It leaves all loops."""


LEAVES: dict[str, Any] = {BREAK: Broken, CONTINUE: Continued, RETURN: Returned}
"""What a program finds under the names that it raises."""
