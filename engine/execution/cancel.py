"""Stopping a program between two of its statements."""

from __future__ import annotations

from typing import NoReturn

from ..tensors.aliasing import Namespace
from .instrumentation import LOG


class Cancelled(BaseException):
    """The user stopped the program between two statements."""


class Cancel:
    """A flag that the screen raises and every hook looks at."""

    __slots__ = ("hooks", "wanted")

    def __init__(self) -> None:
        self.wanted = False
        self.hooks: Namespace = {}
        """Where the program that runs now finds its hooks."""

    def ask(self) -> None:
        """Stop the program at the next hook. The one that is a list's own `append` looks at nothing."""
        self.wanted = True
        self.hooks[LOG] = _stop


def _stop(entry: object) -> NoReturn:
    raise Cancelled
