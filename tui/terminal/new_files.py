"""Files that the screen writes for who reads: always new ones, in a folder that takes them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

MOST = 1000
"""So many files of one name are looked for a free place among."""


def picture_folders() -> Iterator[Path]:
    """The current folder, else the platform's for pictures."""
    import platformdirs

    yield Path.cwd()
    yield platformdirs.user_pictures_path()


def data_folders() -> Iterator[Path]:
    """The platform's folder for data, else the current one."""
    import platformdirs

    yield platformdirs.user_data_path("backprop-tui", appauthor=False)
    yield Path.cwd()


def write_new(folders: Iterable[Path], stem: str, suffix: str, text: str) -> Path:
    """Write a text to a file that was not there, in the first of the folders that takes it.

    Raises:
        OSError: none of them does.
    """
    problem = OSError("there is no folder to write to")
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _written(folder, re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "screen", suffix, text)
        except OSError as error:
            problem = error
    raise problem


def _written(folder: Path, stem: str, suffix: str, text: str) -> Path:
    for number in count(1):
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            if number == MOST:
                raise
            continue
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return path
    raise AssertionError
