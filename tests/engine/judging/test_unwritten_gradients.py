"""Gradients that are not written, and lines that raise: everything else is judged all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.frame import LineState
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]

NET = {
    "setup": "import torch\nx = torch.randn(5, 3)\ny = torch.randn(5, 2)",
    "parameters": "W = torch.randn(3, 4)\nV = torch.randn(4, 2)",
    "forward": "h = x @ W\nr = torch.tanh(h)\no = r @ V\nloss = ((o - y) ** 2).mean()",
    "update": "W = W - 0.1 * dW\nV = V - 0.1 * dV",
}
LINES = """
do = 2 * (o - y) / o.numel()
dV = r.T @ do
dr = do @ V.T
dh = dr * (1 - r * r)
dW = x.T @ dh
"""


def with_line(old: str, new: str) -> str:
    """The lines with one of them changed."""
    assert old in LINES
    return LINES.replace(old, new)


def of(report: Report, name: str) -> GradientReport:
    return next(one for one in report.gradients if one.name == name)


def line_of(program: Program, text: str) -> int:
    return next(number for number, line in enumerate(program.lines, 1) if text in line)


@pytest.mark.parametrize("hole", ["dr = ...", "dr: object = ...", ""], ids=["dots", "annotated", "absent"])
def test_a_gradient_that_is_read_and_not_written_is_the_only_one_that_fails(build: Build, hole: str) -> None:
    report = check(build(**NET, backward=with_line("dr = do @ V.T", hole)), iterations=3)
    assert report.exit_code == 1
    assert report.failure is None
    assert report.iterations == 3
    assert of(report, "dr").verdict is Verdict.NOT_WRITTEN
    for name in ("do", "dV", "dh", "dW"):
        assert of(report, name).verdict in (Verdict.EXACT, Verdict.CLOSE)
        assert of(report, name).line_verdict is Verdict.RIGHT


def test_a_line_that_reads_an_unwritten_gradient_says_so(build: Build) -> None:
    report = check(build(**NET, backward=with_line("dr = do @ V.T", "dr = ...")))
    assert of(report, "dh").message == "reads dr, which is not written; autograd's stands in"
    assert of(report, "dV").message == ""


def test_a_wrong_line_below_an_unwritten_gradient_is_blamed(build: Build) -> None:
    lines = with_line("dr = do @ V.T", "dr = ...").replace("(1 - r * r)", "(1 + r * r)")
    report = check(build(**NET, backward=lines))
    assert of(report, "dh").verdict is Verdict.WRONG_HERE
    assert of(report, "dW").verdict is Verdict.INHERITED


def test_what_stood_in_is_gone_after_the_iteration(build: Build) -> None:
    for hole, left in (("dr = ...", Ellipsis), ("", None)):
        session = Session(build(**NET, backward=with_line("dr = do @ V.T", hole)))
        assert session.begin() is None
        assert session.iterate().failure is None
        assert session.namespace.get("dr") is left


def test_an_unwritten_gradient_of_a_parameter_still_holds_the_update_back(build: Build) -> None:
    lines = with_line("dV = r.T @ do", "dV = ...\ntwice = 2 * dV")
    report = check(build(**NET, backward=lines), iterations=5)
    assert (report.exit_code, report.iterations) == (1, 1)
    assert report.notes == ("the update waits: dV not written yet",)


def test_adding_to_an_unwritten_gradient_is_told_as_what_it_is(build: Build) -> None:
    report = check(build(**NET, backward=with_line("dr = do @ V.T", "dr = ...\ndr += do @ V.T")))
    assert report.failure is not None
    assert "it reads dr, which is not written yet" in report.failure.message


def test_reading_a_gradient_before_the_line_that_writes_it_names_that_line(build: Build) -> None:
    lines = with_line("dr = do @ V.T\n", "") + "dr = do @ V.T\n"
    program = build(**NET, backward=lines)
    report = check(program)
    assert report.failure is not None
    line = line_of(program, "dr = do @ V.T")
    assert report.failure.message == f"name 'dr' is not defined; line {line} writes dr, which is too late"


RAISES = with_line("dr = do @ V.T", "dr = do @ V")


def test_after_a_line_that_raises_every_gradient_has_a_row_and_its_own_verdict(build: Build) -> None:
    report = check(build(**NET, backward=RAISES))
    assert report.exit_code == 2
    found = {one.name: one.verdict for one in report.gradients}
    assert found["do"] in (Verdict.EXACT, Verdict.CLOSE)
    assert found["dr"] is Verdict.NOT_CHECKED
    assert of(report, "dr").message == "do is [5, 2], V is [4, 2]: they do not fit for @"
    assert (found["dh"], found["dW"]) == (Verdict.RIGHT, Verdict.RIGHT)
    assert of(report, "dW").message == "its line did not run; judged alone it is right"


def test_a_wrong_line_after_one_that_raises_is_blamed(build: Build) -> None:
    report = check(build(**NET, backward=RAISES.replace("(1 - r * r)", "(1 + r * r)")))
    assert of(report, "dh").verdict is Verdict.WRONG_HERE


def test_a_gradient_that_a_raising_line_leaves_half_built_is_not_called_wrong(build: Build) -> None:
    lines = with_line("dr = do @ V.T", "dr = 0.5 * do @ V.T\ndr += 0.5 * do @ V")
    found = of(check(build(**NET, backward=lines)), "dr")
    assert (found.verdict, found.line_verdict) == (Verdict.NOT_CHECKED, Verdict.NOT_CHECKED)


def test_the_screen_shows_the_verdicts_of_lines_that_did_not_run(build: Build) -> None:
    program = build(**NET, backward=RAISES)
    stepper = Stepper(program, 0)
    stepper.begin()
    stepper.now.iterate()
    stepper.check_lines()
    frame = stepper.frame(0)
    rows = {row.name: row.verdict for row in frame.tensors}
    assert rows["h"] is Verdict.RIGHT
    assert rows["r"] is Verdict.NOT_CHECKED
    line = next(one for one in frame.lines if one.number == line_of(program, "dh ="))
    assert (line.state, line.verdict) == (LineState.AHEAD, Verdict.RIGHT)
    assert frame.status.to_come == 0


def test_a_line_whose_shapes_do_not_fit_is_told_in_shapes_and_those_below_are_judged(build: Build) -> None:
    report = check(
        build(
            setup="import torch\nx = torch.randn(5, 3)",
            parameters="W = torch.randn(3, 4)\nU = torch.randn(4, 2)",
            forward="h = x @ W\no = h @ U\nloss = (o ** 2).sum()",
            backward="do = 2 * o\ndh = do @ U\ndU = h.T @ do\ndW = 3 * x.T @ dh",
        )
    )
    verdicts = {gradient.name: gradient.verdict for gradient in report.gradients}
    assert verdicts["dU"] is Verdict.RIGHT
    assert verdicts["dW"] is Verdict.WRONG_HERE
    (raised,) = (gradient.message for gradient in report.gradients if gradient.name == "dh")
    assert raised == "do is [5, 2], U is [4, 2]: they do not fit for @"
    assert report.exit_code == 2
