"""`check` says in numbers and in an exit code whether a program's gradients are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]


def of(report: Report, name: str) -> Any:
    return next(gradient for gradient in report.gradients if gradient.name == name)


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_program_passes(name: str) -> None:
    report = check(load(name), iterations=2)
    assert [gradient.name for gradient in report.gradients if not gradient.verdict.passes] == []
    assert (report.exit_code, report.failure, report.iterations, report.unpaired) == (0, None, 2, ())


def test_a_report_says_what_was_checked(linear: Program) -> None:
    report = check(linear, iterations=3, seed=5)
    assert (report.program, report.iterations, report.seed) == ("linear_regression", 3, 5)
    assert len(report.losses) == 3
    assert report.loss == report.losses[-1]


def test_gradients_come_in_the_order_of_their_lines(linear: Program) -> None:
    lines = [gradient.line for gradient in check(linear).gradients]
    assert lines == sorted(lines)
    assert len(lines) == 7


def test_the_fields_of_a_right_gradient(build: Build) -> None:
    found = of(check(build()), "dW")
    assert (found.tensor, found.line, found.lines) == ("W", 11, (11,))
    assert (found.exact, found.approximate, found.maxdiff, found.relative_error) == (True, True, 0.0, 0.0)
    assert (found.shape, found.expected_shape, found.worst_index) == ((3,), (3,), None)


def test_a_wrong_gradient_gives_exit_code_1_and_its_numbers(build: Build) -> None:
    report = check(build(backward="dH = torch.ones_like(H)\ndW = dH * x\ndW[2] = 7"))
    found = of(report, "dW")
    assert report.exit_code == 1
    assert not found.verdict.passes
    assert (found.exact, found.approximate, found.maxdiff, found.worst_index) == (False, False, 4.0, (2,))
    assert (found.line, found.lines) == (12, (11, 12))


def test_a_gradient_of_a_wrong_shape_gives_exit_code_1(build: Build) -> None:
    report = check(build(backward="dH = torch.ones_like(H)\ndW = (dH * x)[None]", update=None))
    found = of(report, "dW")
    assert (report.exit_code, found.verdict) == (1, Verdict.WRONG_SHAPE)
    assert (found.shape, found.expected_shape) == ((1, 3), (3,))


@pytest.mark.parametrize("backward", [None, "dH = torch.ones_like(H)", "dW = ..."])
def test_a_parameter_without_a_gradient_gives_exit_code_1(backward: str | None, build: Build) -> None:
    report = check(build(backward=backward), iterations=50)
    found = of(report, "dW")
    assert (report.exit_code, found.verdict, found.message) == (1, Verdict.NOT_WRITTEN, "not written yet")
    assert report.notes == ("the update waits: dW not written yet",)
    assert report.iterations == 1


def test_a_line_that_never_runs_leaves_its_gradient_unwritten(build: Build) -> None:
    report = check(build(backward="dH = torch.ones_like(H)\ndW = x.clone()\nif False:\n    dx = W"))
    found = of(report, "dx")
    assert (report.exit_code, found.verdict, found.message) == (
        1,
        Verdict.NOT_WRITTEN,
        "its line did not run",
    )


@pytest.mark.parametrize(
    ("sections", "section", "line"),
    [
        ({"setup": "import torch\n1 / 0"}, "setup", 3),
        ({"parameters": "W = torch.ones(2) @ torch.ones(3)"}, "parameters", 5),
        ({"parameters": "W = 3"}, "parameters", None),
        ({"parameters": "W = torch.tensor([1, 2, 3])"}, "parameters", 5),
        ({"forward": "loss = W"}, "forward", 7),
        ({"backward": "dW = undefined"}, "backward", 10),
        ({"update": "W -= 'text'"}, "update", 13),
        ({"update": "import sys\nsys.exit()"}, "update", 14),
    ],
)
def test_a_program_that_cannot_run_gives_exit_code_2_and_the_place(
    sections: dict[str, str], section: str, line: int | None, build: Build
) -> None:
    report = check(build(**sections))
    assert report.exit_code == 2
    assert report.failure is not None
    assert (report.failure.section, report.failure.line) == (section, line)
    assert report.failure.message
    assert report.iterations == 0


def test_what_came_before_a_failure_is_reported(build: Build) -> None:
    report = check(build(update="W = W - 0.1 * dW\nif iteration == 2:\n    1 / 0"), iterations=10)
    assert (report.exit_code, report.iterations, len(report.losses)) == (2, 2, 2)
    assert of(report, "dW").verdict.passes


def test_a_wrong_gradient_does_not_hide_that_the_program_cannot_run(build: Build) -> None:
    assert check(build(backward="dW = -x\n1 / 0")).exit_code == 2


def test_tolerances_are_those_of_the_column_approximate(build: Build) -> None:
    wrong = build(backward="dH = torch.ones_like(H)\ndW = dH * x * 1.01")
    assert not of(check(wrong), "dW").approximate
    loose = check(wrong, rtol=0.1)
    assert of(loose, "dW").approximate
    assert loose.exit_code == 1


def test_a_near_miss_is_reported_beside_the_gradients(build: Build) -> None:
    report = check(
        build(forward="hidden = W * x\nloss = hidden.sum()", backward="dhiden = 1\ndW = x.clone()")
    )
    (found,) = report.unpaired
    assert (found.name, found.line, found.suggestion) == ("dhiden", 10, "dhidden")


def test_a_loss_of_nan_is_reported_as_it_is(build: Build) -> None:
    report = check(build(forward="H = W * x\nloss = H.sum() * float('nan')"))
    assert str(report.loss) == "nan"


def test_what_a_program_prints_goes_where_the_process_prints(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    check(build(setup="+\nprint('a[/]b')"))
    assert capsys.readouterr().out == "a[/]b\n"


PUT_OFF = {
    "setup": "import torch\nx = torch.randn(3, 2)",
    "parameters": "w = torch.randn(2, 1)\nb = torch.randn(1)",
    "forward": "z = x @ w + b\nq = z ** 2\nloss = q.mean()",
    "backward": "dq = torch.ones_like(q)\ndz = 2 * z * dq\ndw = x.T @ dz / 3\ndb = dz.sum(0) / 3",
    "update": "pass",
}


def test_a_convention_is_told_once_in_one_sentence(build: Build) -> None:
    report = check(build(**PUT_OFF))
    (told,) = (note for note in report.notes if note.startswith("convention"))
    assert told == (
        "convention: dq is 3 times the gradient of q throughout, and so is dz; "
        "the gradients of the parameters come out right"
    )
    assert report.exit_code == 0


def test_a_strict_check_fails_a_convention(build: Build) -> None:
    assert check(build(**PUT_OFF), strict=True).exit_code == 1
