"""Iterations that take much memory are judged in the program's own precision, with the same verdicts."""

from __future__ import annotations

import pytest

from backprop_tui.engine.execution import heaviness
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.tensors import differences, noise

SLIPS = {
    "softmax_mlp": ("dhpreact = (hpreact > 0) * dh", "dhpreact = (hpreact > 0) * -dh", "dhpreact"),
    "linear_regression": ("dH = 1 * ddifference", "dH = 2 * ddifference", "dH"),
}


@pytest.fixture(autouse=True)
def _heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heaviness, "HEAVY", 0)
    monkeypatch.setattr(differences, "PIECE", 7)
    monkeypatch.setattr(noise, "DRAWN", 11)


@pytest.mark.parametrize("name", ["linear_regression", "softmax_mlp", "batchnorm_mlp", "attention_head"])
def test_right_programs_pass_in_their_own_precision(name: str) -> None:
    report = check(load(name))
    assert report.exit_code == 0
    assert {one.line_dtype for one in report.gradients if one.line_dtype} == {"float32"}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_blamed_there_too(name: str) -> None:
    right, wrong, gradient = SLIPS[name]
    text = load(name).text
    assert right in text
    report = check(parse(text.replace(right, wrong), name))
    assert [one.name for one in report.gradients if one.verdict.accuses] == [gradient]
