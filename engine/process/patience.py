"""How long an engine has said nothing, and whether what was to stop has had its time."""

from __future__ import annotations

import time
from collections.abc import Callable

from .child import Effort

_STUCK_SECONDS = 1.0
"""What was to stop and has not by then is told, and can be ended."""
_SILENT_SECONDS = 1.5
"""A child at work says so every second, unless something holds its interpreter."""
_WORKING_SECONDS = 0.5
"""One that says nothing, and works for so long, does not merely wait for a processor."""


class Patience:
    """When an engine was heard last, and when it was told to stop."""

    def __init__(self) -> None:
        self._heard = time.monotonic()
        self._asked: float | None = None
        self._told = 0
        self._worked: float | None = None

    def hear(self) -> None:
        """It said something, or has just begun with something."""
        self._heard = time.monotonic()
        self._told, self._worked = 0, None

    def ask(self) -> None:
        """It is told to stop; told again, it has not more time."""
        if self._asked is None:
            self._asked = time.monotonic()

    def rest(self) -> None:
        """It has stopped."""
        self._asked = None

    @property
    def is_over(self) -> bool:
        """Whether it was to stop and has had its time."""
        return self._asked is not None and time.monotonic() - self._asked >= _STUCK_SECONDS

    @property
    def is_silent(self) -> bool:
        """Whether it has said nothing for longer than one that is at work does."""
        return time.monotonic() - self._heard >= _SILENT_SECONDS

    def held_for(self, effort: Callable[[], Effort]) -> int | None:
        """For how many seconds something has held the engine's interpreter; once for each of them.

        Whoever asks a process that runs Python code for a traceback may crash it: so it is sure to be in C
        code, which sleeps, or works and lets nobody say anything.
        """
        seconds = time.monotonic() - self._heard
        if seconds < max(_SILENT_SECONDS, self._told + 1):
            return None
        now = effort()
        if self._worked is None:
            self._worked = now.seconds
        if not now.sleeps and now.seconds - self._worked < _WORKING_SECONDS:
            return None
        self._told = int(seconds)
        return self._told
