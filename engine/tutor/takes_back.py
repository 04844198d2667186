"""What was written into a file for somebody can be taken back, as long as nobody else has changed it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..program.user_file import CannotWrite, replace


class Wrote(NamedTuple):
    """The line of a gradient that was written into a file: what the file held before, and after."""

    gradient: str
    path: Path
    before: bytes
    after: bytes


def taken_back(written: list[Wrote]) -> str:
    """Take back the last that was written, and say so, or why not. What is taken back is forgotten."""
    if not written:
        return "there is nothing to take back: W has written no line"
    last = written[-1]
    try:
        replace(last.path, last.before, last.after)
    except CannotWrite as problem:
        return f"{last.gradient} is not taken back, {last.path.name} stays as it is: {problem}"
    written.pop()
    return f"{last.gradient} is taken out of {last.path.name} again"
