"""The cell cursor of the inspector: while it is open, some keys mean other things."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.events import DescendantFocus

from ...engine.debugger.wire.looks import GoToWorst, OpenCells, Pane
from ..keys import BY_ID, CELL_KEYS, KEYS, Key
from .pane_screen import PaneScreen

_BOUND = {name for key in KEYS for name in key.keys.split(",")}
_INSTEAD = {name: key for key in CELL_KEYS for name in key.keys.split(",")}


class CellScreen(PaneScreen):
    """Panes, in one of which the arrows may move a cell cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key.binding for key in CELL_KEYS if not _BOUND.issuperset(key.keys.split(","))
    ]
    cells_open = False

    def meaning(self, key_id: str) -> Key | None:
        """What a declared key means now; None where it means nothing."""
        key = BY_ID[key_id]
        if not self.cells_open:
            return None if key in CELL_KEYS else key
        return next((_INSTEAD[name] for name in key.keys.split(",") if name in _INSTEAD), key)

    def action_inspect(self) -> None:
        """To the inspector; from there to its cells."""
        if self._inspecting:
            self.open_cells(True)
        else:
            self.see(Pane.INSPECTOR)

    def action_leave_cells(self) -> None:
        """Back to the inspector."""
        self.open_cells(False)

    def action_worst(self) -> None:
        """The cell cursor at the worst entry, or the next worst."""
        if not self._inspecting:
            self.see(Pane.INSPECTOR)
        self.cells_open = True
        self.send(GoToWorst())

    def action_swap(self) -> None:
        """From the inspector, or where it has their place, to the tensors; from anywhere else to it."""
        instead = Pane.INSPECTOR in self.rooms() and Pane.TENSORS not in self.rooms()
        self.see(Pane.TENSORS if self._inspecting or instead else Pane.INSPECTOR)

    @property
    def _inspecting(self) -> bool:
        return self.focused is not None and self.focused.id == Pane.INSPECTOR

    def open_cells(self, opened: bool) -> None:
        """Open the cell cursor, or close it."""
        self.cells_open = opened
        self.send(OpenCells(opened))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Elsewhere than in the inspector there are no cells."""
        if self.cells_open and event.widget.id != Pane.INSPECTOR:
            self.open_cells(False)
