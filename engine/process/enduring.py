"""Standard streams that take whatever is written: closed, full, or left by their reader."""

from __future__ import annotations

from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO


class Enduring(FileIO):
    """A descriptor that takes whatever is written; the first error is kept."""

    problem: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write what can be written."""
        try:
            return super().write(data)
        except OSError as error:
            self.problem = self.problem or error
            return memoryview(data).nbytes


def usable(stream: TextIO | None, descriptor: int, *, by_line: bool) -> TextIO:
    """A stream on the same file that endures; one that is no file (a test's, a notebook's) as it is."""
    file = None if stream is None else file_of(stream)
    if stream is not None and file is None:
        return stream
    if stream is not None:
        with suppress(OSError, ValueError):  # full, or closed
            stream.flush()
    number = descriptor if file is None else file.fileno()
    raw = Enduring(number, "w", closefd=False)
    encoding = None if stream is None else stream.encoding
    return TextIOWrapper(BufferedWriter(raw), encoding, "replace", line_buffering=by_line)


def file_of(stream: TextIO) -> FileIO | None:
    """The file behind a stream; None where there is none."""
    buffer = getattr(stream, "buffer", None)
    file = getattr(buffer, "raw", buffer)
    return file if isinstance(file, FileIO) else None
