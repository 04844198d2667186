"""The record of why a program stopped. Nothing here needs torch."""

from __future__ import annotations

import linecache

from msgspec import Struct

from ..program.program import Program
from .cancel import Cancelled

ENDED = "Ended"
"""The type of the failure of a program whose process is gone."""


class Failure(Struct, frozen=True, eq=False):
    """Something went wrong in the program: where, what, and the user's own traceback lines."""

    section: str
    line: int | None
    type: str
    message: str
    traceback: tuple[str, ...] = ()
    misfit: str = ""
    """Why it raised in terms of shapes, where that is the reason."""

    @property
    def exception(self) -> str:
        """The exception's name; '' where it is one of ours, whose message says it all."""
        return "" if self.type in ("ProgramFault", "Cancelled", ENDED) else self.type

    @property
    def cancelled(self) -> bool:
        """Whether the user stopped the program between two statements."""
        return self.type == Cancelled.__name__

    @property
    def words(self) -> str:
        """`RuntimeError: the message`."""
        return ": ".join(filter(None, (self.exception, self.message)))


class ProgramFault(Exception):
    """The program ran, but not to what a training program needs. The message is for its author.

    `name` is the name whose last binding is to blame.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def remember_source(program: Program) -> None:
    """Let tracebacks and `inspect` quote the text that runs, whatever the file says by now."""
    lines = [line + "\n" for line in program.lines]
    linecache.cache[program.filename] = (len(program.text), None, lines, program.filename)
