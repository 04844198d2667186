"""A file is saved beside the real program in a real terminal."""

from __future__ import annotations

import os
from pathlib import Path

from .pseudo_terminal import opened
from .test_editor import PROGRAM, RIGHT


def test_a_save_is_seen_and_the_program_ends_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    with opened(str(path)) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("sign flipped")
        beside = tmp_path / ".program.py.swp"
        beside.write_text(RIGHT)
        os.replace(beside, path)
        assert session.shows("dW right · 2 of 2")
        path.write_text(RIGHT.replace("dh * x", "(dh * x"))
        assert session.shows("line 11: syntax error: '(' was never closed")
        path.write_text(PROGRAM)
        assert session.shows("sign flipped")
        assert session.leaves()
