"""What a program's objects say of themselves is no concern of ours, and its texts move no cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

Captured = pytest.CaptureFixture[str]

PROGRAM = """\
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
{setup}
# %% parameters
w = torch.randn(1)
{parameters}
# %% forward
{forward}
h = w * x
loss = (h**2).mean()
# %% backward
dh = 2 * h / 4
{backward}
# %% update
{update}
w = w - 0.1 * torch.ones(1)
"""
RIGHT = "dw = (x * dh).sum(0, keepdim=True)"


PLACES = {"setup": "", "parameters": "", "forward": "", "backward": RIGHT, "update": ""}


def run(tmp_path: Path, *words: str, name: str = "p.py", **places: str) -> int:
    path = tmp_path / name
    path.write_text(PROGRAM.format(**{**PLACES, **places}))
    return main([words[0], str(path), *words[1:]])


def test_escape_sequences_of_a_program_are_shown_and_not_obeyed(tmp_path: Path, capsys: Captured) -> None:
    odd = 'dw = type("\\x1b]0;title\\x07\\x9b2J", (), {})()'
    assert run(tmp_path, "check", backward=odd, name="\x1b[31mp.py") == 1
    assert run(tmp_path, "check", forward='raise ValueError("\\x1b[2J")', name="\x1b[31mp.py") == 2
    assert run(tmp_path, "check", setup="# %% \x1b]0;forward") == 2
    assert run(tmp_path, "hint", "\x1b[2Jw") == 2
    shown = capsys.readouterr()
    assert {"\x1b", "\x07", "\x9b"}.isdisjoint(shown.out + shown.err)
    assert "title" in shown.out


@pytest.mark.parametrize("ends", ["raise SystemExit(7)", "raise ValueError", "return 5"])
def test_an_exception_that_cannot_be_read_is_told_by_its_class(
    ends: str, tmp_path: Path, capsys: Captured
) -> None:
    setup = f"class Odd(Exception):\n    def __str__(self):\n        {ends}"
    assert run(tmp_path, "check", setup=setup, forward="raise Odd()") == 2
    assert "forward stopped with Odd: Odd" in capsys.readouterr().err


def test_keys_of_globals_that_are_no_names_are_left_alone(tmp_path: Path, capsys: Captured) -> None:
    keys = "globals()[1, 2] = torch.ones(2)\nglobals()[None] = [x]"
    forward = "assert globals()[1, 2].sum() == 2"
    assert run(tmp_path, "check", "--iterations", "3", setup=keys, forward=forward) == 0
    assert run(tmp_path, "hint", "w", setup=keys, forward=forward) == 0


ASKED = ["__len__", "__bool__", "__eq__", "__hash__", "__repr__"]


@pytest.mark.parametrize("asked", ASKED)
def test_objects_that_answer_by_raising_are_not_asked(asked: str, tmp_path: Path) -> None:
    made = f"def {asked}(self, *other): raise ValueError('asked')"
    setup = f"class Odd:\n    {made}\nodd = Odd()"
    assert run(tmp_path, "check", "--iterations", "2", setup=setup, forward="odds = [odd, (odd,)]") == 0
    wrong = RIGHT.replace("dw = ", "held = odd\ndw = -")
    assert run(tmp_path, "check", setup=setup, backward=wrong, forward="odds = [odd]") == 1
    assert run(tmp_path, "hint", "w", setup=setup, forward="odds = [odd]") == 0


LIES = {
    "class raises": "@property\n    def __class__(self): raise ValueError('asked')",
    "class is none": "__class__ = 5",
    "class is another": "__class__ = torch.Tensor",
    "dict raises": "@property\n    def __dict__(self): raise ValueError('asked')",
    "module raises": "__module__ = property(lambda self: 1 / 0)",
    "module is no name": "__module__ = []",
    "attributes raise": "def __getattribute__(self, name): raise ValueError(name)",
    "slots raise": "__slots__ = ('held',)\n    def __getattribute__(self, name): raise ValueError(name)",
}
"""What is wrong with a class, and its body."""


@pytest.mark.parametrize("place", [place for place in PLACES if place != "backward"])
@pytest.mark.parametrize("lie", LIES)
def test_objects_that_lie_about_themselves_are_seen_as_what_they_are(
    lie: str, place: str, tmp_path: Path, capsys: Captured
) -> None:
    kind = f"class Odd:\n    {LIES[lie]}\nclass OddList(list):\n    {LIES[lie]}\n"
    made = "odd, odds = Odd(), OddList([1])\nheld = [odd, (odds,), {1: odd}]"
    places = {"setup": kind} | ({place: made} if place != "setup" else {"setup": kind + made})
    assert run(tmp_path, "check", "--iterations", "3", **places) == 0, capsys.readouterr().err
    assert run(tmp_path, "hint", "w", **places) == 0
    assert run(tmp_path, "check", **places, backward=RIGHT.replace("x *", "2 * x *")) == 1
    assert "2 times too large" in capsys.readouterr().out
    assert run(tmp_path, "write", **places, backward="") == 0
