"""What is wrong with a line, where users read it: in the table, as JSON, on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.cli.main import main
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.attention import paint_attention
from backprop_tui.tui.panes.inspector import paint_inspector

PROGRAM = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
h = W * x
k = h.tanh()
loss = k.sum()
# %% backward
dk = torch.ones_like(k)
dh = (1 - h ** 2) * dk
dW = dh * x
# %% update
W = W - 0.1 * dW
"""
REASON = "reads h where k belongs: h ** 2 for k ** 2"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(PROGRAM)
    return "mine.py"


def test_the_table_says_what_is_wrong(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file]) == 1
    assert f"✗ line 12, dh: wrong here: {REASON}\n" in capsys.readouterr().out


def test_zeros_are_told_once(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(file).write_text(PROGRAM.replace("dW = dh * x", "dW = torch.zeros_like(W)"))
    assert main(["check", file]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗ line 13")]
    assert told == ["✗ line 13, dW: wrong here: zeros are written, whatever comes from upstream"]


def test_the_same_for_machines(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file, "--json"]) == 1
    found = {one["name"]: one["diagnosis"] for one in json.loads(capsys.readouterr().out)["gradients"]}
    assert found["dk"] is None
    assert found["dW"] is None
    assert found["dh"]["kind"] == "wrong_tensor"
    assert found["dh"]["message"] == REASON
    assert "dh = (1 - k ** 2) * dk" in found["dh"]["evidence"]
    assert found["dh"]["suggestion"] == "dh = (1 - k ** 2) * dk"


def test_the_inspector_and_the_line_above_the_panes_say_it_of_the_selected_gradient() -> None:
    stepper = Stepper(parse(PROGRAM, "mine"), 0)
    stepper.begin()
    stepper.handle(Advance(Unit.ITERATION))
    stepper.check_lines()
    stepper.handle(SelectName("h"))
    frame = stepper.frame(0)
    assert frame.inspector.sentence == f"wrong here, line 12: {REASON}"
    assert not any("reads h" in fact or "wrong here" in fact for fact in frame.inspector.facts)
    assert plain(paint_attention(frame, 200)[0]) == f" ✗ line 12, dh: {REASON}"
    stepper.handle(SelectName("k"))
    assert plain(paint_attention(stepper.frame(0), 200)[0]) == f" ✗ line 12, dh: {REASON} · n shows it"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dW = (dh * x).sum()", "its shape is [], the tensor's is [1]"),
        ("dW = ...", "not written yet"),
    ],
)
def test_what_the_line_and_the_comparison_both_say_stands_once(line: str, words: str) -> None:
    program = PROGRAM.replace("W = torch.tensor([0.5, -1.0, 2.0])", "W = torch.tensor([0.5])")
    stepper = Stepper(parse(program.replace("dW = dh * x", line), "mine"), 0)
    stepper.begin()
    stepper.handle(Advance(Unit.ITERATION))
    stepper.check_lines()
    stepper.handle(SelectName("W"))
    shown = "\n".join(map(plain, paint_inspector(stepper.frame(0), Room(90, 24))))
    _, _, verdict = shown.partition("│ error ")
    assert verdict.count(words) == 1
