"""Searching on the main screen: lines and names are found by the screen alone, which goes to them."""

from __future__ import annotations

from msgspec.structs import replace

from ...engine.debugger.wire.looks import SelectAt, ShowLine
from ..panes.search import has
from .pane_screen import PaneScreen

REPEATS = {"next_attention": 1, "previous_attention": -1}
"""The keys that go on to the next line, and the one before, while a search stands."""


def takes(main: PaneScreen, key_id: str) -> bool:
    """Whether a key is for a search that stands: it has gone on with it, or ended it, then."""
    found = main.looks.search
    if found is None or key_id not in (*REPEATS, "cancel"):
        return False
    if key_id == "cancel":
        end(main)
    else:
        main.look(replace(main.looks, search=found.moved(REPEATS[key_id])))
        select(main)
    return True


def end(main: PaneScreen) -> None:
    """Nothing is searched for any more."""
    main.look(replace(main.looks, search=None))


def select(main: PaneScreen) -> None:
    """Go to the line, and select the tensor that it is about, if that is what was searched for."""
    found = main.looks.search
    if found is None or found.line is None:
        return
    main.send(ShowLine(found.line))
    bound = [name for s in main.program.statements if s.line == found.line for name in s.binds]
    if any(has(name, found.text) for name in bound):
        main.send(SelectAt(found.line))
