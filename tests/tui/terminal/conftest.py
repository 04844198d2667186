"""What the tests in a real pseudo-terminal share: one on a program of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from .pseudo_terminal import Terminal, opened


@pytest.fixture(autouse=True)
def nothing_is_kept_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen offers to go on where another was in the same program, and looks as another was left."""
    for kept in ("STATE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{kept}_HOME", str(tmp_path / kept.lower()))


@pytest.fixture
def running(tmp_path: Path) -> Callable[[str], AbstractContextManager[Terminal]]:
    """Opens the real program in a pseudo-terminal on a program of this text, and waits until it is ready."""

    @contextmanager
    def run(text: str) -> Iterator[Terminal]:
        path = tmp_path / "program.py"
        path.write_text(text)
        with opened(str(path)) as session:
            assert session.shows("ready")
            yield session

    return run
