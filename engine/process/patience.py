"""How long an engine has said nothing, and whether what was to stop has had its time."""

from __future__ import annotations

import time

_STUCK_SECONDS = 1.0
"""What was to stop and has not by then is told, and can be ended."""
_SILENT_SECONDS = 1.5
"""A child at work says so every second, unless something holds its interpreter."""


class Patience:
    """When an engine was heard last, and when it was told to stop."""

    def __init__(self) -> None:
        self._heard = time.monotonic()
        self._asked: float | None = None

    def hear(self) -> None:
        """It said something, or has just begun with something."""
        self._heard = time.monotonic()

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
    def silence(self) -> int | None:
        """For how many seconds it has said nothing, once that is longer than an engine at work does."""
        seconds = time.monotonic() - self._heard
        return int(seconds) if seconds >= _SILENT_SECONDS else None
