"""What a command line names to be checked: files, folders, bundled programs, standard input."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...engine.program.library import load, read_bytes, text_at
from ...engine.program.program import Program, ProgramError
from ...engine.program.reading import can_be_parsed, titles_of
from .options import Reading

STANDARD_INPUT = "-"
_ENDINGS = (".py", ".ipynb")
_TELLING = ("forward", "backward")
_TORCH = re.compile(r"\btorch\b")
_ASIDE = ("__pycache__", "node_modules", "site-packages", "build", "dist")


@dataclass(frozen=True)
class Target:
    """One program that was named, or found in a folder that was."""

    name: str
    """The path as it was given; in a folder, the folder's with the rest behind it."""
    program: Program | None = None
    error: ProgramError | None = None
    skipped: str = ""
    """Why it is not checked: it was found in a folder and is no program."""


def targets_of(names: Sequence[str], reading: Reading) -> Iterator[Target]:
    """Every program that is to be checked, once each, in order, and what is left out of folders."""
    seen: set[str] = set()
    for name in names:
        folder = bool(name) and name != STANDARD_INPUT and Path(name).is_dir()
        for path in _files_in(name) if folder else [name]:
            if os.path.realpath(path) not in seen:
                seen.add(os.path.realpath(path))
                yield _found_in_folder(path, reading) if folder else _named(path, reading)


def are_several(names: Sequence[str]) -> bool:
    """Whether more than one program may be meant."""
    return len(names) > 1 or any(name and Path(name).is_dir() for name in names)


def _named(name: str, reading: Reading) -> Target:
    try:
        return Target(name, _loaded(name, reading))
    except ProgramError as error:
        return Target(name, error=error)


def _loaded(name: str, reading: Reading) -> Program:
    where = reading.choice - 1, reading.gradient or ""
    if name == STANDARD_INPUT:
        return read_bytes(sys.stdin.buffer.read(), "standard input", choice=where[0], gradient=where[1])
    return load(name, choice=where[0], gradient=where[1])


def _found_in_folder(name: str, reading: Reading) -> Target:
    target = _named(name, reading)
    if target.error is None or _is_meant(name):
        return target
    return Target(name, skipped=target.error.message)


def _is_meant(name: str) -> bool:
    """Whether somebody meant it to be a program, so that what is wrong with it is news.

    So says a title, and the name of torch in what Python cannot parse: what it is cannot be told then.
    """
    try:
        text = text_at(name)
    except (OSError, ProgramError):
        return False
    return not titles_of(text).isdisjoint(_TELLING) or (
        _TORCH.search(text) is not None and not can_be_parsed(text)
    )


def _files_in(folder: str) -> Iterator[str]:
    """The files that may be programs, without those of environments, caches and hidden folders."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_aside(Path(where, name)))
        found = (name for name in sorted(files) if name.endswith(_ENDINGS))
        yield from (os.path.normpath(os.path.join(where, name)) for name in found)


def _is_aside(folder: Path) -> bool:
    return folder.name in _ASIDE or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists()
