"""When a picture of a run is painted: nobody waits for it, so it takes a share of the screen's time."""

from __future__ import annotations

import time

from ...engine.debugger.wire.frame import Frame

SHARE = 1 / 10
"""What pictures of a run may take of the time that passes."""
LATEST_SECONDS = 0.25
"""What runs is seen at least as often as this."""
OVERTAKEN_SECONDS = 0.1
"""For so long a picture gives way to the answer to a key that was pressed after it was made."""


class RunPictures:
    """What the last picture took, and when it was painted."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._began = self._spent = 0.0

    def painted(self, frame: Frame) -> None:
        """A picture is about to be painted."""
        self._last, self._began, self._spent = frame, time.monotonic(), time.thread_time()

    def wait_seconds(self, frame: Frame, sent: int) -> float:
        """How long a picture waits, after `sent` commands; what is no mere picture of a run does not."""
        last, passed = self._last, time.monotonic() - self._began
        if last is None or not (frame.status.running and last.status.running) or frame.status.busy:
            return 0.0
        if frame.handled < sent:
            return OVERTAKEN_SECONDS - passed
        if frame.handled > last.handled:
            return 0.0
        spent = time.thread_time() - self._spent
        return min(spent / SHARE, LATEST_SECONDS) - passed
