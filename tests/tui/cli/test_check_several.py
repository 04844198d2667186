"""`check` of several programs, of folders and of standard input, in every format that it prints."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from backprop_tui.tui.cli.main import main

RIGHT = """\
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -0.5, 2.0])
# %% forward
h = W * x
loss = (h**2).sum()
# %% backward
dh = 2 * h
dW = dh * x
# %% update
W = W - 0.01 * dW
"""
WRONG = RIGHT.replace("dW = dh * x", "dW = -dh * x")
SCRIPT = """\
import torch
x = torch.ones(3)
W = torch.zeros(3)
for i in range(10):
    loss = ((W - x) ** 2).sum()
    dW = 2 * (W - x)
    W -= 0.1 * dW
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two programs that pass, one that does not, one that cannot be read, and files that are none."""
    monkeypatch.chdir(tmp_path)
    files = {
        "all/broken.py": "# %% forward\nloss = (\n",
        "all/right.py": RIGHT,
        "all/library.py": "def f(x):\n    return x\n",
        "all/deeper/script.py": SCRIPT,
        "all/deeper/wrong, here.py": WRONG,
        "all/.venv/right.py": RIGHT,
        "all/env/pyvenv.cfg": "",
        "all/env/right.py": RIGHT,
        "all/notes.txt": "# %% forward",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_folder_gets_a_line_a_program_and_the_details_of_those_that_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "all"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "all/broken.py:2: ✗ syntax error: '(' was never closed. The line reads `loss = (`",
        "all/library.py: skipped: nothing trains here: found `f`, and no line that runs them",
        "all/right.py: ✓ All 2 gradients pass.",
        "all/deeper/script.py: ✓ The only gradient passes.",
        "all/deeper/wrong, here.py: ✗ 1 of 2 gradients does not pass: dW.",
    ]
    assert [line for line in lines if "wrong, here" in line][1:] == ["all/deeper/wrong, here.py"]
    assert "✗ line 11, dW: wrong here: sign flipped" in lines
    assert lines[-1] == "4 programs: 2 pass, 1 fails, 1 cannot run; 1 file skipped."


def test_what_cannot_be_parsed_fails_a_folder_where_it_is_about_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = SCRIPT.replace(".sum()", ".sum(")
    cell = {"cell_type": "code", "source": broken, "outputs": [], "metadata": {}, "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    Path("homework.py").write_text(broken)
    Path("homework.ipynb").write_text(json.dumps(notebook))
    Path("old.py").write_text("print 'no tensor in sight'\n")
    Path("right.py").write_text(SCRIPT)
    assert main(["check", "."]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("homework.ipynb:6: ✗ syntax error: '(' was never closed")
    assert lines[1].startswith("homework.py:5: ✗ syntax error: '(' was never closed")
    assert lines[2].startswith("old.py: skipped: this is Python 2")
    assert lines[-1] == "3 programs: 1 passes, 2 cannot run; 1 file skipped."


def test_a_file_of_the_current_folder_is_named_as_an_annotation_has_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder / "all" / "deeper")
    assert main(["check", ".", "--format", "github"]) == 1
    assert "::error file=wrong%2C here.py,line=11,title=dW::" in capsys.readouterr().out


def test_the_exit_code_is_the_worst(folder: Path) -> None:
    assert main(["check", "all/right.py", "all/deeper/script.py"]) == 0
    assert main(["check", "all/right.py", "all/deeper"]) == 1


def test_json_of_several_is_a_list_with_paths_as_they_were_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "all", "linear_regression", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in told] == [
        "all/broken.py",
        "all/right.py",
        "all/deeper/script.py",
        "all/deeper/wrong, here.py",
        "linear_regression",
    ]
    assert {one["schema"] for one in told} == {1}
    assert {tuple(one) for one in told} == {tuple(told[0])}
    assert told[0]["error"]["line"] == 2
    assert [one["verdict"] for one in told[3]["gradients"]] == ["exact", "wrong_here"]


def test_json_of_one_is_that_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "all/right.py", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["path"], told["program"]) == ("all/right.py", "right")


def test_annotations_stand_at_their_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "all", "--format", "github"]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "::error file=all/broken.py,line=2,title=cannot be read::"
        "syntax error: '(' was never closed. The line reads `loss = (`",
        "::error file=all/deeper/wrong%2C here.py,line=11,title=dW::wrong here: sign flipped",
    ]


def test_junit_counts_what_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "all", "--format", "junit"]) == 2
    told = ElementTree.fromstring(capsys.readouterr().out.partition("\n")[2])
    counts = {name: told.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "7", "failures": "1", "errors": "1", "skipped": "1"}
    failing = told.find("testsuite[@name='all/deeper/wrong, here.py']/testcase[@name='dW']")
    assert failing is not None
    failure = failing.find("failure")
    assert failure is not None
    assert (failure.get("message"), failure.get("type")) == ("wrong here: sign flipped", "wrong_here")


def test_a_folder_without_programs_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "none").mkdir()
    (folder / "none/library.py").write_text("x = 1\n")
    assert main(["check", "none"]) == 2
    assert "There is no program in none: 1 file looked at" in capsys.readouterr().err


def test_a_hyphen_is_standard_input(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert main(["check", "-", "--json", "--seed", "3"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["path"], told["seed"]) == ("-", 3)


@pytest.mark.parametrize(
    ("option", "offered"), [("--sed", " Did you mean --seed?"), ("--nonsense", ""), ("-x", "")]
)
def test_an_unknown_option_becomes_no_other(
    option: str, offered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", option]) == 2
    told = f"Unknown option: {option}.{offered} `backprop-tui check --help` shows what there is.\n"
    assert capsys.readouterr().err == told


def test_many_unwritten_gradients_are_told_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"h{number}" for number in range(5)]
    lines = RIGHT.splitlines()
    forward = [f"{name} = W * x + {number}" for number, name in enumerate(names)]
    lines[7:8] = [*forward, f"loss = ({' + '.join(names)} + h).sum()"]
    backward = lines.index("# %% backward")
    lines[backward + 1 :] = [*(f"d{name} = ..." for name in names), "# %% update"]
    Path("many.py").write_text("\n".join(lines))
    assert main(["check", "many.py"]) == 1
    out = capsys.readouterr().out
    assert "… 6 gradients: not written yet" in out
    assert "dh3: not written yet" not in out


def test_a_file_that_is_named_twice_is_checked_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "all/right.py", "all", "all/deeper/../right.py", "--json"]) == 2
    paths = [one["path"] for one in json.loads(capsys.readouterr().out)]
    assert [path for path in paths if path.endswith("right.py")] == ["all/right.py"]
