"""Where a command writes to: a file that is not there yet, or one that may be replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ...engine.program.notebook import NotebookText
from ...engine.program.program import Source
from ...engine.program.user_file import CannotWrite, bytes_of, create, in_form_of, replace
from .usage_errors import Refusal, require_path


@dataclass(frozen=True)
class Destination:
    """A path to write to, and what a file that stands there held when the command began."""

    file: str
    exists: bool = False
    read: bytes | None = None

    def save(self, text: str, source: Source | None = None) -> None:
        """Write a text, in the form of the file that it comes from.

        Raises:
            Refusal: the file is there meanwhile or has changed, or it cannot be written.
        """
        path = Path(self.file)
        try:
            takes_cells = self.file.endswith(".ipynb") or not isinstance(source, NotebookText)
            data = in_form_of(source if takes_cells else None, text)
            if self.exists:
                replace(path, data, self.read)
            else:
                create(path, data)
        except FileExistsError:
            raise _exists_already(self.file, "choose another name") from None
        except CannotWrite as problem:
            raise Refusal(f"{self.file} cannot be written: {problem}.") from None


def destination(file: str, hint: str, *, force: bool = False) -> Destination:
    """The place for a new file, or with `force` for one that is there.

    Raises:
        Refusal: no path; a file that is there, without `force`, or that cannot be read.
    """
    require_path(file)
    if not os.path.exists(file):
        return Destination(file)
    if not force:
        raise _exists_already(file, hint)
    try:
        return Destination(file, True, bytes_of(Path(file)))
    except CannotWrite as problem:
        raise Refusal(f"{file} cannot be written: {problem}.") from None


def _exists_already(file: str, hint: str) -> Refusal:
    return Refusal(f"{file} exists already, and nothing was written; {hint}.")
