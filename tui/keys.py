"""Every command of the screen, declared once: bindings, footer, help, palette and README read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from msgspec import Struct
from textual.binding import Binding
from textual.keys import key_to_character

from ..engine.debugger.wire.commands import (
    Advance,
    Ask,
    ChangeSpeed,
    CheckLines,
    Command,
    GoToChange,
    Restart,
    Resume,
    TakeBack,
    ToggleBreakpoint,
    ToggleRun,
    Unit,
)
from ..engine.debugger.wire.inspected import Tab
from ..engine.debugger.wire.looks import FAR, Attend, ChangeSlice, MoveCell, Select, ShowTab, ToggleHeatmap
from ..engine.tutor.answer import Asked


class Key(Struct, frozen=True):
    """One key and the one thing that it does: an engine command, or an action of the screen."""

    id: str
    keys: str
    """The keys as Textual names them, separated by commas."""
    label: str
    """The keys as people name them."""
    words: str
    group: str
    command: Command | None = None
    action: str = ""
    footer: str = ""
    """The words in the footer; keys with the same words share a place there."""

    @property
    def binding(self) -> Binding:
        """The Textual binding: every command goes through one action of the screen."""
        return Binding(
            self.keys,
            f"perform('{self.id}')",
            self.words,
            key_display=self.label,
            show=False,
            priority=True,
            id=self.id,
        )


TIME, TENSORS, LEARNING, PANES, REST = "Time", "Tensors", "Learning", "Panes", "The rest"
CELLS = "Cells"

KEYS: tuple[Key, ...] = (
    Key(
        "iteration",
        "space",
        "space",
        "one iteration",
        TIME,
        Advance(Unit.ITERATION),
        footer="iteration",
    ),
    Key(
        "iteration_back",
        "backspace",
        "backspace",
        "one iteration back",
        TIME,
        Advance(Unit.ITERATION, -1),
    ),
    Key(
        "back",
        "left",
        "←",
        "one statement back",
        TIME,
        Advance(Unit.STATEMENT, -1),
        footer="statement",
    ),
    Key(
        "statement",
        "right",
        "→",
        "one statement",
        TIME,
        Advance(Unit.STATEMENT),
        footer="statement",
    ),
    Key("over", "s", "s", "past a call", TIME, Advance(Unit.CALL)),
    Key(
        "phase_back",
        "left_square_bracket",
        "[",
        "one phase back",
        TIME,
        Advance(Unit.PHASE, -1),
        footer="phase",
    ),
    Key("phase", "right_square_bracket", "]", "one phase", TIME, Advance(Unit.PHASE), footer="phase"),
    Key("run", "r", "r", "run, or pause", TIME, ToggleRun(), footer="run"),
    Key("faster", "plus,equals_sign", "+", "run faster", TIME, ChangeSpeed(1)),
    Key("slower", "minus", "-", "run slower", TIME, ChangeSpeed(-1)),
    Key("go_to", "g", "g", "go to an iteration", TIME, action="window('go_to')", footer="go to"),
    Key("breakpoint", "B", "B", "breakpoint at the line", TIME, ToggleBreakpoint()),
    Key("stops", "U", "U", "when a run stops", TIME, action="window('stops')"),
    Key("number", "v", "v", "set a number of setup", TIME, action="window('number')"),
    Key("restart", "home", "home", "start again, same seed", TIME, Restart(), footer="start again"),
    Key("resume", "R", "R", "go on where you were", TIME, Resume()),
    Key("cancel", "escape", "escape", "stop what runs", TIME, action="cancel"),
    Key("up", "up", "↑", "tensor above", TENSORS, Select(-1)),
    Key("down", "down", "↓", "tensor below", TENSORS, Select(1)),
    Key("next_attention", "n", "n", "next wanting attention", TENSORS, Attend(1), footer="next"),
    Key("previous_attention", "N", "N", "previous such", TENSORS, Attend(-1)),
    Key("value", "1", "1", "its value", TENSORS, ShowTab(Tab.VALUE)),
    Key("manual", "2", "2", "its manual gradient", TENSORS, ShowTab(Tab.MANUAL)),
    Key("autograd", "3", "3", "its autograd gradient", TENSORS, ShowTab(Tab.AUTOGRAD)),
    Key("error", "4", "4", "manual minus autograd", TENSORS, ShowTab(Tab.ERROR)),
    Key("heatmap", "t", "t", "heatmap or numbers", TENSORS, ToggleHeatmap()),
    Key("worst", "exclamation_mark", "!", "worst entry, then next", TENSORS, action="worst"),
    Key("line_check", "c", "c", "judge every line alone", TENSORS, CheckLines()),
    Key("change", "b", "b", "back to its last change", TENSORS, GoToChange()),
    Key("watches", "w", "w", "watch expressions", TENSORS, action="window('watches')", footer="watch"),
    Key(
        "evaluate",
        "colon",
        ":",
        "evaluate once, on copies",
        TENSORS,
        action="window('evaluate')",
        footer="evaluate",
    ),
    Key("slice_back", "comma", ",", "slice before", TENSORS, ChangeSlice(-1)),
    Key("slice", "full_stop", ".", "slice after", TENSORS, ChangeSlice(1)),
    Key("explain", "x", "x", "explain its gradient", LEARNING, Ask(Asked.EXPLANATION), footer="explain"),
    Key("hint", "h", "h", "a hint, then a little more", LEARNING, Ask(Asked.HINT), footer="hint"),
    Key("differences", "f", "f", "finite differences", LEARNING, Ask(Asked.DIFFERENCES)),
    Key("write", "W", "W", "write its line into the file", LEARNING, Ask(Asked.LINE), footer="write"),
    Key("take_back", "u", "u", "take back what W wrote", LEARNING, TakeBack()),
    Key("edit", "e", "e", "edit the line in an editor", LEARNING, action="edit", footer="edit"),
    Key("next_pane", "tab", "tab", "next pane", PANES, action="move_focus(1)"),
    Key("previous_pane", "shift+tab", "shift+tab", "pane before", PANES, action="move_focus(-1)"),
    Key("fold", "m", "m", "fold narration, and back", PANES, action="app.prefer('folded')"),
    Key("zoom", "z", "z", "zoom the pane, and back", PANES, action="app.prefer('zoomed')"),
    Key("inspect", "enter", "enter", "inspector, then cells", PANES, action="inspect"),
    Key("swap", "i", "i", "tensors or inspector", PANES, action="swap"),
    Key("search", "slash", "/", "search names and lines", PANES, action="window('search')", footer="search"),
    Key("output", "o", "o", "what the program printed", PANES, action="output", footer="output"),
    Key("page_up", "pageup", "page up", "scroll a page up", PANES, action="scroll_pane(-1, 0, True)"),
    Key(
        "page_down",
        "pagedown",
        "page down",
        "scroll a page down",
        PANES,
        action="scroll_pane(1, 0, True)",
    ),
    Key("scroll_up", "shift+up", "shift+↑", "scroll up", PANES, action="scroll_pane(-1, 0)"),
    Key("scroll_down", "shift+down", "shift+↓", "scroll down", PANES, action="scroll_pane(1, 0)"),
    Key("scroll_left", "shift+left", "shift+←", "scroll left", PANES, action="scroll_pane(0, -1)"),
    Key("scroll_right", "shift+right", "shift+→", "scroll right", PANES, action="scroll_pane(0, 1)"),
    Key("curves", "k", "k", "curves, full screen", REST, action="window('curves')"),
    Key("save_screen", "S", "S", "save the screen", REST, action="app.save_screen"),
    Key("copy", "y", "y", "copy", REST, action="window('copy')"),
    Key("help", "question_mark", "?", "all keys and signs", REST, action="window('help')", footer="help"),
    Key("palette", "ctrl+p", "ctrl+p", "all commands by name", REST, action="app.command_palette"),
    Key("quit", "q", "q", "quit", REST, action="app.quit", footer="quit"),
)

ASKING: tuple[Key, ...] = (
    Key("accept", "enter,space", "enter", "step what was found", REST, action="accept", footer="accepts"),
    Key("another", "n", "n", "the next place for the iteration", REST, action="another", footer="next place"),
    Key("earlier", "up,pageup", "↑", "scroll up", REST, action="scroll_by(-1)", footer="scroll"),
    Key("later", "down,pagedown", "↓", "scroll down", REST, action="scroll_by(1)", footer="scroll"),
    Key("leave", "q,escape", "q", "quit", REST, action="app.quit", footer="quit"),
)
"""The keys of the screen that asks, before a file without titles runs."""

CELL_KEYS: tuple[Key, ...] = (
    Key("cell_left", "left", "←", "cell to the left", CELLS, MoveCell(columns=-1), footer="cell by cell"),
    Key("cell_right", "right", "→", "cell to the right", CELLS, MoveCell(columns=1), footer="cell by cell"),
    Key("cell_up", "up", "↑", "cell above", CELLS, MoveCell(lines=-1), footer="cell by cell"),
    Key("cell_down", "down", "↓", "cell below", CELLS, MoveCell(lines=1), footer="cell by cell"),
    Key(
        "cell_first",
        "home",
        "home",
        "first column",
        CELLS,
        MoveCell(columns=-FAR),
        footer="first, last column",
    ),
    Key("cell_last", "end", "end", "last column", CELLS, MoveCell(columns=FAR), footer="first, last column"),
    Key("cell_page_up", "pageup", "page up", "a page of rows up", CELLS, MoveCell(pages=-1)),
    Key("cell_page_down", "pagedown", "page down", "a page of rows down", CELLS, MoveCell(pages=1)),
    Key("cell_top", "ctrl+home", "ctrl+home", "first cell", CELLS, MoveCell(-FAR, -FAR)),
    Key("cell_bottom", "ctrl+end", "ctrl+end", "last cell", CELLS, MoveCell(FAR, FAR)),
    Key("leave_cells", "escape,enter", "escape", "back to the inspector", CELLS, action="leave_cells"),
)
"""The keys of the cell cursor, while it is open; all others stay what they are. Keys with the same
`footer` share a place in the help."""

BY_ID: dict[str, Key] = {key.id: key for key in (*KEYS, *ASKING, *CELL_KEYS)}


_CHANGED: dict[str, str] = {}
"""The labels of keys that somebody has changed, by the ids of their commands."""


def change_keys(keymap: Mapping[str, str]) -> None:
    """From now on commands have other keys, as Textual names them, and are labelled so."""
    usual = {name: key.label for key in KEYS for name in key.keys.split(",")[:1]}
    _CHANGED.clear()
    for name, keys in keymap.items():
        first = keys.partition(",")[0]
        _CHANGED[name] = usual.get(first) or key_to_character(first) or first


def label_of(key: Key) -> str:
    """The key of a command, as people name it."""
    return _CHANGED.get(key.id, key.label)


def footer_entries(keys: Iterable[Key] = KEYS) -> list[tuple[str, str, tuple[Key, ...]]]:
    """What the footer shows: `(labels, words, keys)`, in the order of the declaration."""
    shown = [key for key in keys if key.footer]
    grouped = [(words, tuple(keys)) for words, keys in groupby(shown, lambda key: key.footer)]
    return [(" ".join(map(label_of, keys)), words, keys) for words, keys in grouped]


def groups() -> list[tuple[str, tuple[Key, ...]]]:
    """The keys by group, in the order of the declaration."""
    return [(name, tuple(keys)) for name, keys in groupby(KEYS, lambda key: key.group)]


def markdown_table(keys: Iterable[Key] = KEYS) -> str:
    """A table of keys for the README."""
    rows = [f"| `{key.label}` | {key.words} |" for key in keys]
    return "\n".join(["| key | what it does |", "|---|---|", *rows])


if __name__ == "__main__":
    print(markdown_table(), markdown_table(CELL_KEYS), markdown_table(ASKING), sep="\n\n")
