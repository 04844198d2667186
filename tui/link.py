"""What the screen needs of an engine, so that tests can stand in for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..engine.debugger.commands import Command
from ..engine.debugger.frame import Frame


class Link(Protocol):
    """The engine as the screen sees it: commands go in, frames are taken."""

    @property
    def sent(self) -> int:
        """How many commands were sent; a frame whose `handled` equals it answers all of them."""

    def start(self) -> None:
        """Begin; commands sent before wait in order."""

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""

    def take(self) -> Frame | None:
        """The newest frame, once."""

    def cancel(self) -> None:
        """Stop what runs."""

    def stop(self) -> None:
        """End; never takes long."""


MakeLink = Callable[[Callable[[], None]], Link]
"""Builds an engine that calls back, from its own thread, when a frame can be taken."""
