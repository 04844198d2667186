"""The window that asks what is to be copied, and where that went."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...engine.program.program import Program
from ..drawing.line import Line, Run, clean, crop
from ..panes.copies import Copy, copies
from ..terminal.clipboard import takes_copies
from ..terminal.new_files import data_folders, write_new
from .pane_screen import PaneScreen
from .window import Window

NONE = "There is nothing to copy yet."


class CopyWindow(Window):
    """One row for each thing that can be copied; its key does it, and closes."""

    NAME = "copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss", "close", show=False, priority=True),
        *(Binding(key, f"copy('{key}')", "copy", show=False, priority=True) for key in "vnld"),
    ]

    def __init__(self, main: PaneScreen, program: Program) -> None:
        super().__init__()
        self._copies = copies(main.frame, program)

    def heading(self) -> Line:
        """What it does."""
        return (Run("copy", "strong"),)

    def text(self, width: int) -> list[Line]:
        """`v  value W1   2.024845838546753`."""
        rows = [_row(one, width) for one in self._copies]
        return rows or [(Run(NONE, "quiet"),)]

    def action_copy(self, key: str) -> None:
        """Copy one of them, and say where it went."""
        chosen = [one for one in self._copies if one.key == key]
        if chosen:
            self.app.copy_to_clipboard(chosen[0].text)
            self.app.notify(_where(chosen[0]), markup=False, timeout=10)
            self.dismiss()


def _row(one: Copy, width: int) -> Line:
    text = " ".join(clean(one.text.replace("\n", " ").replace("\t", " ")).split())
    return crop((Run(one.key, "accent strong"), Run(f"  {clean(one.words)}  "), Run(text, "quiet")), width)


def _where(one: Copy) -> str:
    """Where a copy is to be found: a terminal that is not known to take it may not have done so."""
    if takes_copies(os.environ):
        return f"copied: {one.words}"
    try:
        path = write_new(data_folders(), one.words, ".txt", one.text)
    except OSError as error:
        return f"{one.words} was sent to the terminal, which may not take it; no folder does: {error}"
    return f"{one.words} was sent to the terminal, which may not take it: it is in {path}, too"
