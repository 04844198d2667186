"""The standard streams: closed, full, or left by their reader, they stop nothing and change no verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO

from rich.console import Console


class PlainConsole(Console):
    """A rich console for text that others wrote: no markup, and nothing cut off in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        # A pipe has no width, and a narrow guess would wrap the columns that a script reads.
        width = None if stream.isatty() else 10_000
        super().__init__(file=stream, width=width, markup=False, highlight=False, emoji=False)


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
    sys.stdout, sys.stderr = _usable(kept[0], 1), _usable(kept[1], 2)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)
        sys.stdout, sys.stderr = kept


def why_unwritten(stream: TextIO) -> str:
    """What kept the stream from taking all that was written, or nothing; a reader that left is no reason."""
    _flush(stream)
    file = _file_of(stream)
    problem = file.problem if isinstance(file, _Enduring) else None
    if problem is None or isinstance(problem, BrokenPipeError):
        return ""
    return problem.strerror or str(problem)


@contextmanager
def prints_on_stderr() -> Iterator[None]:
    """While inside, what goes to standard output, from C and children too, goes to stderr."""
    kept = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = _usable(sys.stderr, 2)  # one of its own: a program may close it
    try:
        with _descriptor_on_stderr(kept[0]):
            yield
    finally:
        _flush(sys.stdout)
        sys.stdout, sys.stderr = kept


@contextmanager
def _descriptor_on_stderr(stream: TextIO) -> Iterator[None]:
    _flush(stream)
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        _flush(stream)
        _flush(sys.__stdout__)
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def silenced() -> Iterator[None]:
    """While inside, what is written to standard output and error goes nowhere, from C and children too.

    A handler of `logging`, say, has kept the stream from before, so that the descriptors have to be others.
    """
    streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for stream in streams:
        _flush(stream)
    kept, nothing = (os.dup(1), os.dup(2)), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        for stream in streams:
            _flush(stream)
        for descriptor, before in enumerate(kept, 1):
            os.dup2(before, descriptor)
            os.close(before)
        os.close(nothing)


class _Enduring(FileIO):
    """A descriptor that takes whatever is written; the first error is kept."""

    problem: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write what can be written."""
        try:
            return super().write(data)
        except OSError as error:
            self.problem = self.problem or error
            return memoryview(data).nbytes


def _usable(stream: TextIO | None, descriptor: int) -> TextIO:
    """A stream on the same file that endures; one that is no file (a test's, a notebook's) as it is."""
    file = None if stream is None else _file_of(stream)
    if stream is not None and file is None:
        return stream
    _flush(stream)
    number = descriptor if file is None else file.fileno()
    raw = _Enduring(number, "w", closefd=False)
    encoding = None if stream is None else stream.encoding
    return TextIOWrapper(BufferedWriter(raw), encoding, "replace", line_buffering=descriptor == 2)


def _file_of(stream: TextIO) -> FileIO | None:
    buffer = getattr(stream, "buffer", None)
    file = getattr(buffer, "raw", buffer)
    return file if isinstance(file, FileIO) else None


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
