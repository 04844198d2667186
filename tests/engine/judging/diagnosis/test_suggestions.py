"""What is suggested in the place of wrong lines makes the program right, whatever the program writes."""

from __future__ import annotations

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis
from backprop_tui.engine.program.program import parse

NORMED = """\
# %% setup
import torch
X = torch.randn(4, 6)
T = torch.randn(4, 6)
# %% parameters
W = torch.randn(6, 6)
# %% forward
h = X @ W
mu = h.mean(-1, keepdim=True)
var = ((h - mu) ** 2).mean(-1, keepdim=True)
rstd = (var + 1e-5) ** -0.5
out = (h - mu) * rstd
loss = ((out - T) ** 2).mean()
# %% backward
dout = 2 * (out - T) / out.numel()
dh = rstd * (dout - dout.mean(-1, keepdim=True) - out * (dout * out).mean(-1, keepdim=True))
dW = X.T @ dh
"""
LOSS = """\
# %% setup
import torch
x = torch.randn(5, 3)
y = torch.tensor([0, 1, 1, 2, 0])
def cross_entropy(z, y):
    p = torch.softmax(z, 1)
    loss = -torch.log(p[range(len(y)), y]).mean()
    g = p.clone()
    g[range(len(y)), y] -= 1
    return loss, g
# %% parameters
W = torch.randn(3, 3)
# %% forward
z = x @ W
loss, dz = cross_entropy(z, y)
# %% backward
dW = x.T @ dz
"""
LAYER = """\
# %% setup
import torch
x = torch.randn(5, 3)
y = torch.randn(5, 2)
def layer_backward(g, w, of):
    return g @ w.T, of.T @ g, g.sum(0)
# %% parameters
V = torch.randn(3, 4)
W = torch.randn(4, 2)
b = torch.zeros(2)
# %% forward
h = x @ V
out = h @ W + b
loss = ((out - y) ** 2).sum()
# %% backward
dout = 2 * (out - y)
dh, dW, db = layer_backward(dout, W, h)
dV = x.T @ dh
"""


def diagnoses(text: str) -> dict[str, Diagnosis]:
    """What is said of a program's gradients."""
    return {one.name: one.diagnosis for one in check(parse(text, "subject")).gradients if one.diagnosis}


def in_place(text: str, diagnosis: Diagnosis) -> str:
    """The program with the suggestion where the last of its lines stands, the others gone."""
    lines = text.split("\n")
    for line in diagnosis.instead_of:
        lines[line - 1] = ""
    lines[diagnosis.instead_of[-1] - 1] = diagnosis.suggestion
    return "\n".join(lines)


@pytest.mark.parametrize(
    "slip",
    [
        "dh = rstd * (dout - dout.mean(-1, keepdim=True))",
        "dh = rstd * (dout - out * (dout * out).mean(-1, keepdim=True))",
        "dh = (rstd * dout).sin().cumsum(0)",
    ],
)
def test_a_suggestion_writes_what_it_reads_where_the_program_does_not(slip: str) -> None:
    right = next(line for line in NORMED.splitlines() if line.startswith("dh"))
    text = NORMED.replace(right, slip)
    found = diagnoses(text)["dh"]
    assert found.suggestion
    assert check(parse(in_place(text, found), "mended")).exit_code == 0


def test_a_line_that_gives_more_than_the_gradient_stays() -> None:
    found = diagnoses(LOSS)["dz"]
    assert found.suggestion.startswith("loss, dz = cross_entropy(z, y)\n")
    assert check(parse(in_place(LOSS, found), "mended")).exit_code == 0


@pytest.mark.parametrize("slip", ["2 * of.T @ g, g.sum(0)", "of.T @ g, 2 * g.sum(0)"])
def test_an_edit_leaves_the_other_gradients_of_its_line_right(slip: str) -> None:
    text = LAYER.replace("of.T @ g, g.sum(0)", slip)
    (found,) = diagnoses(text).values()
    assert found.message == "2 times too large"
    assert check(parse(in_place(text, found), "mended")).exit_code == 0


def test_what_stands_beside_the_edited_statement_stays_in_the_suggestion() -> None:
    text = LAYER.replace("dV = x.T @ dh", "norm = 1.0; dV = -x.T @ dh; twice = 2 * norm")
    found = diagnoses(text)["dV"]
    assert found.suggestion == "norm = 1.0; dV = x.T @ dh; twice = 2 * norm"


def test_an_averaging_over_the_wrong_dimension_is_no_sum() -> None:
    text = NORMED.replace("(dout * out).mean(-1", "(dout * out).mean(0")
    assert diagnoses(text)["dh"].message.startswith("averaged over the wrong dimension: ")
