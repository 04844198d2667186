"""Every command is declared once, can be pressed, and does something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App
from textual.keys import Keys

from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.drawing.verdict_signs import HIDDEN, PARTIAL, SIGNS
from backprop_tui.tui.keys import ASKING, KEYS, Key, markdown_table
from backprop_tui.tui.screens.found_screen import FoundScreen
from backprop_tui.tui.screens.help_window import help_lines
from backprop_tui.tui.screens.main_screen import MainScreen

README = Path(__file__).parents[3] / "README.md"
UNUSABLE = {"ctrl+i", "ctrl+j", "ctrl+m", "ctrl+h", "ctrl+c", "ctrl+q", "ctrl+s", "ctrl+z"}
PUNCTUATION = {
    "left_square_bracket",
    "right_square_bracket",
    "plus",
    "colon",
    "equals_sign",
    "minus",
    "comma",
    "full_stop",
    "question_mark",
    "exclamation_mark",
    "slash",
}


def key_names(keys: tuple[Key, ...] = KEYS) -> list[str]:
    return [name for key in keys for name in key.keys.split(",")]


def test_help_tells_the_keys_of_the_cell_cursor_and_fits_the_usual_terminal() -> None:
    lines = help_lines(112)
    text = "\n".join(map(plain, lines))
    for words in ("← → ↑ ↓  cell by cell", "home end  first, last column", "escape  back to the inspector"):
        assert words in text
    assert len(lines) <= 34


@pytest.mark.parametrize("name", key_names((*KEYS, *ASKING)))
def test_every_key_name_is_one_that_textual_sends(name: str) -> None:
    base = name.removeprefix("shift+")
    named = {key.value for key in Keys}
    assert base in named or base in PUNCTUATION or re.fullmatch("[a-zA-Z0-9]", base)


@pytest.mark.parametrize("name", key_names())
def test_no_key_is_one_that_terminals_swallow(name: str) -> None:
    assert name not in UNUSABLE


def test_no_key_is_declared_twice() -> None:
    for keys in (KEYS, ASKING):
        assert len(key_names(keys)) == len(set(key_names(keys)))
    assert len({key.id for key in (*KEYS, *ASKING)}) == len(KEYS) + len(ASKING)


@pytest.mark.parametrize("key", ASKING, ids=lambda key: key.id)
def test_every_key_that_answers_has_an_action_that_exists(key: Key) -> None:
    owner, _, name = key.action.partition("(")[0].rpartition(".")
    assert callable(getattr({"": FoundScreen, "app": BackpropApp}[owner], f"action_{name}"))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_every_key_has_one_command_or_one_action_that_exists(key: Key) -> None:
    assert (key.command is None) == bool(key.action)
    if key.action:
        owner, _, name = key.action.partition("(")[0].rpartition(".")
        where = {"": MainScreen, "app": BackpropApp}[owner]
        assert callable(getattr(where, f"action_{name}"))


def test_every_declared_key_is_bound_on_the_main_screen() -> None:
    assert {binding.action for binding in MainScreen.BINDINGS} == {f"perform('{key.id}')" for key in KEYS}
    assert issubclass(BackpropApp, App)


def test_help_names_every_key_with_its_words() -> None:
    text = "\n".join(plain(line) for line in help_lines(100))
    for key in KEYS:
        assert re.search(rf"{re.escape(key.label)}  {re.escape(key.words)}", text)


def test_help_explains_every_sign_and_cuts_nothing_at_eighty_columns() -> None:
    text = "\n".join(plain(line)[:76] for line in help_lines(76))
    for sign in (*SIGNS.values(), HIDDEN, PARTIAL):
        assert re.search(rf"  {re.escape(sign.words)}", text)
    assert "selected tensor" in text


def test_help_shows_every_sign_once() -> None:
    for width in (76, 112):
        text = "\n".join(plain(line) for line in help_lines(width)).partition("Signs")[2]
        signs = [sign.mark for sign in (*SIGNS.values(), HIDDEN, PARTIAL)]
        assert {text.count(f"{mark}  ") for mark in signs if mark not in "?…∞"} == {1}


def test_help_fits_a_screen_of_120_columns_and_36_rows() -> None:
    lines = help_lines(112)
    assert len(lines) <= 34
    assert max(map(width_of, lines)) <= 112


def test_help_filters_by_words_by_key_and_by_sign() -> None:
    def found(text: str) -> str:
        return " ".join(" ".join(map(plain, help_lines(76, text))).split())

    assert found("hint") == "Learning h a hint, then a little more"
    assert found("✓") == "Signs ✓ exact the line is right"
    assert found("U") == "Time U when a run stops"
    assert found("frobnicate") == ""


def test_the_readme_has_the_table_of_keys() -> None:
    assert markdown_table() in README.read_text()
    assert markdown_table(ASKING) in README.read_text()


def test_the_readme_names_every_id_that_a_key_can_be_changed_by() -> None:
    text = README.read_text()
    assert all(f"`{key.id}`" in text for key in KEYS)
