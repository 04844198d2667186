"""Where the screen can be drawn: on three terminals, none of them dumb."""

import sys

import pytest

from backprop_tui.tui.terminal import terminal


class Stream:
    """A standard stream that is a terminal, or is not."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(("missing", "word"), [("stdin", "input"), ("stdout", "output")])
def test_the_screen_wants_a_terminal(monkeypatch: pytest.MonkeyPatch, missing: str, word: str) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(name != missing))
    assert terminal.why_no_screen() == f"standard {word} is not one"


def test_the_screen_wants_a_terminal_on_stderr_where_it_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(name != "stderr"))
    assert terminal.why_no_screen() == "standard error is not one"


def test_the_screen_is_content_with_three_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(True))
    assert terminal.why_no_screen() is None


def test_the_screen_refuses_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(True))
    monkeypatch.setenv("TERM", "dumb")
    assert "TERM=dumb" in str(terminal.why_no_screen())
