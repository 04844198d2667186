"""The files that places are kept in: in the platform's folder for state, one an open screen.

Whoever has a file open holds a lock on it, so that two screens on one program write to two files; what was
written last of those that nobody holds is where to go on.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .place import Place, of_bytes, to_bytes

_SLOTS = 16
"""So many screens on one program are remembered."""


def state_folder() -> Path:
    """Where the platform wants state to be."""
    import platformdirs

    return platformdirs.user_state_path("backprop-tui", appauthor=False)


@dataclass
class Keeper:
    """Keeps where one screen is in one program. Where the folder refuses, or is none, nothing is kept."""

    folder: Path | None
    key: str
    """What the program is known by: its whole path, or the name of a bundled one."""
    _lock: int | None = field(default=None, init=False)
    _file: Path | None = field(default=None, init=False)
    _written: bytes = field(default=b"", init=False)
    opened_at: float = field(default=0.0, init=False)
    """When the place that was there was written, in seconds since 1970."""

    def open(self) -> Place | None:
        """Take a file that no other screen has; the newest place that none of them is at."""
        if self.folder is None:
            return None
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = sorted(self._free(self.folder), key=lambda one: _written_at(one[0]))
            for _, held in free[:-1]:
                os.close(held)
            if free:
                self._file, self._lock = free[-1]
                self.opened_at = _written_at(self._file) / 1e9
                return of_bytes(self._file.read_bytes())
        return None

    def keep(self, place: Place) -> None:
        """Write a place, whole or not at all; of what is written already nothing happens."""
        data = to_bytes(place)
        if self._file is None or data == self._written:
            return
        beside = self._file.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            try:
                beside.touch(mode=0o600)
                beside.write_bytes(data)
                os.replace(beside, self._file)
                self._written = data
            finally:
                beside.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another screen have the file."""
        if self._lock is not None:
            os.close(self._lock)
        self._lock = self._file = None

    def _free(self, folder: Path) -> Iterator[tuple[Path, int]]:
        """The files that no screen holds, each locked now, the last one of them new."""
        name = hashlib.sha256(self.key.encode("utf-8", "surrogateescape")).hexdigest()[:24]
        for slot in range(_SLOTS):
            lock = os.open(folder / f"{name}.{slot}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                continue
            file = folder / f"{name}.{slot}.json"
            yield file, lock
            if not file.exists():
                break


def _written_at(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
