"""Stopping a program between two of its statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


class Cancelled(BaseException):
    """The user stopped the program between two statements."""


class Cancel:
    """A flag that the screen raises and every hook looks at."""

    __slots__ = ("on_ask", "wanted")

    def __init__(self) -> None:
        self.wanted = False
        self.on_ask: Callable[[], object] = lambda: None
        """Sees to it that the hook that looks at no flag stops the program, too."""

    def ask(self) -> None:
        """Stop the program at the next hook."""
        self.wanted = True
        self.on_ask()

    def clear(self) -> None:
        """What was asked for is done, or comes too late."""
        self.wanted = False


def stop(_: object) -> NoReturn:
    """What takes the place of a hook that is a list's own `append` and looks at nothing.

    Raises:
        Cancelled: always.
    """
    raise Cancelled
