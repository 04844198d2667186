"""Standard output and error while the screen stands: the terminal is its own, what others write is output."""

from __future__ import annotations

import os
import select
import sys
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, TextIO

from ...engine.execution.recording.captured_output import Output, ThreadStream

_CHUNK = 1 << 16
_CHUNKS = 16
"""So much is read at a time, so that what prints without end holds nobody up."""


class Outlets(NamedTuple):
    """Where what is written goes: to the output pane, or to the terminal; None where it cannot be parted."""

    output: Output
    terminal: TextIO | None


@contextmanager
def kept_apart() -> Iterator[Outlets]:
    """While inside, what is written to descriptors 1 and 2, by children and C code too, is output.

    The thread that enters still prints to the terminal. All others print to the output, whatever becomes of
    the streams that the screen puts in the way: an engine that is still at work when the screen goes would
    otherwise print all over the shell.
    """
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        yield Outlets(Output(), None)
        return
    out_of, into = os.pipe()
    output = Output(_reader(out_of))
    with (
        _closed_after(into, out_of),
        _terminal() as terminal,
        _drained(out_of, output),
        _streams(output, terminal),
        _descriptors(into),
    ):
        yield Outlets(output, terminal)


@contextmanager
def _closed_after(*descriptors: int) -> Iterator[None]:
    try:
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


@contextmanager
def _terminal() -> Iterator[TextIO]:
    """What standard error is, on a descriptor of its own."""
    encoding = getattr(sys.stderr, "encoding", None)
    terminal = open(os.dup(2), "w", encoding=encoding, errors="replace")  # noqa: SIM115
    try:
        yield terminal
    finally:
        with suppress(OSError):  # it may have hung up with something left to draw
            terminal.close()


def _reader(descriptor: int) -> Callable[[], str]:
    """What can be read now, without waiting."""
    os.set_blocking(descriptor, False)
    decode = getincrementaldecoder("utf-8")("replace").decode

    def read() -> str:
        chunks: list[str] = []
        while len(chunks) < _CHUNKS:
            try:
                chunks.append(decode(os.read(descriptor, _CHUNK)))
            except BlockingIOError:
                break
        return "".join(chunks)

    return read


@contextmanager
def _drained(out_of: int, output: Output) -> Iterator[None]:
    """While inside, nobody who writes into the pipe has to wait for a reader.

    The end is told by a pipe of its own: a child may hold that one open, and another keep it full.
    """
    over, ended = os.pipe()

    def drain() -> None:
        while over not in select.select([out_of, over], [], [])[0]:
            output.write("")

    thread = threading.Thread(target=drain, name="output", daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(ended)
        thread.join()
        output.close()
        os.close(over)


@contextmanager
def _streams(output: Output, terminal: TextIO) -> Iterator[None]:
    own = threading.get_ident()
    before = sys.stdout, sys.stderr
    stream = ThreadStream(lambda: threading.get_ident() != own, output, terminal)
    sys.stdout = sys.stderr = stream
    try:
        yield
    finally:
        with suppress(OSError):
            stream.flush()
        sys.stdout, sys.stderr = before


@contextmanager
def _descriptors(into: int) -> Iterator[None]:
    before = os.dup(1), os.dup(2)
    with _closed_after(*before):
        _point(into, into)
        try:
            yield
        finally:
            _point(*before)


def _point(output: int, error: int) -> None:
    """Let descriptors 1 and 2 be others; what Python still holds back goes where it was to go."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os.dup2(output, 1)
    os.dup2(error, 2)
