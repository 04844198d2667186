"""How somebody likes the screen, kept from one program to the next in one small file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

NAME = "preferences.json"


@dataclass(frozen=True)
class Preferences:
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
            return _checked(json.loads(self._path.read_bytes()))
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
                beside.write_text(json.dumps(asdict(preferences), indent=2) + "\n", encoding="utf-8")
                os.replace(beside, path)
            finally:
                beside.unlink(missing_ok=True)


def _checked(data: Any) -> Preferences:
    """The preferences that JSON tells of.

    Raises:
        ValueError: a name that is none of them, or a value of another kind.
    """
    if not isinstance(data, dict):
        raise ValueError("it holds no names with values")
    kinds = {field.name: type(field.default) for field in fields(Preferences)}
    for name, value in data.items():
        if name not in kinds:
            raise ValueError(f"there is no preference `{name}`")
        if type(value) is not kinds[name]:
            raise ValueError(f"`{name}` is no {'text' if kinds[name] is str else 'true or false'}")
    return Preferences(**data)
