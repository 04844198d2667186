"""Iterations that take much memory are judged in the program's own precision, with the same verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.engine.execution import heaviness
from backprop_tui.engine.execution.session import Session
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


@pytest.mark.parametrize("free", [0, 100])
def test_where_memory_is_too_short_the_check_says_so_and_judges_end_to_end(
    free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heaviness, "free_memory", lambda: free)
    right, wrong, gradient = SLIPS["softmax_mlp"]
    text = load("softmax_mlp").text
    report = check(load("softmax_mlp"))
    assert report.exit_code == 0
    assert not [one for one in report.gradients if one.line_dtype]
    slipped = check(parse(text.replace(right, wrong), "slipped"))
    assert slipped.exit_code == 1
    said = {one.name: one.message for one in slipped.gradients}
    assert "could not be judged alone: that may take" in said[gradient]


def test_a_precision_that_memory_is_too_short_for_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heaviness, "HEAVY", 1 << 28)
    assert {one.line_dtype for one in check(load("softmax_mlp")).gradients} == {"float64"}
    session = Session(load("softmax_mlp"))
    session.begin()
    weight = heaviness.weight(session.iterate())
    monkeypatch.setattr(heaviness, "free_memory", lambda: 12 * weight)
    assert {one.line_dtype for one in check(load("softmax_mlp")).gradients} == {"float32"}


def test_free_memory_is_some_where_the_system_does_not_tell_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory").write_text("MemTotal: 20 kB\nMemAvailable:   7 kB\n")
    monkeypatch.setattr(heaviness, "_MEMORY", tmp_path / "memory")
    assert heaviness.free_memory() == 7 * 1024
    monkeypatch.setattr(heaviness, "_MEMORY", tmp_path / "none")
    assert heaviness.free_memory() > 1 << 20
