"""What a frame tells besides numbers: gradients without a line, helper lines, what a check found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, CheckLines, Unit
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
TWO = {
    "parameters": "W = torch.tensor([0.5, -1.0, 2.0])\nb = torch.tensor([0.1, 0.2, 0.3])",
    "forward": "H = W * x + b\nloss = (H * H).sum()",
    "backward": "dH = 2 * H\ndb = dH.clone()\ndW = dH * x",
    "update": "W = W - 0.1 * dW\nb = b - 0.1 * db",
}


def iterated(program: Program, *commands: object) -> tuple[Stepper, Frame]:
    stepper = Stepper(program, 0)
    stepper.begin()
    for command in (Advance(Unit.ITERATION), *commands):
        stepper.handle(command)
        if stepper.now.line_check.due:
            stepper.check_lines()
    return stepper, stepper.frame(0)


def verdicts(frame: Frame) -> dict[str, Verdict | None]:
    return {row.name: row.verdict for row in frame.tensors}


def test_a_parameter_whose_gradient_no_line_writes_is_not_written(build: Build) -> None:
    backward = TWO["backward"].replace("db = dH.clone()\n", "")
    frame = iterated(build(**{**TWO, "backward": backward}))[1]
    assert verdicts(frame) == {
        "W": Verdict.EXACT,
        "b": Verdict.NOT_WRITTEN,
        "x": None,
        "H": Verdict.EXACT,
        "loss": None,
    }
    assert (frame.status.exact, frame.status.wrong, frame.status.unwritten) == (2, 0, 1)


def test_before_the_first_iteration_nothing_is_said_of_it(build: Build) -> None:
    stepper = Stepper(build(**{**TWO, "backward": "dH = 2 * H"}), 0)
    stepper.begin()
    assert set(verdicts(stepper.frame(0)).values()) == {None}


def test_an_ellipsis_counts_as_not_written(build: Build) -> None:
    backward = TWO["backward"].replace("dH.clone()", "...")
    frame = iterated(build(**{**TWO, "backward": backward}))[1]
    assert frame.status.unwritten == 1


@pytest.mark.parametrize(
    "update",
    [
        "for p, d in ((W, dW), (b, db)):\n    p -= 0.1 * d",
        "while db is not None:\n    break\nW = W - 0.1 * dW",
        "if db is ...:\n    raise ValueError\nW = W - 0.1 * dW",
    ],
)
def test_an_update_that_reads_an_unwritten_gradient_in_a_header_waits(update: str, build: Build) -> None:
    backward = TWO["backward"].replace("dH.clone()", "...")
    report = check(build(**{**TWO, "backward": backward, "update": update}))
    assert report.notes == ("the update waits: db not written yet",)
    assert report.failure is None


def test_an_error_in_a_helper_is_told_with_its_line_and_marked_there(build: Build) -> None:
    backward = TWO["backward"].replace("dW = dH * x", "helper = 3 * dH\ndW = helper * x")
    program = build(**{**TWO, "backward": backward})
    _, frame = iterated(program, SelectName("W"))
    line = next(one.line for one in program.statements if one.text.startswith("helper"))
    assert frame.inspector.sentence == "inherited from helper"
    assert frame.inspector.facts[0] == f"helper: wrong here, line {line}: 3 times too large"
    signs = {one.number: one.verdict for one in frame.lines}
    assert (signs[line], signs[line + 1]) == (Verdict.WRONG_HERE, Verdict.INHERITED)


@pytest.mark.parametrize(
    ("backward", "found"),
    [
        (TWO["backward"], "3 gradients judged line by line in float64: all right"),
        (
            TWO["backward"].replace("2 * H", "3 * H"),
            "3 gradients judged line by line in float64: 2 of them right",
        ),
        (
            TWO["backward"].replace("dH.clone()", "..."),
            "2 gradients judged line by line in float64: all right",
        ),
    ],
)
def test_a_check_that_was_asked_for_tells_what_it_found(backward: str, found: str, build: Build) -> None:
    program = build(**{**TWO, "backward": backward})
    assert found not in iterated(program)[1].notes
    stepper, frame = iterated(program, CheckLines(), CheckLines())
    assert frame.notes.count(found) == 1
    stepper.handle(Advance(Unit.ITERATION))
    assert found not in stepper.frame(0).notes


def test_a_gradient_of_a_wrong_type_is_told_so_in_its_row(build: Build) -> None:
    frame = iterated(build(**{**TWO, "backward": TWO["backward"].replace("dH.clone()", "3.0")}))[1]
    assert [row.name for row in frame.tensors if row.verdict is Verdict.WRONG_TYPE] == ["b"]


def test_of_a_line_that_did_not_run_it_is_not_said_that_it_is_not_written(build: Build) -> None:
    backward = "dH = 2 * H\ndH @ torch.ones(7)\ndb = -dH\ndW = dH * x"
    frame = iterated(build(**{**TWO, "backward": backward}), SelectName("b"))[1]
    told = " ".join((frame.inspector.sentence, *frame.inspector.facts))
    assert "sign flipped" in told
    assert "not written" not in told


def test_a_line_that_leans_on_what_arrives_has_that_verdict_at_its_side(build: Build) -> None:
    program = build(
        parameters="L = torch.tensor([[1.0, 0.5], [0.2, 2.0]])",
        forward="S = L @ L.T\nloss = (S * S).sum()",
        backward="dS = 2 * S\ndL = 2 * dS @ L",
        update="L = L - 0.01 * dL",
    )
    stepper, frame = iterated(program, CheckLines())
    assert stepper.now.line_check.judgements["dL"].verdict is Verdict.LEANING
    line = program.lines.index("dL = 2 * dS @ L") + 1
    assert {one.number: one.verdict for one in frame.lines}[line] is Verdict.LEANING
    assert frame.failure is None


RAISING = {
    "setup": "import torch\nx = torch.randn(5, 3)",
    "parameters": "W = torch.randn(3, 4)\nU = torch.randn(4, 2)",
    "forward": "h = x @ W\no = h @ U\nloss = (o ** 2).sum()",
    "backward": "do = 2 * o\ndh = do @ U\ndU = h.T @ do\ndW = x.T @ dh",
}


def test_lines_below_one_that_raises_are_judged_and_do_not_count_as_run(build: Build) -> None:
    stepper, frame = iterated(build(**RAISING))
    assert (frame.status.statement, frame.status.statements) == (1, 4)
    assert (verdicts(frame)["U"], verdicts(frame)["W"]) == (Verdict.RIGHT, Verdict.RIGHT)
    assert frame.failure is not None
    assert frame.failure.misfit == "do is [5, 2], U is [4, 2]: they do not fit for @"
    stepper.handle(SelectName("h"))
    (told,) = stepper.frame(0).inspector.facts
    assert told == "line 13: do is [5, 2], U is [4, 2]: they do not fit for @"


def test_a_gradient_of_another_shape_is_told_without_an_entry_of_autograds(build: Build) -> None:
    stepper, _ = iterated(build(**{**TWO, "backward": TWO["backward"].replace("dH * x", "(dH * x)[:1]")}))
    stepper.handle(SelectName("W"))
    pane = stepper.frame(0).inspector
    assert pane.verdict is Verdict.WRONG_SHAPE
    assert not any("autograd" in fact for fact in pane.facts)
    assert [len(row) for row in pane.blocks[Tab.MANUAL].rows] == [1]
    assert pane.blocks[Tab.ERROR].missing == "the shapes differ: [1] against [3]"
