"""`e` opens the line in an editor, gives it the terminal, and goes on with what the file is afterwards."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from backprop_tui.tui.terminal.editor import Editor, NoEditor, editor

from .pseudo_terminal import Terminal, opened

PROGRAM = """\
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
h = W * x
loss = (h ** 2).sum()
# %% backward
dh = 2 * h
dW = -dh * x
# %% update
W = W - 0.01 * dW
"""
RIGHT = PROGRAM.replace("-dh", "dh")
STANDING_IN = """\
#!{python}
import sys, time
print("EDITOR", *sys.argv[1:], flush=True)
sys.stdin.readline()
path = sys.argv[-1].partition(":")[0]
text = open(path).read()
with open(path, "w") as file:
    file.write(text.replace({old!r}, {new!r}))
"""


def editor_that(folder: Path, old: str, new: str, name: str = "vim") -> str:
    """A command that says what it was opened with, waits for enter, and puts one text for another."""
    path = folder / name
    path.write_text(STANDING_IN.format(python=sys.executable, old=old, new=new))
    path.chmod(0o755)
    return str(path)


def edited(session: Terminal) -> str:
    """The arguments with which the editor was opened; then it is let go."""
    session.says("\x1b[?1049h")
    session.press("e")
    assert session.says("EDITOR")
    assert session.says("\n")
    end = session._seen
    words = session.raw[:end].decode().rpartition("EDITOR")[2].strip()
    session.press("\n")
    return words


def test_the_wrong_line_is_opened_and_what_was_mended_is_stepped(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PROGRAM)
    with opened(str(path), VISUAL=editor_that(tmp_path, "-dh", "dh")) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("line 11, dW: sign flipped")
        assert edited(session) == f"+11 {path}"
        assert session.shows("dW = dh * x")
        assert session.shows("✗ 0")
        assert "line 11, dW" not in session.text
        assert session.leaves()
    assert path.read_text() == RIGHT


def test_what_is_no_program_any_more_is_told_and_the_last_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    with opened(str(path), VISUAL=editor_that(tmp_path, "dh = 2 * h", "dh = (2 * h")) as session:
        assert session.shows("ready")
        edited(session)
        assert session.shows("syntax error")
        session.press(" ")
        assert session.shows("dh = 2 * h")
        assert session.shows("update  1/1")
        assert session.leaves()


def test_a_bundled_program_is_copied_beside_and_no_file_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "linear_regression.py").write_text("keep = 1\n")
    command = editor_that(tmp_path, "dW1 =", "dW1 = -1 *", name="hx")
    with opened("linear_regression", VISUAL=command) as session:
        assert session.shows("ready")
        copy = tmp_path / "linear_regression_2.py"
        assert edited(session).startswith(f"{copy}:")
        assert session.shows("is your copy of the bundled")
        session.press(" ")
        assert session.shows("dW1: sign flipped")
        assert session.leaves()
    assert "dW1 = -1 *" in copy.read_text()
    assert (tmp_path / "linear_regression.py").read_text() == "keep = 1\n"


def test_of_a_notebook_the_cell_is_edited_and_put_back(tmp_path: Path) -> None:
    parts = [f"# %% {part}".rstrip("\n").split("\n") for part in PROGRAM.split("# %% ")[1:]]
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": "\n".join(part)} for part in parts
    ]
    cells[3]["source"] = ["# %% backward\n", "%time\n", "dh = 2 * h\n", "dW = -dh * x"]
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with opened(str(path), VISUAL=editor_that(tmp_path, "-dh", "dh")) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("dW: sign flipped")
        words = edited(session)
        assert words.startswith("+4 ")
        assert words.endswith("mine_cell_4.py")
        assert session.shows("✗ 0")
        assert session.leaves()
    after = json.loads(path.read_text())["cells"]
    assert after[3]["source"] == ["# %% backward\n", "%time\n", "dh = 2 * h\n", "dW = dh * x"]
    assert [after[n] for n in (0, 1, 2, 4)] == [cells[n] for n in (0, 1, 2, 4)]


def test_a_notebook_that_changed_meanwhile_is_left_and_what_was_written_is_kept(tmp_path: Path) -> None:
    parts = [f"# %% {part}".rstrip("\n") for part in PROGRAM.split("# %% ")[1:]]
    cells = [{"cell_type": "code", "source": part} for part in parts]
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    with opened(str(path), VISUAL=editor_that(tmp_path, "-dh", "dh")) as session:
        assert session.shows("ready")
        session.press(" ")
        assert session.shows("dW: sign flipped")
        session.says("\x1b[?1049h")
        session.press("e")
        assert session.says("EDITOR")
        path.write_text(json.dumps({"cells": cells, "metadata": {"other": 1}}))
        session.press("\n")
        assert session.shows("mine.ipynb is not written")
        assert session.leaves()
    assert "dW = dh * x" in (tmp_path / "mine_cell_4.py").read_text()
    assert json.loads(path.read_text()) == {"cells": cells, "metadata": {"other": 1}}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        *((name, [name, "+7", "/a/b.py"]) for name in ("vi", "vim", "nvim", "nano", "emacs", "micro", "kak")),
        ("/usr/bin/vim.basic", ["/usr/bin/vim.basic", "+7", "/a/b.py"]),
        ("emacsclient -nw", ["emacsclient", "-nw", "+7", "/a/b.py"]),
        ("hx", ["hx", "/a/b.py:7"]),
        ("helix", ["helix", "/a/b.py:7"]),
        ("code", ["code", "--wait", "-g", "/a/b.py:7"]),
        ("code -w", ["code", "-w", "-g", "/a/b.py:7"]),
        ("subl", ["subl", "-w", "/a/b.py:7"]),
        ("ed", ["ed", "/a/b.py"]),
    ],
)
def test_every_editor_is_told_the_line_in_its_own_words(command: str, expected: list[str]) -> None:
    assert Editor(tuple(command.split())).at(Path("/a/b.py"), 7) == expected


def test_visual_comes_before_editor_and_a_usual_one_where_neither_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("mine", "other", "vi"):
        editor_that(tmp_path, "", "", name)
    assert editor({"VISUAL": "mine -x 'a b'", "EDITOR": "other"}).words == ("mine", "-x", "a b")
    assert editor({"VISUAL": " ", "EDITOR": "other"}).words == ("other",)
    assert editor({}).words == ("vi",)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "no editor was found: set EDITOR"),
        ({"VISUAL": "absent -x"}, "VISUAL is `absent -x`, which is not found"),
        ({"EDITOR": "'"}, "EDITOR is `'`, which is no command"),
    ],
)
def test_where_there_is_none_what_to_do_is_said(
    said: dict[str, str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEditor, match="^" + words.replace("'", ".")):
        editor(said)
