"""The newest frame, waiting to be taken: older ones that nobody took are gone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .wire.frame import Frame


class LatestFrame:
    """Frames coalesce here. `on_frame` is called when one waits and the last was taken."""

    def __init__(self, on_frame: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._on_frame = on_frame
        self._waiting: Frame | None = None
        self.closed = False

    def close(self) -> None:
        """Nobody is to be called any more."""
        self.closed = True

    def take(self) -> Frame | None:
        """The frame that waits, once."""
        with self._lock:
            frame, self._waiting = self._waiting, None
        return frame

    def offer(self, frame: Frame) -> None:
        """Let a frame be taken."""
        with self._lock:
            fresh = self._waiting is None
            self._waiting = frame
        if fresh and not self.closed:
            self._on_frame()
