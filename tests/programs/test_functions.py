"""Files with a `torch.autograd.Function` of their own: one call of it is stepped and judged by line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, ProgramError
from backprop_tui.engine.program.reading import read
from backprop_tui.engine.tutor.study import CannotStudy
from backprop_tui.engine.tutor.writing import write
from backprop_tui.engine.verdict import Verdict

FOLDER = Path(__file__).parent / "functions"
SCALE = (FOLDER / "scale.py").read_text(encoding="utf-8")


class Slip(NamedTuple):
    """A line of a file, how it reads with a slip, and the gradients that are accused then."""

    file: str
    right: str
    wrong: str
    accused: tuple[str, ...]


SLIPS = [
    Slip("clipped_relu.py", "grad_input[input < 0] = 0", "grad_input[input > 0] = 0", ("grad_input",)),
    Slip("clipped_relu.py", "grad_output.clone()", "grad_output.clone() / 2", ("grad_input",)),
    Slip("cross_entropy.py", "target] -= 1", "target] -= 2", ("dlogits",)),
    Slip("cross_entropy.py", "grad / len(target)", "grad / len(target[1:])", ("dlogits",)),
    Slip("linear_gelu.py", "cdf + z * phi", "cdf - z * phi", ("dz",)),
    Slip(
        "linear_gelu.py", "return dz @ weight.T, x.T @ dz,", "return dz @ weight.T, x.T @ dout,", ("dweight",)
    ),
    Slip("linear_gelu.py", "dz.sum(0)", "dz.mean(0)", ("dbias",)),
    Slip("linear_where_needed.py", "grad_output.sum(0)", "grad_output.mean(0)", ("grad_bias",)),
    Slip(
        "linear_where_needed.py", "grad_output.t().mm(input)", "-grad_output.t().mm(input)", ("grad_weight",)
    ),
    Slip("low_rank_adapter.py", "dinner = ctx.alpha * (dout @ up.T)", "dinner = dout @ up.T", ("dinner",)),
    Slip("low_rank_adapter.py", "dup = ctx.alpha * (inner", "dup = (inner", ("dup",)),
    Slip("low_rank_adapter.py", "dout @ weight.T + dinner", "dout @ weight.T - dinner", ("dx",)),
    Slip("rms_norm.py", "(dxhat * xhat).mean(-1", "(dxhat * xhat).sum(-1", ("dx",)),
    Slip("rms_norm.py", "dxhat = dy * gain", "dxhat = gain", ("dxhat",)),
    Slip("rms_norm.py", "(dy * xhat).sum((0, 1))", "dy.sum((0, 1))", ("dgain",)),
    Slip("scale.py", "dout * x.cos()", "dout * x.sin()", ("dx",)),
    Slip("scale.py", "(dout * x).sum(0)", "(dout * x).sum()", ("dw",)),
    Slip("scale.py", "return dx, dw", "return dx, dw * 2", ("dw",)),
    Slip("softplus_by_value.py", "grad_y * (1 -", "grad_y * (2 -", ("grad_x",)),
    Slip("two_outputs.py", "dz * w + dpassed * gate", "dz * w", ("dx",)),
    Slip("two_outputs.py", "(dz * x).sum(0)", "(dz * x * 2).sum(0)", ("dw",)),
]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if part in line)


def accused(report: Report) -> list[GradientReport]:
    return [one for one in report.gradients if one.verdict.accuses]


def checked(text: str, seed: int = 0) -> Report:
    return check(read(text, "function"), seed=seed)


def refusal(text: str) -> ProgramError:
    with pytest.raises(ProgramError) as raised:
        read(text, "function")
    return raised.value


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_right_passes(path: Path, seed: int) -> None:
    report = check(load(str(path)), seed=seed, iterations=2)
    assert report.exit_code == 0, report
    assert report.gradients


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.file}:{slip.wrong}")
def test_a_slip_is_blamed_on_its_own_line(slip: Slip) -> None:
    text = (FOLDER / slip.file).read_text(encoding="utf-8")
    assert text.count(slip.right) == 1
    found = accused(checked(text.replace(slip.right, slip.wrong)))
    assert [one.name for one in found] == [*slip.accused]
    lines = {line for one in found for line in one.accused_lines or one.lines}
    assert line_of(text, slip.right) in lines
    assert len(lines) == 1 or slip.wrong == "return dx, dw * 2"


def test_the_words_say_where_it_is_and_what_it_is_given() -> None:
    program = read(SCALE, "scale")
    assert program.found is not None
    assert program.found.words == (
        "iteration: one call of Scale: forward in line 6, backward in line 11 · parameters x, w · no loss "
        "· backward: 12–15 · no update · gradients are named dX"
    )
    assert (
        "dout, the gradient of out, is drawn at random, and what is made of it is judged"
        in program.found.notes
    )


def test_another_function_can_be_chosen() -> None:
    other = SCALE.replace("class Scale", "class Other").partition("class ")[2].partition("\n\nx = ")[0]
    text = SCALE.replace("\n\nx = ", f"\n\nclass {other}\n\nx = ").replace(
        "Scale.apply(x, w)", "Other.apply(x, w)"
    )
    found = read(text, "function", choice=1).found
    assert found is not None
    assert found.where.startswith("one call of Other")
    assert check(read(text, "function", choice=1)).exit_code == 0
    failure = checked(text).failure
    assert failure is not None
    assert "nothing that the file runs calls `Scale.apply`" in failure.message


def test_it_is_stepped_and_every_iteration_has_the_same_inputs() -> None:
    text = SCALE.replace("dx = dout", "x = x * 1.0\n        dx = dout")
    session = Session(read(text, "function"))
    assert session.begin() is None
    first, second = (session.iterate() for _ in range(2))
    lines = [step.statement.line for step in first.steps]
    assert [line for line in lines if line > line_of(text, "def backward")] == [13, 14, 15]
    assert first.failure is None
    assert second.failure is None
    assert session.namespace["x"].equal(first.history["x"][0][1].value)


def test_what_the_file_would_do_after_the_call_does_not_run() -> None:
    text = SCALE + "\nraise SystemExit('this is never come to')\n"
    assert checked(text).exit_code == 0


def test_saved_tensors_in_another_order_are_told() -> None:
    notes = checked(SCALE.replace("x, w = ctx.saved_tensors", "w, x = ctx.saved_tensors")).notes
    assert (
        "line 12 takes them from the ctx in another order: w is what the forward calls x "
        "and x is what the forward calls w" in notes
    )


@pytest.mark.parametrize(("name", "change"), [("dout", "dout *= 1.0"), ("w", "w.mul_(1.0)")])
def test_a_change_in_place_of_what_is_autograds_is_told(name: str, change: str) -> None:
    text = SCALE.replace("dx = dout", f"{change}\n        dx = dout")
    assert f"line 13 changes {name} in place, which others may still need" in checked(text).notes


def test_a_copy_may_be_changed_in_place() -> None:
    text = SCALE.replace("dx = dout", "dout = dout.clone()\n        dout *= 1.0\n        dx = dout")
    assert not any("in place" in note for note in checked(text).notes)


def test_a_gradient_too_few_is_refused_with_its_line() -> None:
    problem = refusal(SCALE.replace("return dx, dw", "return (dx,)"))
    assert problem.message == "`Scale.backward` returns 1 gradient, and its forward takes 2 arguments"
    assert problem.line == 15


def function(forward: str, backward: str, given: str = "x, w") -> str:
    """A file with a Function of x, w whose methods have these lines, and a call of it."""
    body = [f"        {line}" for line in forward.split("; ")]
    below = [f"        {line}" for line in ("x, w = ctx.saved_tensors", *backward.split("; "))]
    head = ["import torch", "torch.manual_seed(0)", "class P(torch.autograd.Function):", "    @staticmethod"]
    middle = ["    @staticmethod", "    def backward(ctx, g):", *below]
    first = ["    def forward(ctx, x, w):", "        ctx.save_for_backward(x, w)", *body]
    names = ["x = torch.randn(5, requires_grad=True)", "w = torch.randn(5, requires_grad=True)"]
    return "\n".join([*head, *first, *middle, *names, f"P.apply({given})"])


NORM = "n = x.norm(); dn = -(g * w * x).sum() / n**2; return g * w / n + dn * x / n, g * x / n"
RIGHT = [
    ("return x + w", "return g, g"),
    ("return x * 2 + 1 + 0 * w", "dx = 2 * g; return dx, g * 0"),
    (
        "d = x.sin() + w; e = d * d; return e.sum()",
        "d = x.sin() + w; dd = 2 * d; return g * dd * x.cos(), g * dd",
    ),
    ("n = x.norm().detach(); return w * x / n", NORM),
    ("with torch.no_grad(): n = x.norm(); return w * x / n", NORM),
    ("return x * w", "dx = g * w if ctx.needs_input_grad[0] else None; dw = g * x; return dx, dw"),
]


@pytest.mark.parametrize(("forward", "backward"), RIGHT)
@pytest.mark.parametrize("given", ["x, w", "x.detach(), w", "x.detach(), w.detach()"])
def test_other_ways_to_write_it_pass(forward: str, backward: str, given: str) -> None:
    report = checked(function(forward, backward, given))
    assert report.exit_code == 0, report
    assert report.gradients


WRONG = [
    ("return x + w", "return g, -g", "dw"),
    ("return 2 * x + w", "return g, g", "dx"),
    ("return x * w - w", "return g * w, g * x", "dw"),
    (
        "with torch.no_grad(): n = x.norm(); return w * x / n",
        "n = x.norm(); dx = g * w / n; return dx, g * x / n",
        "dx",
    ),
    (
        "d = x.sin() + w; e = d * d; return e.sum()",
        "d = x.sin() + w; dd = 2 * d; return dd * x.cos(), g * dd",
        "dx",
    ),
]


@pytest.mark.parametrize(("forward", "backward", "gradient"), WRONG)
def test_and_what_is_wrong_in_them_is_accused_alone(forward: str, backward: str, gradient: str) -> None:
    assert [one.name for one in accused(checked(function(forward, backward)))] == [gradient]


def test_none_for_what_requires_grad_is_a_gradient_that_is_missing() -> None:
    verdicts = {
        one.name: one.verdict for one in checked(function("return x * w", "return g * w, None")).gradients
    }
    assert verdicts["dw"] is Verdict.NOT_WRITTEN
    assert checked(function("return x * w", "return g * w, None", "x, w.detach()")).exit_code == 0


def test_a_change_in_place_by_another_name_is_told() -> None:
    text = function("return x * w", "h = g; h *= 1.0; return h * w, h * x")
    assert any("changes h in place" in note for note in checked(text).notes)


def test_an_argument_that_has_its_default_needs_no_gradient() -> None:
    text = SCALE.replace("ctx, x, w)", "ctx, x, w, power=1)").replace("x * w +", "x * w**power +")
    assert checked(text).exit_code == 0
    assert checked(text.replace("return dx, dw", "return dx, dw, None, None")).exit_code == 0
    assert "returns 3 gradients" in refusal(SCALE.replace("return dx, dw", "return dx, dw, dx")).message


def test_a_forward_that_changes_its_argument_is_refused_with_its_line() -> None:
    problem = refusal(SCALE.replace("return x * w + x.sin()", "x.mul_(2)\n        return x * w"))
    assert problem.message == "`Scale.forward` changes its argument `x` in place"
    assert problem.line == 8


def test_a_forward_that_autograd_does_not_see_is_not_judged() -> None:
    seen = "x * w + x.sin()"
    unseen = "torch.from_numpy(x.detach().numpy() + 0.0) * w"
    report = checked(SCALE.replace(seen, unseen))
    assert report.failure is not None
    assert "autograd does not follow `x` through the lines of `Scale.forward`" in report.failure.message
    assert not accused(report)


def test_an_early_return_is_refused_with_its_line() -> None:
    problem = refusal(
        SCALE.replace("dx = dout", "if w is None:\n            return None, None\n        dx = dout")
    )
    assert problem.message == "`Scale.backward` returns before its end: only a last line may be a `return`"
    assert problem.line == 14


def test_what_the_backward_does_not_get_is_refused_with_its_line() -> None:
    text = SCALE.replace("x, w = ctx.saved_tensors", "_, w = ctx.saved_tensors")
    assert refusal(text).message == "`backward` reads the file's own `x`, and `forward` has another"
    problem = refusal(
        text.replace("x = torch.randn(4, 3, r", "X = torch.randn(4, 3, r")
        .replace("x -=", "X -=")
        .replace("x.grad", "X.grad")
    )
    assert problem.message == "`backward` reads `x`, which only `forward` binds"
    assert problem.line == 13


def test_a_call_that_never_comes_is_told_with_what_helps() -> None:
    failure = checked(SCALE.replace("Scale.apply(x, w)", "x * w")).failure
    assert failure is not None
    assert "nothing that the file runs calls `Scale.apply`" in failure.message
    assert failure.line == line_of(SCALE, "class Scale")


def test_a_gradient_that_is_missing_is_told_as_that() -> None:
    report = checked(SCALE.replace("dx = dout * w + dout * x.cos()", "dx = ..."))
    assert {one.name: one.verdict for one in report.gradients}["dx"] is Verdict.NOT_WRITTEN


def test_missing_gradients_are_written_above_the_return() -> None:
    text = SCALE.replace("dx = dout * w + dout * x.cos()", "dx = ...")
    written = write(read(text, "function"), missing=True).text
    assert "        dx = w * dout\n        dx += x.cos() * dout\n        dw = " in written
    assert checked(written).exit_code == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("linear_gelu.py", "line 21 computes what it returns"),
        ("two_outputs.py", "`Gate` makes one of its outputs of another"),
    ],
)
def test_what_cannot_be_written_is_said(file: str, words: str) -> None:
    with pytest.raises(CannotStudy, match=words):
        write(load(str(FOLDER / file)))


def test_what_the_backward_would_have_to_keep_is_named() -> None:
    unwritten = write(load(str(FOLDER / "rms_norm.py"))).unwritten
    assert unwritten["dx"] == "it needs x, which the backward does not get"


def test_a_loop_with_gradients_beside_their_forward_comes_first() -> None:
    program: Program = read(SCALE.split("for i in")[0] + _BY_HAND, "function")
    assert program.found is not None
    assert program.found.where == "the loop in line 21"
    assert program.found.choices[1].startswith("one call of Scale")


_BY_HAND = """
for i in range(3):
    p = x * w
    loss = (p * p).sum()
    dp = 2 * p
    dw = (dp * x).sum(0)
    w.data -= 0.1 * dw
"""
