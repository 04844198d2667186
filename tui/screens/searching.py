"""Searching on the main screen: lines and names are found by the screen alone, which goes to them."""

from __future__ import annotations

from dataclasses import replace

from ...engine.debugger.wire.looks import SelectAt, ShowLine
from ..panes.search import has, search
from .pane_screen import PaneScreen
from .search_prompt import SearchPrompt

REPEATS = {"next_attention": 1, "previous_attention": -1}
"""The keys that go on to the next line, and the one before, while a search stands."""


def prompt_over(main: PaneScreen) -> SearchPrompt:
    """The prompt in which a search is typed."""
    top = _top(main)

    def look(text: str) -> str:
        found = search(main.source.lines, text, top)
        main.look(replace(main.looks, search=found))
        main.send(ShowLine(found.line) if found.line else ShowLine(top, first=True))
        return found.words

    def leave(keeps: bool) -> None:
        if keeps:
            _select(main)
        else:
            end(main)
            main.send(ShowLine(top, first=True))

    return SearchPrompt(look, leave)


def takes(main: PaneScreen, key_id: str) -> bool:
    """Whether a key is for a search that stands: it has gone on with it, or ended it, then."""
    found = main.looks.search
    if found is None or key_id not in (*REPEATS, "cancel"):
        return False
    if key_id == "cancel":
        end(main)
    else:
        main.look(replace(main.looks, search=found.moved(REPEATS[key_id])))
        _select(main)
    return True


def end(main: PaneScreen) -> None:
    """Nothing is searched for any more."""
    main.look(replace(main.looks, search=None))


def _select(main: PaneScreen) -> None:
    """Go to the line, and select the tensor that it is about, if that is what was searched for."""
    found = main.looks.search
    if found is None or found.line is None:
        return
    main.send(ShowLine(found.line))
    bound = [name for s in main.program.statements if s.line == found.line for name in s.binds]
    if any(has(name, found.text) for name in bound):
        main.send(SelectAt(found.line))


def _top(main: PaneScreen) -> int:
    return main.frame.lines[0].number if main.frame.lines else 1
