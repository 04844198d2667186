"""What a program, its file and its errors are called: no escape sequence of theirs reaches a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

RIGHT = """\
# %% setup
import torch
# %% parameters
W = torch.randn(2)
# %% forward
loss = (W * W).sum()
# %% backward
dW = 2 * W
# %% update
W = W - 0.1 * dW
"""
LINES = {
    "message": "raise ValueError('\\x1b[2J\\x07')",
    "class of an exception": "raise type('\\x1b[2J\\x07', (Exception,), {})",
    "class of a gradient": "dW = type('\\x1b[2J\\x07', (), {})()",
    "comment": "1 / 0  # \x1b[2J\x07",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_of_a_program_that_is_checked(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "program.py"
    path.write_text(RIGHT.replace("dW = 2 * W", line))
    assert main(["check", str(path)]) in (1, 2)
    assert_harmless(capsys)


def test_of_a_title_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "program.py"
    path.write_text(RIGHT.replace("# %% forward", "# %% \x1b[2J\x07forward"))
    assert main(["check", str(path)]) == 2
    assert_harmless(capsys)


def test_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "\x1b[2J\x07.py"
    path.write_text(RIGHT.replace("dW = 2 * W", "dW = 3 * W; 1 / 0"))
    assert main(["check", str(path)]) == 2
    assert_harmless(capsys)


def assert_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = capsys.readouterr()
    assert "�[2J" in out + err
    assert "\x1b" not in out + err
    assert "\x07" not in out + err
