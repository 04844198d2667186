"""Finite differences on demand: beside autograd's gradient and the program's, with entries and step told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Ask, Unit
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import FOLDER, load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.tutor.answer import Asked
from backprop_tui.engine.tutor.differences import CannotMove, measure

Build = Callable[..., Program]
DROPOUT = """
mask = (torch.rand(3) > 0.4).float()
H = W * x * mask * 2
loss = (H**2).sum() * torch.rand(1).item()
"""


def lines_of(program: Program, tensor: str) -> list[str]:
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (Advance(Unit.ITERATION), SelectName(tensor)):
        stepper.handle(command)
        stepper.frame(0)
    stepper.handle(Ask(Asked.DIFFERENCES))
    answer = stepper.frame(0).answer
    assert answer is not None
    assert answer.asked is Asked.DIFFERENCES
    return [line.text for line in answer.lines]


@pytest.mark.parametrize("tensor", ["W", "H", "x"])
def test_all_entries_of_a_small_tensor_stand_beside_autograds_and_the_programs(
    tensor: str, build: Build
) -> None:
    backward = "dH = torch.ones_like(H)\ndW = dH * x\ndx = dH * W"
    lines = lines_of(build(backward=backward), tensor)
    assert lines[0].startswith("all 3 entries, moved by ±")
    assert lines[0].endswith("in float64")
    assert lines[1:3] == ["autograd agrees with the differences", f"d{tensor} agrees with the differences"]
    assert lines[4].split() == ["entry", "differences", "autograd", "manual"]
    true = {"W": [1.0, 2.0, 3.0], "H": [1.0, 1.0, 1.0], "x": [0.5, -1.0, 2.0]}[tensor]
    rows = [line.split("]")[1].split() for line in lines[5:8]]
    assert [[float(number) for number in row] for row in rows] == [[pytest.approx(one)] * 3 for one in true]


def test_where_the_program_differs_is_marked(build: Build) -> None:
    lines = lines_of(build(backward="dW = x.clone()\ndW[1] *= -1"), "W")
    assert [line.endswith("✗") for line in lines[5:8]] == [False, True, False]
    assert lines[1] == "autograd agrees with the differences"
    assert lines[2] == "dW agrees with the differences at 2 of 3 entries"


def test_what_is_drawn_is_the_same_for_every_difference(build: Build) -> None:
    lines = lines_of(build(forward=DROPOUT, backward=None, update="W = W + 0"), "W")
    assert "autograd agrees with the differences" in lines
    assert "dW is not there, or of another shape" in lines


def test_what_is_kept_from_autograd_is_told(build: Build) -> None:
    lines = lines_of(build(forward="H = W * W.detach()\nloss = H.sum()", backward=None), "W")
    assert lines[3].startswith("the program keeps values from autograd")


@pytest.mark.parametrize(
    ("sections", "tensor", "words"),
    [
        ({"forward": "H = W * x\nH = H * 2\nloss = H.sum()"}, "H", "written more than once in the forward"),
        ({"forward": "H = (W * x * 1j)\nloss = H.imag.sum()", "backward": None}, "H", "no real numbers"),
        ({}, "x", "x has no gradient"),
        ({"forward": "H = W * x\nk = H.argmax()\nloss = H.sum()"}, "k", "k has no gradient"),
    ],
)
def test_what_cannot_be_moved_is_told(
    sections: dict[str, Any], tensor: str, words: str, build: Build
) -> None:
    session = Session(build(**sections))
    session.begin()
    with pytest.raises(CannotMove, match=words):
        measure(session, session.iterate(), tensor)


def test_a_big_tensor_is_sampled_where_its_gradients_are_apart(build: Build) -> None:
    program = build(
        parameters="W = torch.randn(40, 50)",
        forward="H = W.tanh()\nloss = H.sum()",
        backward="dW = 1 - H**2\ndW[7, 3] += 5",
        update=None,
    )
    lines = lines_of(program, "W")
    assert lines[0].startswith("32 of 2000 entries, moved by ±")
    assert [line.split("]")[0] for line in lines if line.endswith("✗")] == ["[7 3"]
    assert lines[2] == "dW agrees with the differences at 31 of 32 entries"


def test_where_only_rounding_is_seen_that_is_told_and_nothing_agrees(build: Build) -> None:
    forward = "H = W * x\nloss = ((H - H.mean()) ** 2).sum() + 0 * W.sum() + 1e3\nb = W.sum()"
    parameters = "W = torch.tensor([2.0, 1.0, 2 / 3])"
    lines = lines_of(build(parameters=parameters, forward=forward, backward="dW = 1e-7 * x"), "W")
    assert lines[1].startswith("all of it is within rounding, ±")
    assert not any("agrees" in line for line in lines)


def test_nothing_of_it_stays(build: Build) -> None:
    sections = {"forward": DROPOUT, "backward": None, "update": "W = W + torch.rand(3)"}
    seen = []
    for asks in (0, 2):
        stepper = Stepper(build(**sections), 0)
        stepper.begin()
        for _ in range(3):
            stepper.handle(Advance(Unit.ITERATION))
            for _ in range(asks):
                stepper.handle(Ask(Asked.DIFFERENCES))
        seen.append((stepper.now.session.losses, torch.rand(2).tolist()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"))
def test_autograd_agrees_at_every_tensor_of_the_bundled_programs(name: str) -> None:
    session = Session(load(name))
    assert session.begin() is None
    record = session.iterate()
    measured = 0
    for tensor in record.references.gradients:
        try:
            found = measure(session, record, tensor)
        except CannotMove:
            continue
        measured += 1
        assert found.autograd is not None
        assert all(found.agree(found.autograd)), tensor
    assert measured > 2
