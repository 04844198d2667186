"""How somebody likes the screen, kept from one program to the next in one small file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import DecodeError, Struct, json
from msgspec.structs import asdict

NAME = "preferences.json"


class Preferences(Struct, frozen=True):
    """What is remembered."""

    theme: str = ""
    """As it was chosen by hand; nothing where it never was."""
    zoomed: bool = False
    """Whether the pane with the focus has the whole screen."""
    folded: bool = False
    """Whether narration is folded to a line."""


class PreferencesFile:
    """The file. One that cannot be read is left as it is, and told."""

    def __init__(self, folder: Path | None) -> None:
        """Without a folder nothing is read, and nothing kept."""
        self._path = folder / NAME if folder is not None else None
        self.problem = ""
        """Why what stands there is ignored, in a sentence."""

    def read(self) -> Preferences:
        """What was kept; the usual where nothing was, or where it makes no sense."""
        if self._path is None:
            return Preferences()
        try:
            return _checked(_decoded(self._path.read_bytes()))
        except FileNotFoundError:
            return Preferences()
        except (OSError, ValueError, RecursionError) as error:
            self.problem = f"{self._path} is not read, nor written: {error}"
            return Preferences()

    def keep(self, preferences: Preferences) -> None:
        """Write it, whole or not at all; where the folder refuses, nothing is kept."""
        path = self._path
        if path is None or self.problem:
            return
        beside = path.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                beside.write_bytes(json.format(json.encode(preferences), indent=2) + b"\n")
                os.replace(beside, path)
            finally:
                beside.unlink(missing_ok=True)


def _decoded(data: bytes) -> Any:
    """What JSON says, or where it is none, in the words of Python's own reader.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.decode(data)
    except DecodeError:
        from json import loads  # takes a while to load, and hardly ever has anything to say

        return loads(data)


def _checked(data: Any) -> Preferences:
    """The preferences that JSON tells of.

    Raises:
        ValueError: a name that is none of them, or a value of another kind.
    """
    if not isinstance(data, dict):
        raise ValueError("it holds no names with values")
    kinds = {name: type(value) for name, value in asdict(Preferences()).items()}
    for name, value in data.items():
        if name not in kinds:
            raise ValueError(f"there is no preference `{name}`")
        if type(value) is not kinds[name]:
            raise ValueError(f"`{name}` is no {'text' if kinds[name] is str else 'true or false'}")
    return Preferences(**data)
