"""Programs whose layers are functions or objects: right ones pass, a slip is told on its own line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.program.reading import read, with_calls_whole

FOLDER = Path(__file__).parent / "real"
PROGRAMS = sorted(path.name for path in FOLDER.glob("*.py"))
OBJECTS = [
    "layers_as_objects.py",
    "list_of_layers.py",
    "network_of_layers.py",
    "normalized_objects.py",
    "recurrent_object.py",
]
"""Those whose layers are objects."""


class Slip(NamedTuple):
    """A line that is written otherwise, and what is said: of which gradient, with words among others."""

    file: str
    right: str
    wrong: str
    name: str
    words: str


SLIPS = [
    Slip("affine_layers.py", "dx = dout @ w.T", "dx = -dout @ w.T", "dx in affine_backward", "(both calls)"),
    Slip(
        "affine_layers.py",
        "dw = x.T @ dout",
        "dw = 2 * x.T @ dout",
        "dw in affine_backward",
        "2 times too large",
    ),
    Slip(
        "affine_layers.py",
        "db = dout.sum(0)",
        "db = dout.sum()",
        "db in affine_backward",
        "summed over all entries: dout.sum() where dout.sum(0) belongs",
    ),
    Slip(
        "affine_layers.py",
        "db = dout.sum(0)",
        "db = dout.sum(0) if len(w) > 4 else dout.mean(0)",
        "db in affine_backward",
        "(in call 2 of 2 only)",
    ),
    Slip("affine_layers.py", "dout * (x > 0)", "dout * (x < 0)", "dx in relu_backward", "x < 0 where"),
    Slip("affine_layers.py", "dout = 2 * (out", "dout = 3 * (out", "dout", "wrong here"),
    Slip(
        "affine_layers.py",
        "relu_backward(dh1, cache2)",
        "relu_backward(-dh1, cache2)",
        "dout in relu_backward",
        "sign flipped",
    ),
    Slip(
        "affine_layers.py",
        "affine_backward(da1, cache1)",
        "affine_backward(dh1, cache1)",
        "dout in affine_backward",
        "reads dh1 where da1 belongs",
    ),
    Slip(
        "residual_blocks.py",
        "db = dout.sum(0)",
        "db = dout.mean(0)",
        "db in affine_backward",
        "(all 4 calls)",
    ),
    Slip(
        "residual_blocks.py",
        "dout * (1 - out**2)",
        "dout * (1 - out)",
        "what tanh_backward returns",
        "(all 3 calls)",
    ),
    Slip("residual_blocks.py", "dh1 = dh1 + dh2", "dh1 = dh1 + 2 * dh2", "dh1", "wrong here"),
    Slip("residual_blocks.py", "dWa + dWb", "dWa", "dW", "wrong here"),
    Slip(
        "normalized_layers.py",
        "dbeta = dout.sum(0)",
        "dbeta = -dout.sum(0)",
        "dbeta in batchnorm_backward",
        "sign",
    ),
    Slip(
        "normalized_layers.py",
        "dgamma = (dout * xhat).sum(0)",
        "dgamma = dout.sum(0)",
        "dgamma in batchnorm_backward",
        "xhat",
    ),
    Slip(
        "normalized_layers.py",
        "(m * dxhat - dxhat.sum(0) - ",
        "(m * dxhat + dxhat.sum(0) - ",
        "dx in batchnorm_backward",
        "wrong here",
    ),
    Slip("normalized_layers.py", "return dout * mask", "return dout", "dh1", "mask"),
    Slip("script_of_layers.py", "da * a * (1 - a)", "da * (1 - a)", "dz in sigmoid_backward", "factor a"),
    Slip(
        "script_of_layers.py",
        "torch.matmul(x.T, dz)",
        "torch.matmul(x.T, dz) / 2",
        "dw in linear_backward",
        "2",
    ),
    Slip(
        "layers_as_objects.py",
        "self.x.T @ dout",
        "2 * self.x.T @ dout",
        "self.dW in Linear.backward",
        "(both calls)",
    ),
    Slip(
        "layers_as_objects.py",
        "dout.sum(0)",
        "dout.sum()",
        "self.db in Linear.backward",
        "dout.sum(0) belongs",
    ),
    Slip(
        "layers_as_objects.py",
        "return dout * self.mask",
        "return dout",
        "dh",
        "wrong here",
    ),
    Slip("layers_as_objects.py", "dlogits /= 16", "dlogits /= 8", "dlogits", "2 times too large"),
    Slip(
        "list_of_layers.py",
        "dout @ self.W.T",
        "-dout @ self.W.T",
        "what Linear.backward returns",
        "sign flipped",
    ),
    Slip(
        "list_of_layers.py",
        "return dout * self.mask",
        "return dout",
        "what ReLU.backward returns",
        "wrong here",
    ),
    Slip(
        "list_of_layers.py",
        "self.dW = self.x.T @ dout",
        "self.dW = self.x.T @ dout / (2 if len(self.b) == 3 else 1)",
        "self.dW in Linear.backward",
        "(in call 1 of 2 only)",
    ),
    Slip(
        "network_of_layers.py",
        "1 - self.out**2",
        "1 - self.out",
        "what Tanh.backward returns",
        "factor self.out",
    ),
    Slip("network_of_layers.py", "return 2 * (self.pred", "return (self.pred", "grad", "2 times too small"),
    Slip(
        "network_of_layers.py",
        "return grad @ self.weight.T",
        "return grad @ self.weight.T * 0.5",
        "what Dense.backward returns",
        "2 times too small (all 3 calls)",
    ),
    Slip("normalized_objects.py", "(n * dxhat - ", "(n * dxhat + ", "dx in BatchNorm.backward", "wrong here"),
    Slip(
        "normalized_objects.py",
        "(dout * self.xhat).sum(0)",
        "dout.sum(0)",
        "self.dgamma in BatchNorm.backward",
        "xhat",
    ),
    Slip(
        "recurrent_object.py",
        "self.dWh += self.hs[t].T",
        "self.dWh += self.hs[t + 1].T",
        "self.dWh in RNN.backward",
        "wrong",
    ),
    Slip("recurrent_object.py", "dh = da @ self.Wh.T", "dh = da @ self.Wh", "dh in RNN.backward", "wrong"),
]


def _text(file: str) -> str:
    return (FOLDER / file).read_text()


def _program(text: str) -> Program:
    return read(text, "real")


def _calls(program: Program) -> set[str]:
    return {s.frame.function for s in program.statements if s.frame is not None}


def _accused(report: Report) -> list[GradientReport]:
    return [one for one in report.gradients if one.verdict.accuses]


def _lines(one: GradientReport) -> tuple[int, ...]:
    return one.accused_lines or one.lines


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("file", PROGRAMS)
def test_right_layers_pass(file: str, seed: int) -> None:
    program = _program(_text(file))

    report = check(program, iterations=3, seed=seed)

    assert len(_calls(program)) > 1
    assert report.exit_code == 0, [(one.name, one.message) for one in report.failing]


@pytest.mark.parametrize("file", sorted({*PROGRAMS} - {*OBJECTS}))
def test_the_training_is_the_same_bit_for_bit(file: str) -> None:
    stepped = _program(_text(file))
    sessions = [Session(program, 0) for program in (stepped, with_calls_whole(stepped))]

    for session in sessions:
        assert session.begin() is None
        for _ in range(4):
            assert session.iterate().failure is None

    one, other = sessions
    assert one.losses == other.losses
    assert one.parameters == other.parameters
    for name in one.parameters:
        assert torch.equal(one.namespace[name], other.namespace[name])


def _by_python(text: str, program: Program) -> dict[str, Any]:
    """What Python itself has after four iterations of a program whose loop has its own line, or titles."""
    names: dict[str, Any] = {"__name__": "real"}
    if program.found is not None:
        exec(re.sub(r"^for (\w+) in range\(\d+\):", r"for \1 in range(4):", text, flags=re.MULTILINE), names)
        return names
    lines = text.split("\n")
    parts = {s.kind: "\n".join(lines[s.first_line - 1 : s.last_line]) for s in program.sections}
    exec(parts["setup"], names)
    torch.manual_seed(0)
    exec(parts["parameters"], names)
    for _ in range(4):
        exec(parts["forward"] + "\n" + parts["backward"] + "\n" + parts["update"], names)
    return names


@pytest.mark.parametrize("file", OBJECTS)
def test_the_training_of_objects_is_that_of_python_bit_for_bit(file: str) -> None:
    program = _program(_text(file))
    session = Session(program, 0)
    assert session.begin() is None
    for _ in range(4):
        assert session.iterate().failure is None

    names = _by_python(_text(file), program)

    assert len(session.parameters) >= 2
    for name in session.parameters:
        assert torch.equal(session.namespace[name], eval(name, names)), name


@pytest.mark.parametrize("slip", SLIPS, ids=[f"{one.file[:-3]}: {one.wrong}" for one in SLIPS])
def test_a_slip_is_told_on_its_own_line(slip: Slip) -> None:
    text = _text(slip.file)
    assert text.count(slip.right) == 1
    wrong = text.replace(slip.right, slip.wrong)
    line = 1 + text[: text.index(slip.right)].count("\n")

    report = check(_program(wrong))

    (accused,) = _accused(report)
    assert accused.name == slip.name
    assert line in _lines(accused)
    assert slip.words in accused.message
    assert "ꞏ" not in "".join(one.name + one.message for one in report.gradients)


OPAQUE = {
    "decorated": ("def affine_backward", "@torch.no_grad()\ndef affine_backward"),
    "bound again": ("# %% parameters", "affine_backward = torch.no_grad()(affine_backward)\n# %% parameters"),
    "defined twice": (
        "# %% parameters",
        "def affine_backward(dout, cache):\n    return dout @ cache[1].T, cache[0].T @ dout, dout.sum(0)\n\n"
        "# %% parameters",
    ),
    "calls itself": (
        "    return dx, dw, db",
        "    if dout.dim() > 9:\n        dx = affine_backward(dout[0], cache)[0]\n    return dx, dw, db",
    ),
    "returns early": (
        "    dw = x.T @ dout",
        "    if dout.dim() > 9:\n        return dx, None, None\n    dw = x.T @ dout",
    ),
    "binds a name only at times": (
        "    db = dout.sum(0)",
        "    if iteration < 99:\n        db = dout.sum(0)",
    ),
    "binds a global": ("    x, w, b = cache\n", "    global counted\n    counted = 1\n    x, w, b = cache\n"),
    "makes a function": ("    dx = dout @ w.T", "    times = lambda t: t @ w.T\n    dx = times(dout)"),
    "handed on": ("affine_backward(da1, cache1)", "(lambda f: f(da1, cache1))(affine_backward)"),
}


@pytest.mark.parametrize("case", OPAQUE)
def test_a_function_that_may_mean_something_else_stays_whole(case: str) -> None:
    right, other = OPAQUE[case]
    program = _program(_text("affine_layers.py").replace(right, other))

    report = check(program)

    assert "affine_backward" not in _calls(program)
    assert report.exit_code == 0
    assert "relu_backward" in _calls(program)


def test_without_a_return_the_call_is_at_fault() -> None:
    text = _text("affine_layers.py").replace("    return dx, dw, db\n", "")

    report = check(_program(text))

    assert report.failure is not None
    assert report.failure.line == 1 + text[: text.index("dh1, dW2, db2 =")].count("\n")


def test_what_raises_in_a_function_is_told_there_in_its_own_names() -> None:
    text = _text("affine_layers.py").replace("dw = x.T @ dout", "dw = w @ dout.T @ x.T")

    report = check(_program(text))

    assert report.failure is not None
    assert report.failure.line == 1 + text[: text.index("dw = w")].count("\n")
    assert report.exit_code == 2
    assert not _accused(report)
    assert "ꞏ" not in str(report)


def test_a_call_that_is_given_the_cache_of_another_has_the_blame() -> None:
    square = (
        _text("affine_layers.py")
        .replace("torch.randn(4, 5)", "torch.randn(4, 4)")
        .replace("torch.randn(5, 3)", "torch.randn(4, 4)")
        .replace("b1 = torch.randn(5)", "b1 = torch.randn(4)")
        .replace("b2 = torch.randn(3)", "b2 = torch.randn(4)")
        .replace("Y = torch.randn(8, 3)", "Y = torch.randn(8, 4)")
    )
    assert check(_program(square)).exit_code == 0
    wrong = square.replace("affine_backward(da1, cache1)", "affine_backward(da1, cache3)")

    report = check(_program(wrong))

    assert _accused(report)
    assert {one.name for one in _accused(report)} <= {"dX", "dW1", "db1"}


def test_helpers_alone_change_nothing() -> None:
    program = _program(
        "# %% setup\nimport torch\nx = torch.ones(3)\n"
        "def double(t):\n    out = 2 * t\n    return out\n"
        "# %% parameters\nw = torch.ones(3)\n"
        "# %% forward\ny = double(w * x)\nloss = y.sum()\n"
        "# %% backward\ndy = torch.ones(3)\ndw = double(dy) * x\n"
    )

    assert not _calls(program)
    assert check(program).exit_code == 0


BEGINNING = """\
# %% setup
import torch
X = torch.randn(8, 4, generator=torch.Generator().manual_seed(1))
def tanh(x):
    y = torch.tanh(x)
    return y, y
def tanh_back(dy, y):
    return dy * (1 - y * y)
# %% parameters
W = torch.randn(4, 5)
# %% forward
a = X @ W
h, kept = tanh(a)
loss = h.sum()
# %% backward
dh = torch.ones_like(h)
da = tanh_back(dh, kept)
dW = X.T @ da
"""


def test_a_function_whose_name_begins_anothers_is_told_apart_from_it() -> None:
    assert check(read(BEGINNING, "tanh")).exit_code == 0
    (wrong,) = [
        one
        for one in check(read(BEGINNING.replace("1 - y * y", "1 - y"), "tanh")).gradients
        if one.verdict.accuses
    ]
    assert wrong.line == 8
    assert "1 - y for 1 - y * y" in wrong.message
