"""The programs that errors are planted in: the bundled ones, and those written for it."""

from __future__ import annotations

from pathlib import Path

from backprop_tui.engine.program.library import bundled_names, load

FOLDER = Path(__file__).parents[1] / "programs" / "mutation"
BUNDLED = {name: load(name).text for name in bundled_names()}
WRITTEN = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.py"))}
PROGRAMS = BUNDLED | WRITTEN
"""Every text by its name."""
