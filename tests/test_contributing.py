"""CONTRIBUTING.md is true to the tree: what it names is there, and no room is left out of its picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted({name for name in re.findall(r"`([\w./-]+)`", TEXT) if re.search(r"/|\.\w+$", name)})
ROOMS = [
    path for top in ("engine", "tui") for path in (ROOT / top).iterdir() if (path / "__init__.py").exists()
]
BENCHES = re.findall(r"tests/bench/\w+\.py", (ROOT / "Makefile").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMED)
def test_every_path_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_many_paths_are_named() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"{room.parent.name}/{room.name}")
def test_every_room_is_in_the_picture(room: Path) -> None:
    top, drawn = "", set()
    for line in TEXT.splitlines():
        if line.startswith("    "):
            top = next((name for name in ("engine", "tui") if line.strip().startswith(f"{name}/")), top)
            drawn |= {(top, word) for word in re.findall(r"(?<=\s)\w+(?=\s)", line)}
    assert (room.parent.name, room.name) in drawn


@pytest.mark.parametrize("bench", BENCHES)
def test_what_every_benchmark_prints_is_told(bench: str) -> None:
    assert f"| `{bench}` |" in TEXT
