"""Verdicts that were wrong once: each of these programs was judged unfairly, or let through."""

from __future__ import annotations

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.linecheck.lines.substitution import _Pass
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

REGRESSION = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
# %% parameters
w = torch.randn(1)
b = torch.randn(1)
# %% forward
h = w * x + b
loss = (h ** 2).sum(){scale}
# %% backward
dh = 2 * h
dw = (dh * x).sum(0, keepdim=True)
db = {db}
# %% update
w = w - 0.01 * dw
b = {b}
"""
RIGHT = "dh.sum(0, keepdim=True)"

NO_CLONE = """# %% setup
import torch
x = torch.randn(5, 3)
# %% parameters
a = torch.randn(5, 3)
# %% forward
b = a * x
c = torch.tanh(b)
e = b * c
d1 = c + b
loss = d1.sum() + e.sum()
# %% backward
dd1 = torch.ones_like(d1)
de = torch.ones_like(e)
db = dd1
db += de * c
dc = dd1 + de * b
db += dc * (1 - c**2)
da = db * x
"""


def regression(db: str = RIGHT, b: str = "b - 0.01 * db", scale: str = "", iterations: int = 3) -> Report:
    text = REGRESSION.format(db=db, b=b, scale=scale)
    return check(parse(text, "regression"), iterations=iterations)


def verdicts(report: Report) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in report.gradients}


def test_a_wrong_shape_is_not_hidden_by_an_update_that_broadcasts_it() -> None:
    report = regression(db="dh")
    assert verdicts(report)["db"] is Verdict.WRONG_SHAPE
    assert (report.exit_code, report.iterations) == (1, 1)
    assert report.notes == ("the update changed `b` from shape [1] to [4]",)


def test_an_update_that_changes_a_shape_by_itself_is_the_fault_of_its_line() -> None:
    report = regression(b="torch.zeros(5)")
    assert report.failure is not None
    assert (report.exit_code, report.failure.section, report.failure.line) == (2, "update", 16)
    assert report.failure.message == "the update changed `b` from shape [1] to [5]"


def test_an_infinite_difference_is_never_rounding() -> None:
    report = regression(scale=" * float('inf')", iterations=1)
    assert verdicts(report)["dh"] is Verdict.WRONG
    assert Verdict.CLOSE not in verdicts(report).values()
    assert report.exit_code == 1


def test_a_missing_clone_is_told_and_the_line_that_reads_the_rest_of_it_is_not_accused() -> None:
    report = check(parse(NO_CLONE, "no_clone"))
    found = {one.name: one for one in report.gradients}
    assert Verdict.WRONG_HERE not in verdicts(report).values()
    assert found["dc"].line_verdict is not Verdict.WRONG_HERE
    assert "dd1 is changed in place, through another name" in found["dc"].message
    assert report.exit_code == 1


def test_the_same_lines_with_clone_pass() -> None:
    report = check(parse(NO_CLONE.replace("db = dd1", "db = dd1.clone()"), "clone"))
    assert report.exit_code == 0


def test_an_interrupt_while_lines_are_judged_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_Pass, "_written", interrupt)
    with pytest.raises(KeyboardInterrupt):
        regression(iterations=1)
