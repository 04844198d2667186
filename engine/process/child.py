"""The process that the engine runs in, seen from the one that started it."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from .channel import Channel

_GRACE_SECONDS = 0.45
"""How long a process may take to end in order."""
_ANSWER_SECONDS = 0.1
_ROOT = str(Path(__file__).parents[3])
_START = "import sys; {path}; from backprop_tui.engine.process.entry import main; main({socket}, {words})"
_GUARD = "read word || {{ sleep 0.5; kill -KILL -{process} 2>/dev/null; }}"


class Effort(Struct, frozen=True):
    """What a process does, seen from outside."""

    seconds: float
    """Processor time that it took, in all its threads."""
    sleeps: bool
    """Whether its first thread waits for something."""


class Child:
    """A fresh Python in a session of its own, so that no key of the terminal signals it.

    It ends when this process does, however that ends. To be made on the main thread.
    """

    def __init__(self, *, prints: int | None = None) -> None:
        """What it prints goes to the descriptor `prints`; without one, into the pipe `printed`."""
        self.printed: int | None
        ours, theirs = socket.socketpair()
        self._words, words = os.pipe()
        os.set_blocking(self._words, False)
        self.printed, into = os.pipe() if prints is None else (None, prints)
        self.channel = Channel(ours)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _start(theirs.fileno(), words)],
            stdin=subprocess.DEVNULL,
            stdout=into,
            stderr=into,
            pass_fds=(theirs.fileno(), words),
            start_new_session=True,
        )
        theirs.close()
        os.close(words)
        if prints is None:
            os.close(into)
        self._guard: subprocess.Popen[bytes] | None = _guard_of(self._process.pid)

    def send(self, message: object) -> bool:
        """Send it a message; False where it is gone."""
        return self.channel.send(message)

    def receive(self) -> Any:
        """Its next message, waited for.

        Raises:
            EOFError: it is gone.
        """
        return self.channel.receive()

    def listen(self, came: Callable[[Child, Any], None], gone: Callable[[Child], None]) -> None:
        """Let its messages come, on a thread of their own, until it is gone."""

        def listening() -> None:
            with suppress(EOFError):
                while True:
                    came(self, self.receive())
            gone(self)

        threading.Thread(target=listening, name="frames", daemon=True).start()

    def whereabouts(self) -> str:
        """A traceback of where it is now, while C code holds its interpreter; '' where it does not answer."""
        from .last_words import ASK

        self.words()
        with suppress(ProcessLookupError):
            self._process.send_signal(ASK)
        select.select([self._words], [], [], _ANSWER_SECONDS)
        return self.words()

    def effort(self) -> Effort:
        """What it does now; one that is gone does nothing."""
        import psutil

        try:
            process = psutil.Process(self._process.pid)
            used = process.cpu_times()
            asleep = process.status() in (psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP)
        except psutil.Error:
            return Effort(0.0, sleeps=False)
        return Effort(used.user + used.system, asleep)

    def words(self) -> str:
        """What it left since they were read last: tracebacks as faulthandler writes them."""
        parts: list[bytes] = []
        with suppress(OSError):
            while part := os.read(self._words, 1 << 16):
                parts.append(part)
        return b"".join(parts).decode("ascii", "replace")

    def end(self, seconds: float = _GRACE_SECONDS) -> int:
        """Let it end in order for so long, then end it and its children; its status as subprocess has it."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.close()
        return self._process.returncode

    def close(self) -> None:
        """End it and its children, if that is not done yet."""
        if self._guard is None:
            return
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.channel.close()
        guard, self._guard = self._guard, None
        with suppress(OSError, subprocess.TimeoutExpired):
            guard.communicate(b"ended\n", timeout=1)


def _start(socket: int, words: int) -> str:
    """What it runs: it finds this package where we did, and nothing beside a program comes before."""
    path = f"{_ROOT!r} in sys.path or sys.path.append({_ROOT!r})"
    return _START.format(path=path, socket=socket, words=words)


def _guard_of(process: int) -> subprocess.Popen[bytes]:
    """A shell that ends a process and its children once ours is gone, should they not see it themselves."""
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD.format(process=process)], stdin=subprocess.PIPE, start_new_session=True
    )
