"""Commands on their way to the engine: in order, counted, and called off when something is stopped."""

from __future__ import annotations

import queue

from .wire.commands import Advance, Command, GoTo, GoToChange, ToggleRun

_STEPS = (Advance, GoTo, GoToChange, ToggleRun)
"""What would go on with what was stopped; the rest only looks, or begins anew."""


class CommandQueue:
    """One thread sends, another handles."""

    def __init__(self, handled: int = 0) -> None:
        """`handled` commands are counted as such before the first."""
        self._waiting: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self.sent = self.handled = handled
        self._called_off = 0
        """So many commands had been sent when something was stopped: no step among them is made."""

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._waiting.empty()

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        self.sent += 1
        self._waiting.put(command)

    def wake(self) -> None:
        """Let whoever waits for a command go on without one."""
        self._waiting.put(None)

    def next(self, seconds: float | None) -> Command | None:
        """The next command, waited for so long; None if none comes."""
        try:
            return self._waiting.get(timeout=seconds)
        except queue.Empty:
            return None

    def call_off(self) -> None:
        """Something is stopped: the steps that wait do not go on with it."""
        self._called_off = self.sent

    def stands(self, command: Command) -> bool:
        """Whether the command that is next to be handled was not called off."""
        return self.handled >= self._called_off or not isinstance(command, _STEPS)

    def done(self) -> None:
        """One more command is handled."""
        self.handled += 1
