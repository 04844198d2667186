"""What the screen needs of an engine, so that tests can stand in for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..engine.debugger.wire.commands import Command
from ..engine.debugger.wire.frame import Frame
from ..engine.program.program import Program


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

    def go_on_with(self, program: Program) -> None:
        """Step another text of the program, from where this one is."""

    def stop(self) -> None:
        """End; never takes long."""


MakeLink = Callable[[Callable[[], None]], Link]
"""Builds an engine that calls back, from its own thread, when a frame can be taken."""


class LateLink:
    """A link that is made when it is started: what it takes is not loaded before the first picture."""

    def __init__(self, make: Callable[[], Link]) -> None:
        self._make = make
        self._link: Link | None = None
        self._early: list[Command] = []
        self._instead: Program | None = None

    @property
    def sent(self) -> int:
        """How many commands were sent."""
        return self._link.sent if self._link is not None else len(self._early)

    def start(self) -> None:
        """Make it and begin; commands sent before come first."""
        self._link = self._make()
        for command in self._early:
            self._link.send(command)
        self._link.start()
        if self._instead is not None:
            self._link.go_on_with(self._instead)

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        if self._link is not None:
            self._link.send(command)
        else:
            self._early.append(command)

    def take(self) -> Frame | None:
        """The newest frame, once."""
        return self._link.take() if self._link is not None else None

    def cancel(self) -> None:
        """Stop what runs."""
        if self._link is not None:
            self._link.cancel()

    def go_on_with(self, program: Program) -> None:
        """Step another text of the program, once it is made."""
        if self._link is not None:
            self._link.go_on_with(program)
        else:
            self._instead = program

    def stop(self) -> None:
        """End; never takes long."""
        if self._link is not None:
            self._link.stop()
