"""Textual's driver on a stream of its own, so that standard error is free for the program."""

from __future__ import annotations

import os
import shutil
from typing import Any, TextIO

from textual.driver import Driver


def driver_on(terminal: TextIO) -> type[Driver]:
    """The driver of terminals that are not Windows'."""
    from textual.drivers.linux_driver import LinuxDriver

    class OwnStream(LinuxDriver):
        """Draws on the stream, and asks it how large the terminal is."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._file: TextIO = terminal  # type: ignore[assignment]

        def _get_terminal_size(self) -> tuple[int, int]:
            width, height = shutil.get_terminal_size(fallback=os.get_terminal_size(terminal.fileno()))
            return width, height

    return OwnStream
