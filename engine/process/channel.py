"""One end of the socket between the screen and the engine: whole objects, in order."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from contextlib import suppress
from pickle import HIGHEST_PROTOCOL, dumps, loads
from typing import Any

_LENGTH = struct.Struct("!Q")


class Channel:
    """Sends and receives plain objects. Any thread may send; one at a time receives."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._sendall = end.sendall
        self._sending = threading.Lock()
        self._modules = dict(sys.modules)

    def send(self, message: object) -> bool:
        """Send one object; False where nobody is there any more."""
        data = self._pickled(message)
        try:
            with self._sending:
                self._sendall(_LENGTH.pack(len(data)) + data)
        except OSError:
            return False
        return True

    def receive(self) -> Any:
        """The next object, waited for.

        Raises:
            EOFError: the other end is gone.
        """
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return loads(self._exactly(length))

    def close(self) -> None:
        """Nothing is sent or received any more; whoever waits is told."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()

    def abandon(self) -> None:
        """Let go of this end without a word to the other: a fork of the process has it, too."""
        self._end.close()

    def _pickled(self, message: object) -> bytes:
        try:
            return dumps(message, HIGHEST_PROTOCOL)
        except Exception:  # the program may have emptied the table of modules, or put others there
            sys.modules.update(self._modules)
            return dumps(message, HIGHEST_PROTOCOL)

    def _exactly(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            try:
                part = self._end.recv(min(length, 1 << 20))
            except OSError:
                part = b""
            if not part:
                raise EOFError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)
