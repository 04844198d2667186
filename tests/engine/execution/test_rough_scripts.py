"""Scripts that go wrong before, around or inside their loop end in a sentence and leave all usable."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from backprop_tui.engine.execution.failure import Failure
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.reading import read

LOOP = """
for i in range(3):
    loss = ((w * x - 1) ** 2).sum()
    dw = 2 * (w * x - 1) * x
    w = w - 0.1 * dw
"""
HEAD = "import torch\nx, w = torch.ones(3), torch.zeros(3)\n"


def begun(text: str) -> Failure | None:
    """Why a script does not come to its loop."""
    return Session(read(text, "script")).begin()


@pytest.mark.parametrize(
    ("lines", "type_", "message"),
    [
        ("raise ValueError('no data')", "ValueError", "no data"),
        ("import sys\nsys.exit(3)", "SystemExit", "the program called sys.exit(3)"),
        ("exit()", "SystemExit", "the program called sys.exit(None)"),
        (
            "n = int(input('how many? '))",
            "EOFError",
            "a program cannot read the keyboard here",
        ),
        ("import no_such_module", "ModuleNotFoundError", "No module named 'no_such_module'"),
        (
            "words = open('names.txt').read().splitlines()",
            "FileNotFoundError",
            'made-up data can take its place: `words = ["anna", "bella", "clara"]`',
        ),
        (
            "text = open('input.txt').read()",
            "FileNotFoundError",
            'made-up data can take its place: `text = "some text to learn from " * 100`',
        ),
        (
            "X = torch.load('x.pt')",
            "FileNotFoundError",
            "made-up data can take its place: `X = torch.randn(100, 4)`",
        ),
        (
            "X = torch.tensor([[float(c) for c in row.split()] for row in open('x.txt')])",
            "FileNotFoundError",
            "made-up data can take its place: `X = torch.randn(100, 4)`",
        ),
    ],
)
def test_what_goes_wrong_before_the_loop_is_told_at_its_line(
    lines: str, type_: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failure = begun(HEAD + lines + LOOP)
    assert failure is not None
    assert failure.type == type_
    assert message in failure.message
    assert failure.line == 2 + len(lines.split("\n"))
    assert failure.section in ("setup", "parameters")


def test_in_a_function_that_was_taken_apart_the_line_is_meant_and_not_the_function() -> None:
    lines = (HEAD + "words = open('no_such_file.txt').read().splitlines()" + LOOP).split("\n")
    inside = [f"    {line}" for line in lines if not line.startswith("import")]
    failure = begun("\n".join(["import torch", "def main():", *inside, "main()"]))
    assert failure is not None
    assert "`words = [" in failure.message


def test_a_loop_before_the_loop_can_be_stopped() -> None:
    session = Session(read(HEAD + "while True:\n    x = x + 0\n" + LOOP, "script"))
    session.interpreter.cancel.ask()
    failure = session.begin()
    assert failure is not None
    assert failure.cancelled


def test_a_loop_whose_passes_are_all_left_early_can_be_stopped() -> None:
    loop = "while True:\n    if len(x) == 3:\n        continue\n" + LOOP.split("\n", 2)[2]
    session = Session(read(HEAD + loop, "script"))
    session.interpreter.cancel.ask()
    failure = session.begin()
    assert failure is not None
    assert failure.cancelled


def test_a_pass_that_is_left_after_a_parameter_was_read_and_before_the_loss_is_told() -> None:
    loop = """
    for i in range(3):
        out = w * x
        if i == 1:
            continue
        loss = ((out - 1) ** 2).sum()
        dout = 2 * (out - 1)
        dw = dout * x
        w = w - 0.1 * dw
    """
    session = Session(read(HEAD + dedent(loop).lstrip(), "script"))
    assert session.begin() is None
    assert session.iterate().failure is None
    failure = session.iterate().failure
    assert failure is not None
    assert (failure.line, failure.message) == (6, "the pass is left before it has a loss")


def test_the_last_of_two_training_loops_is_stepped_and_the_other_can_be_chosen() -> None:
    text = HEAD + LOOP + "v = torch.zeros(3)" + LOOP.replace("w", "v").replace("range(3)", "range(5)")
    program = read(text, "script")
    assert program.found is not None
    assert program.found.choices == ("the loop in line 9", "the loop in line 4")
    assert program.found.parameters == ("v",)
    other = read(text, "script", choice=1)
    assert other.found is not None
    assert other.found.parameters == ("w",)
    session = Session(program)
    session.begin()
    assert session.namespace["w"].tolist() != [0.0, 0.0, 0.0]


def test_a_loop_without_an_update_goes_through_its_passes() -> None:
    session = Session(read(HEAD + LOOP.replace("    w = w - 0.1 * dw\n", ""), "script"))
    assert session.begin() is None
    while not session.ended:
        assert session.iterate().failure is None
    assert session.number == 3
    assert [*session.losses] == [3.0, 3.0, 3.0]
    found = session.program.found
    assert found is not None
    assert "no update" in found.words


def test_a_file_called_torch_beside_the_script_is_not_taken_for_torch(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise RuntimeError('the wrong torch')\n")
    (tmp_path / "script.py").write_text(HEAD + LOOP)
    session = Session(load(str(tmp_path / "script.py")))
    assert session.begin() is None
    assert session.iterate().failure is None
