"""What a training program needs and a program does not give."""

from __future__ import annotations


class ProgramFault(Exception):
    """The program ran, but not to what a training program needs. The message is for its author.

    `name` is the name whose last binding is to blame.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name
