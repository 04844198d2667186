"""`practice`: the copy is made once, never over a file, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli import tutor_commands
from backprop_tui.tui.cli.main import main

from ..terminal.pseudo_terminal import opened


@pytest.fixture
def screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is opened on the screen, and what is said then, in place of a terminal."""
    shown: list[tuple[str, str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tutor_commands, "require_screen", lambda: None)
    monkeypatch.setattr(
        tutor_commands, "open_screen", lambda file, **said: shown.append((file, said["told"])) or 0
    )
    return shown


def test_a_copy_is_made_opened_and_gone_on_with(screens: list[tuple[str, str]], tmp_path: Path) -> None:
    file = tmp_path / "linear_regression_practice.py"
    assert main(["practice", "linear_regression"]) == 0
    assert "dW1 = ...\n" in file.read_text()
    assert screens == [
        (file.name, f"{file.name}: 7 gradients to be written. h gives a hint, e opens an editor.")
    ]
    file.write_text("mine")
    assert main(["practice", "linear_regression"]) == 0
    assert file.read_text() == "mine"
    assert screens[1:] == [(file.name, f"Going on with {file.name}, which was here already.")]


def test_what_does_not_pass_is_refused_and_nothing_written(
    screens: list[tuple[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "mine.py"]) == 0
    path = tmp_path / "mine.py"
    path.write_text(path.read_text().replace("dy = -1 *", "dy = 1 *"))
    assert main(["practice", "mine.py"]) == 2
    assert (
        "mine.py: its gradients do not pass: line 38, dy: wrong here: sign flipped" in capsys.readouterr().err
    )
    assert screens == []
    assert [one.name for one in tmp_path.iterdir()] == ["mine.py"]


def test_the_progress_and_the_first_blank_are_in_view_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with opened("practice", "softmax_mlp") as session:
        assert session.shows("0 of 12")
        assert session.shows("… line 44, dlogprobs: not written yet · 1 of 12 · n next")
        assert session.shows("12 gradients to be written")
        session.press("h")
        assert session.shows("dlogprobs, hint 1 of 5")
        session.press("\x1b[27u")
        assert session.leaves()
    text = (tmp_path / "softmax_mlp_practice.py").read_text()
    (tmp_path / "softmax_mlp_practice.py").write_text(
        text.replace("dlogprobs = ...", "dlogprobs = -torch.ones_like(logprobs) / n")
    )
    with opened("practice", "softmax_mlp") as session:
        assert session.shows("1 of 12")
        assert session.shows("Going on with")
        assert session.leaves()
