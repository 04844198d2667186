"""What is no gradient on purpose: asked about where it is not marked, told and passed where it is."""

from __future__ import annotations

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.deliberate import deliberate_lines
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

PROGRAM = """\
# %% setup
import torch
x = torch.tensor([0.5, -1.0, 2.0])
# %% parameters
w = torch.randn(3)
v = torch.randn(3)
# %% forward
u = w * v
b = torch.sign(u)
c = b * x
loss = ((c - 2 * x - 1) ** 2).sum()
# %% backward
dc = 2 * (c - 2 * x - 1)
db = dc * x
du = db
dw = du * v
dv = du * w
"""
SMOOTH = PROGRAM.replace("torch.sign(u)", "torch.tanh(u)").replace("du = db", "du = db * (1 - b ** 2)")


def judged(text: str) -> tuple[Report, dict[str, GradientReport]]:
    report = check(parse(text, "subject"))
    return report, {one.name: one for one in report.gradients}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            PROGRAM,
            "a straight-through estimator on purpose? torch.sign(u) has slope zero; autograd agrees with ",
        ),
        (PROGRAM, "b = u + (torch.sign(u) - u).detach() in line 9"),
        (PROGRAM.replace("du = db", "du = db * (1 - torch.tanh(u) ** 2)"), "a surrogate slope on purpose?"),
        (
            SMOOTH.replace("(1 - b ** 2)", "(1 - b ** 2)).clamp(-0.1, 0.1)").replace("du = db", "du = (db"),
            "clipped",
        ),
    ],
)
def test_what_may_be_meant_so_is_asked_about_and_stays_wrong(text: str, said: str) -> None:
    report, found = judged(text)
    assert found["du"].verdict is Verdict.WRONG_HERE
    assert said in found["du"].message
    assert report.exit_code == 1


def test_a_marked_line_fails_nothing_and_the_lines_below_are_judged_given_it() -> None:
    report, found = judged(PROGRAM.replace("du = db", "du = db  # deliberate: the sign has no slope"))
    assert found["du"].verdict is Verdict.DELIBERATE
    assert found["du"].message == "deliberate: the sign has no slope"
    assert {name: found[name].message for name in ("dw", "dv")} == {
        "dw": "given the deliberate du",
        "dv": "given the deliberate du",
    }
    assert report.exit_code == 0


def test_an_error_below_a_marked_line_is_still_an_error() -> None:
    marked = PROGRAM.replace("du = db", "du = db  # deliberate: straight through")
    report, found = judged(marked.replace("dv = du * w", "dv = -du * w"))
    assert found["dv"].verdict is Verdict.WRONG_HERE
    assert found["dw"].verdict is Verdict.RIGHT
    assert report.exit_code == 1


def test_a_mark_on_a_right_line_changes_nothing() -> None:
    _, found = judged(
        SMOOTH.replace("dc = 2 * (c - 2 * x - 1)", "dc = 2 * (c - 2 * x - 1)  # deliberate: two")
    )
    assert found["dc"].verdict is Verdict.EXACT


def test_ascent_is_asked_about_where_the_update_adds() -> None:
    text = SMOOTH.replace("dc = 2", "dc = -2") + "# %% update\nw = w + 0.1 * dw\nv += 0.1 * dv\n"
    _, found = judged(text)
    assert "ascent on purpose?" in found["dc"].message
    _, found = judged(text.replace("v += 0.1", "v -= 0.1"))
    assert found["dc"].message == "wrong here: sign flipped"


def test_a_mark_in_a_string_is_none() -> None:
    program = parse(
        "loss = 1\n'# deliberate: no'  # deliberate: yes\n".replace("loss", "# %% forward\nloss"), "p"
    )
    assert deliberate_lines(program) == {3: "yes"}
