"""A process in a pseudo-terminal whose every chunk of output is stamped as it arrives.

Nothing is interpreted while the clock runs: the chunks are replayed through a terminal afterwards.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pyte

COLUMNS, ROWS = 120, 40
_ASKS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),  # synchronised output: known, and off
    (b"\x1b[c", b"\x1b[?62;4c"),
)


@dataclass(frozen=True)
class Chunk:
    """Bytes, and when they were read."""

    at: float
    data: bytes


class Terminal:
    """Starts a command in a pseudo-terminal of 120 by 40 and talks to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment.pop("NO_COLOR", None)
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    def send(self, keys: bytes) -> float:
        """Press keys; the time just before."""
        now = time.perf_counter()
        os.write(self._master, keys)
        return now

    def chunks(self, quiet: float, patience: float = 30.0) -> list[Chunk]:
        """What arrives until `quiet` seconds without a byte; waits at most `patience` for the first."""
        found: list[Chunk] = []
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            ready, _, _ = select.select([self._master], [], [], quiet if found else patience)
            if not ready:
                break
            with contextlib.suppress(OSError):
                data = os.read(self._master, 1 << 16)
                found.append(Chunk(time.perf_counter(), data))
                self._answer(data)
                continue
            break
        return found

    def read_for(self, seconds: float) -> list[Chunk]:
        """What arrives in so many seconds."""
        found: list[Chunk] = []
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            ready, _, _ = select.select([self._master], [], [], left)
            if ready:
                data = os.read(self._master, 1 << 16)
                found.append(Chunk(time.perf_counter(), data))
                self._answer(data)
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _answer(self, data: bytes) -> None:
        for question, answer in _ASKS:
            if question in data:
                os.write(self._master, answer)


class Replay:
    """What the screen looks like as chunks are fed to it."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(self._screen.display)

    def feed(self, chunks: Sequence[Chunk]) -> list[str]:
        """The screen after each chunk."""
        texts = []
        for chunk in chunks:
            self._stream.feed(chunk.data)
            texts.append(self.text)
        return texts
