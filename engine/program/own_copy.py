"""Files that are new beside others: the copy of a bundled program, which is changed as one's own."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from .library import FOLDER
from .program import Program
from .user_file import create


def is_bundled(program: Program) -> bool:
    """Whether its file is one of the tool's."""
    return program.path is not None and program.path.parent == FOLDER


def own_copy(program: Program) -> Path:
    """The file of a copy in the current folder, under a name that no file there has.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    return new_file(Path(f"{program.name}.py"), program.text)


def new_file(path: Path, text: str) -> Path:
    """The file that a text is written to: this one, or where there is one, `NAME_2`, `NAME_3` and so on.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    for number in count(1):
        free = path if number == 1 else path.with_stem(f"{path.stem}_{number}")
        try:
            create(free, text.encode())
        except FileExistsError:
            continue
        return free
    raise AssertionError("there are names enough")
