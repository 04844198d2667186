"""What is infinite or NaN is equal to autograd's and no pass for that: it is told, and since when."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.judgement import judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
Begun = Callable[..., Session]

DIVERGES = {
    "forward": "H = W * x\nloss = (H * H).sum()",
    "backward": "dH = 2 * H\ndW = dH * x",
    "update": "W = W - 1e6 * dW",
}


def first_lost(program: Program) -> int:
    """The first iteration with a loss, or a gradient, that is not finite."""
    session = Session(program)
    assert session.begin() is None
    while (record := session.iterate()).is_finite:
        pass
    return record.number


def test_a_program_that_diverges_fails_and_says_since_when(build: Build) -> None:
    program = build(**DIVERGES)
    first = first_lost(program)
    assert check(program, iterations=first).exit_code == 0
    report = check(program, iterations=first + 9)
    assert report.exit_code == 1
    assert {one.verdict for one in report.gradients} == {Verdict.NOT_FINITE}
    assert not any(one.exact or one.approximate for one in report.gradients)
    assert report.notes[0] == f"not finite since iteration {first}: the loss, dH, dW"
    assert {one.message for one in report.gradients} == {f"not finite since iteration {first}"}


@pytest.mark.parametrize("backward", ["dH = 2 * H\ndW = dH * x", "dH = -2 * H\ndW = dH * x"])
def test_without_a_line_check_the_iteration_is_told_as_well(backward: str, begun: Begun) -> None:
    session = begun(**{**DIVERGES, "backward": backward, "update": "W = W / 0 - W / 0"})
    session.iterate()
    for _ in range(3):
        record = session.iterate()
        assert record.not_finite_since == 1
        found = judgements(record, None)
        assert {one.message for one in found.values()} == {"not finite since iteration 1"}


def test_what_is_finite_again_begins_anew(begun: Begun) -> None:
    session = begun(forward="H = W * x / (iteration % 3)\nloss = H.sum()", update=None)
    since = [session.iterate().not_finite_since for _ in range(5)]
    assert since == [0, None, None, 3, None]
    session.restart()
    assert session.begin() is None
    assert session.iterate().not_finite_since == 0


@pytest.mark.parametrize("lines", ["do = 0.5 / o.sqrt()\ndW = x", "dW = x.clone()\ndo = 0.5 / o.sqrt()"])
def test_an_infinite_gradient_beside_finite_ones_is_told(lines: str, build: Build) -> None:
    report = check(
        build(
            setup="+\no = torch.zeros(2)",
            forward="loss = (W * x).sum() + o.sqrt().sum()",
            backward=lines,
            update=None,
        )
    )
    verdicts = {one.name: one.verdict for one in report.gradients}
    assert verdicts == {"do": Verdict.NOT_FINITE, "dW": Verdict.EXACT}
    assert report.notes[0] == "not finite since iteration 0: do"


def test_a_loss_that_is_infinite_fails_however_right_the_gradients_are(build: Build) -> None:
    report = check(build(forward="H = W * x\nloss = H.sum() + float('inf')"))
    assert all(one.verdict.passes for one in report.gradients)
    assert report.loss == math.inf
    assert report.exit_code == 1
    assert report.notes[0] == "not finite since iteration 0: the loss"


def test_a_wrong_line_among_what_is_not_finite_is_wrong(begun: Begun) -> None:
    session = begun(
        setup="+\no = torch.zeros(2)",
        forward="H = W * x\nloss = (H * H).sum() + o.sqrt().sum()",
        backward="dH = 3 * H\ndW = dH * x\ndo = 0.5 / o.sqrt()",
    )
    record = session.iterate()
    found = judgements(record, check_lines(session, record))
    verdicts = {name: one.verdict for name, one in found.items()}
    assert verdicts == {"dH": Verdict.WRONG_HERE, "dW": Verdict.INHERITED, "do": Verdict.NOT_FINITE}
