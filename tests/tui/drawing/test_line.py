"""Lines: widths, wide characters, cutting, and which columns changed."""

from __future__ import annotations

import pytest

from backprop_tui.tui.drawing.line import (
    Run,
    at,
    changed_until,
    clean,
    crop,
    ellipsis,
    fill,
    left,
    merged,
    plain,
    right,
    spread,
    width_of,
    wrap,
)


def test_text_that_fits_is_left_alone_and_longer_text_says_that_it_was_cut() -> None:
    assert ellipsis("abc", 3) == "abc"
    assert ellipsis("abcd", 3) == "ab…"
    assert ellipsis("abcd", 0) == ""


@pytest.mark.parametrize("width", range(0, 12))
def test_wide_characters_never_push_a_line_out_of_its_width(width: int) -> None:
    line = (Run("日本"), Run("x語"))
    assert width_of(crop(line, width)) <= width
    assert width_of(fill(line, width)) == width
    assert width_of((Run(left("日本語", width)),)) == width
    assert width_of((Run(right("日本語", width)),)) == width


def test_the_end_of_a_spread_line_keeps_its_place_and_the_start_gives_way() -> None:
    assert plain(spread((Run("ab"),), (Run("z"),), 6)) == "ab   z"
    assert plain(spread((Run("abcdefgh"),), (Run("z"),), 6)) == "abc… z"


def test_words_wrap_and_words_longer_than_the_width_are_cut_into_pieces() -> None:
    assert wrap("one two three", 7, indent=2) == ["one two", "  three"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert "\x1b" not in clean("a\x1b[31mb")
    assert clean("a\tb") == "a   b"


def test_equal_text_in_equal_style_is_no_change_however_it_is_split() -> None:
    assert changed_until((Run("ab"), Run("c")), (Run("abc"),)) == 0


def test_what_follows_the_last_change_is_not_painted_again() -> None:
    old = (Run("x" * 40),)
    new = (Run("xxyxxzxx" + "x" * 24 + "yxxxxxxx"),)
    assert changed_until(old, new) == 33


def test_equal_runs_around_a_change_are_no_part_of_it() -> None:
    old = (Run("日本"), Run("ab"), Run("cd", "bad"), Run("end"))
    new = (Run("日本"), Run("ab"), Run("xd", "bad"), Run("end"))
    assert changed_until(old, new) == 7


def test_equal_runs_that_moved_are_changed() -> None:
    assert changed_until((Run("a"), Run("bcd")), (Run("aa"), Run("bcd"))) == 5


def test_another_click_is_no_change_to_the_eye() -> None:
    assert changed_until((Run("ab", click="help"),), (Run("ab", click="quit"),)) == 0


def test_blanks_join_the_text_before_them_where_nothing_shows() -> None:
    line = (Run("ab", "bad"), Run("  ", "quiet"), Run(" ", "bar"), Run("", "good"), Run("c", "bar"))
    assert merged(line) == [("ab  ", "bad"), (" c", "bar")]


def test_a_change_of_style_alone_is_a_change() -> None:
    assert changed_until((Run("ab"),), (Run("a"), Run("b", "bad"))) == 2
    assert changed_until((Run("ab", "bad"),), (Run("a"), Run("b", "bad"))) == 1


def test_a_line_that_becomes_shorter_is_cleared_to_its_end() -> None:
    assert changed_until((Run("abcd"),), (Run("ab"),)) == 4


def test_the_run_under_a_column_is_found_and_none_beyond_the_end() -> None:
    line = (Run("日"), Run("b", click="help"))
    assert at(line, 1) is line[0]
    assert at(line, 2) is line[1]
    assert at(line, 3) is None
