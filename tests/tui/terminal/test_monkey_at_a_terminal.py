"""A monkey at a real terminal: keys, mouse, pastes and sizes as bytes; afterwards it answers as ever."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from .pseudo_terminal import Terminal, opened

PROGRAM = """\
# %% setup
import torch
X = torch.linspace(-1, 1, 24).reshape(2, 4, 3)
# %% parameters
W = torch.randn(3, 2)
# %% forward
print("iteration", iteration, "[/]")
h = X @ W
loss = (h * h).mean()
# %% backward
dh = 2 * h / h.numel()
dW = torch.einsum("nij,nik->jk", X, dh)
# %% update
W -= 0.1 * dW
"""
LETTERS = "abcdfghijklmnoprstuvwxyz ?/[]{}+-=0123456789\t\r\x7f"
"""All but q, which ends it, and e: what is typed while an editor has the terminal is the editor's.
The footer, which has both, is not clicked."""
SEQUENCES = (
    "A",
    "B",
    "C",
    "D",
    "F",
    "H",
    "Z",
    "5~",
    "6~",
    "2~",
    "3~",
    "1;2A",
    "1;2B",
    "1;5C",
    "15~",
    "I",
    "O",
)
SIZES = ((120, 36), (80, 24), (40, 12), (1, 1), (200, 60), (3, 100), (120, 36))
ESCAPE = "\x1b[27u"
"""The key as terminals that know the kitty protocol send it: nothing that follows makes another of it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some hundred acts; thousands where there is time."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(20 if metafunc.config.getoption("soak") else 1))


def test_after_every_burst_of_acts_it_does_as_it_is_told(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    with opened(str(path)) as session:
        assert session.shows("ready")
        for burst in range(20, 30):
            for _ in range(30):
                act(session, chance)
            session.resize(120, 36)
            session.press(f"{ESCAPE * 4}\x1b[Hg{burst}\r")
            assert session.shows(f"iteration {burst}"), (seed, burst)
        assert session.leaves()


def act(session: Terminal, chance: random.Random) -> None:
    """One thing that somebody may do at a terminal."""
    what = chance.random()
    if what < 0.55:
        session.press(chance.choice(LETTERS))
    elif what < 0.8:
        session.press(f"\x1b[{chance.choice(SEQUENCES)}")
    elif what < 0.92:
        button, place = chance.choice((0, 2, 35, 64, 65)), f"{chance.randint(1, 130)};{chance.randint(1, 10)}"
        session.press(f"\x1b[<{button};{place}M\x1b[<{button};{place}m")
    elif what < 0.96:
        session.press(f"\x1b[200~{chance.choice(('12', 'x' * 3000, 'zwölf ✗', '[/]'))}\x1b[201~")
    else:
        session.resize(*chance.choice(SIZES))
