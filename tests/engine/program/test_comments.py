"""Comments say where the backward and the update begin, where the statements leave it open."""

from __future__ import annotations

import pytest

from backprop_tui.engine.program.program import Program
from backprop_tui.engine.program.reading import read

SCRIPT = """\
import torch
x, y, w = torch.ones(3), torch.zeros(3), torch.zeros(1)
before = torch.tensor(9.0)
for i in range(3):
    z = x * w - y
    loss = (z**2).sum()
    dloss = before - loss.detach()
    before = loss.detach()
    {backward}
    dz = 2 * z
    dw = (dz * x).sum(0, keepdim=True)
    {update}
    dw += 0.1 * w
    w = w - 0.1 * dw
"""


def begins(program: Program, kind: str) -> int:
    section = program.section(kind)
    assert section is not None
    return section.statements[0].line


def scripted(backward: str = "", update: str = "") -> Program:
    return read(SCRIPT.format(backward=backward, update=update), "script")


def test_without_comments_what_is_bound_like_a_gradient_is_one() -> None:
    assert begins(scripted(), "backward") == 7
    assert begins(scripted(), "update") == 14


@pytest.mark.parametrize(
    "words", ["# backward pass", "# --- Backward ---", "# manual backprop:", "# the backward"]
)
def test_a_comment_has_the_backward_begin_below_it(words: str) -> None:
    assert begins(scripted(backward=words), "backward") == 10


@pytest.mark.parametrize(
    "words", ["# update", "# Update the weights", "# parameter update", "# gradient descent step"]
)
def test_a_comment_has_the_update_begin_below_it(words: str) -> None:
    assert begins(scripted(update=words), "update") == 13


@pytest.mark.parametrize("words", ["# not backward yet", "# we go back", "# forward"])
def test_other_comments_say_nothing(words: str) -> None:
    assert begins(scripted(backward=words, update=words), "backward") == 7


def test_an_update_cannot_begin_above_a_gradient_that_is_not_written_yet() -> None:
    text = SCRIPT.format(backward="# update comes later", update="")
    assert begins(read(text, "script"), "update") == 14


def test_a_gradient_that_is_read_below_the_comment_is_one() -> None:
    text = SCRIPT.format(backward="# backward", update="").replace("dz = 2 * z", "dz = 2 * z * dloss")
    assert begins(read(text, "script"), "backward") == 7
