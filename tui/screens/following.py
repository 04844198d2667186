"""A window that shows what comes from the engine while it is open."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ...engine.debugger.wire.frame import Frame


@runtime_checkable
class Following(Protocol):
    """It is told of every frame."""

    def follow(self, frame: Frame) -> None:
        """A newer frame came."""
