"""Somebody is told when something may have changed in a folder. Nothing here reads a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

_DEBOUNCE = 50
"""Milliseconds within which changes count as one."""
_STEP = 10
"""Milliseconds without a change after which one is told."""
_LOOK = 1000
"""Milliseconds after which it is looked all the same: what no system tells is found then."""


class Watch:
    """Calls `look` on a thread of its own, which keeps no process alive."""

    def __init__(
        self, files: Callable[[], Iterable[Path]], look: Callable[[], None], tell: Callable[[str], None]
    ) -> None:
        """`files` may be others each time; `tell` gets a sentence where their folders cannot be watched."""
        self._files = files
        self._look = look
        self._tell = tell
        self._over = threading.Event()
        self.begun = False

    def start(self) -> None:
        """Begin with a look."""
        self.begun = True
        threading.Thread(target=self._run, name="watch files", daemon=True).start()

    def stop(self) -> None:
        """Look no more; returns at once."""
        self._over.set()

    def _run(self) -> None:
        from watchfiles import watch  # after the first picture: it takes a while

        polling: bool | None = None
        while not self._over.is_set():
            self._look()
            folders = self._folders()
            try:
                for _ in watch(
                    *folders,
                    watch_filter=None,
                    debounce=_DEBOUNCE,
                    step=_STEP,
                    stop_event=self._over,
                    rust_timeout=_LOOK,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    force_polling=polling,
                    recursive=False,
                ):
                    self._look()
                    if self._folders() != folders:
                        break
            except Exception as problem:
                if polling:
                    self._tell(f"saves are seen once a second: {problem}")
                    break
                polling = True
        while not self._over.wait(_LOOK / 1000):
            self._look()

    def _folders(self) -> dict[str, int]:
        """The folders that are there, by what they are: one that was made anew is another."""
        parents = {file.resolve().parent for file in self._files()}
        return {str(folder): folder.stat().st_ino for folder in parents if folder.is_dir()}
