"""What a monkey does at a keyboard and a mouse, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from backprop_tui.tui.keys import KEYS

_DECLARED = [name for key in KEYS for name in key.keys.split(",")]
_OTHERS = (
    "enter escape backspace delete end f1 f5 a z Q 5 0 7 ctrl+a ctrl+c ctrl+e ctrl+l ctrl+u ctrl+w ctrl+p "
    "shift+home alt+x insert exclamation_mark slash tilde space space right down"
).split()
_TEXTS = ("12", " 3 ", "", "-1", "999", "\x1b[2J[/]\x00", "x" * 5000, "zwölf ✗\n\n12", "١٢", "1e3")
_SIZES = ((120, 36), (80, 24), (200, 60), (40, 12), (1, 1), (3, 200), (300, 2), (111, 30), (150, 47), (20, 5))


@dataclass(frozen=True)
class Press:
    """One key, as Textual names it."""

    key: str


@dataclass(frozen=True)
class Click:
    """The mouse goes down at one place and up at another, mostly the same."""

    down: tuple[int, int]
    up: tuple[int, int]


@dataclass(frozen=True)
class Wheel:
    """The wheel turns over a place; `by` is +1 or -1."""

    place: tuple[int, int]
    by: int


@dataclass(frozen=True)
class Pasted:
    """Text from elsewhere."""

    text: str


@dataclass(frozen=True)
class Sized:
    """The terminal has another size."""

    columns: int
    rows: int


@dataclass(frozen=True)
class Saved:
    """The file is saved in one of several ways, with one text in the place of another."""

    way: str
    edit: tuple[str, str]


WAYS = ("plainly", "renamed", "touched", "vanished")
EDITS = (
    ("", ""),
    ("dh = dt * (1 + t * t)", "dh = dt * (1 - t * t)"),
    ("da = dh", "da = 2 * dh"),
    ("db = ...", "db = dh.sum((0, 1))"),
    ("# %% forward", "# more\n# %% forward"),
    ("dt = 1 * de", "dt = (1 * de"),
    ("linspace(-1", "linspace(-2"),
)

Act = Saved | Press | Click | Wheel | Pasted | Sized


def act(chance: random.Random, size: tuple[int, int]) -> Act:
    """The next thing that a monkey does on a terminal of this size."""
    what = chance.random()
    if what < 0.75:
        return Press(chance.choice(_DECLARED if chance.random() < 0.8 else _OTHERS))
    if what < 0.84:
        down = _place(chance, size)
        return Click(down, down if chance.random() < 0.8 else _place(chance, size))
    if what < 0.89:
        return Wheel(_place(chance, size), chance.choice((1, -1)))
    if what < 0.93:
        return Saved(chance.choice(WAYS), chance.choice(EDITS))
    if what < 0.96:
        return Pasted(chance.choice(_TEXTS))
    return Sized(*chance.choice(_SIZES))


def _place(chance: random.Random, size: tuple[int, int]) -> tuple[int, int]:
    return chance.randrange(max(size[0], 1)), chance.randrange(max(size[1], 1))
