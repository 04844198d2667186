"""The standard streams: closed, full, or left by their reader, they stop nothing and change no verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from ...engine.process.enduring import Enduring, file_of, usable


def write_line(text: str) -> None:
    """One line on standard output as it is, however long."""
    print(text, flush=True)


@contextmanager
def usable_streams() -> Iterator[None]:
    """While inside, no write to standard output or error raises; `why_unwritten` tells what became of it.

    A stream that is closed leads nowhere. Signs that an encoding lacks become question marks; the words
    beside them remain.
    """
    kept = sys.stdout, sys.stderr
    for descriptor in range(3):  # or the next file that is opened would be taken for a standard stream
        _keep_open(descriptor)
    sys.stdout, sys.stderr = usable(kept[0], 1, by_line=False), usable(kept[1], 2, by_line=True)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)
        sys.stdout, sys.stderr = kept


def why_unwritten(stream: TextIO) -> str:
    """What kept the stream from taking all that was written, or nothing; a reader that left is no reason."""
    _flush(stream)
    file = file_of(stream)
    problem = file.problem if isinstance(file, Enduring) else None
    if problem is None or isinstance(problem, BrokenPipeError):
        return ""
    return problem.strerror or str(problem)


def _keep_open(descriptor: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        nothing = os.open(os.devnull, os.O_RDWR)
        if nothing != descriptor:
            os.dup2(nothing, descriptor)
            os.close(nothing)


def _flush(stream: TextIO | None) -> None:
    if stream is not None:
        with suppress(OSError, ValueError):  # full, or closed
            stream.flush()
