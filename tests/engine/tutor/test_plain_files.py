"""Gradients are written into plain scripts and notebooks where they stand, as deep as their lines."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.reading import read, read_again
from backprop_tui.engine.tutor.writing import write

FOUND = Path(__file__).parents[2] / "programs" / "found"


def silently(name: str, text: str, *, missing: bool) -> str:
    """A script with its gradients written."""
    with contextlib.redirect_stdout(io.StringIO()):
        return write(read(text, name), missing=missing).text


@pytest.mark.parametrize("line", ["        dw = x.t() @ dz", "        db = dz.sum(0)"])
def test_a_missing_line_is_written_at_the_depth_of_its_loop(line: str) -> None:
    text = (FOUND / "arguments_and_main.py").read_text()
    name = line.split(maxsplit=1)[0]
    written = silently("script", text.replace(line, f"        {name} = ..."), missing=True)
    lines = [one for one in written.split("\n") if one.strip().startswith(f"{name} = ")]
    assert [one[:8].strip() for one in lines] == [""]
    assert check_passes(written)


@pytest.mark.parametrize("name", ["two_layers.py", "running_statistics.py", "attention_in_a_while.py"])
def test_all_gradients_written_anew_pass_and_other_lines_stay(name: str) -> None:
    text = (FOUND / name).read_text()
    written = silently("script", text, missing=False)
    assert check_passes(written)
    program = read(text, "script")
    backward = program.section("backward")
    assert backward is not None
    first, last = min(backward.numbers), max(backward.numbers)
    lines = text.split("\n")
    assert written.startswith("\n".join(lines[: first - 1]))
    assert written.endswith("\n".join(lines[last:]))


def check_passes(text: str) -> bool:
    """Whether every gradient of a script passes."""
    with contextlib.redirect_stdout(io.StringIO()):
        return check(read(text, "script")).exit_code == 0


def test_a_line_goes_back_into_the_cell_of_its_notebook(tmp_path: Path) -> None:
    cells = json.loads((FOUND / "four_exercises.ipynb").read_text())
    source = cells["cells"][-2]["source"]
    at = source.index("        dW1 = embcat.T @ dhprebn\n")
    source[at] = "        dW1 = ...\n"
    file = tmp_path / "exercises.ipynb"
    file.write_text(json.dumps(cells, indent=1, ensure_ascii=False) + "\n")
    program = load(str(file))
    with contextlib.redirect_stdout(io.StringIO()):
        written = write(program, missing=True).text
    assert program.source is not None
    again = json.loads(program.source.encoded(written))
    new = again["cells"][-2].pop("source")
    assert "        dW1 = ...\n" not in new
    assert any(line.startswith("        dW1 = ") for line in new)
    old = json.loads(file.read_text())
    old["cells"][-2].pop("source")
    assert again == old
    assert read_again(program, written).found is not None


LOSS_AND_ITS_GRADIENT = """import torch

def mse(o, t):
    d = o - t
    loss = (d ** 2).mean()
    dd = 2 * d / d.numel()
    g = dd
    return loss, g

x = torch.randn(10, 3)
y = torch.randn(10, 1)
w = torch.zeros(3, 1)
for i in range(10):
    out = x @ w
    loss, dout = mse(out, y)
    dw = x.T @ dout * 2
    w = w - 0.1 * dw
"""


class TestALossThatAFunctionGivesWithItsGradient:
    """Its lines stand in two places: in the function, and where that is called."""

    def test_each_gradient_is_written_where_it_stood(self) -> None:
        written = silently("script", LOSS_AND_ITS_GRADIENT, missing=False)
        assert check_passes(written)
        lines = written.split("\n")
        assert "    loss, dout = mse(out, y)" in lines
        assert lines.index("    dw = x.T @ dout") > lines.index("    loss, dout = mse(out, y)")
        assert lines.index("    return loss, g") > lines.index("    dd = 2 * d / d.numel()")
        exec(compile(written, "script", "exec"), {})

    def test_what_only_the_function_has_is_read_nowhere_else(self) -> None:
        text = LOSS_AND_ITS_GRADIENT.replace(
            "    loss = (d ** 2).mean()\n", "    c = d.tanh()\n    loss = (c ** 2).mean()\n"
        ).replace("2 * d / d.numel()", "2 * c / c.numel() * (1 - c**2)")
        written = silently("script", text, missing=True).split("\n")
        first = next(at for at, line in enumerate(written) if line.startswith("    dc = "))
        assert first < written.index("    return loss, g")
        exec(compile("\n".join(written), "script", "exec"), {})


LAYER_NORM = """import torch

class LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gamma):
        xc = x - x.mean(-1, keepdim=True)
        var = (xc * xc).mean(-1, keepdim=True)
        rstd = (var + 1e-5).rsqrt()
        xhat = xc * rstd
        ctx.save_for_backward(xhat, gamma, rstd)
        return xhat * gamma

    @staticmethod
    def backward(ctx, grad_out):
        xhat, gamma, rstd = ctx.saved_tensors
        grad_gamma = (grad_out * xhat).sum(0)
        g = grad_out * gamma
        grad_x = rstd * (g - g.mean(-1, keepdim=True) - (g * xhat).mean(-1, keepdim=True))
        return grad_x, grad_gamma

x = torch.randn(6, 10, requires_grad=True)
g = torch.randn(10, requires_grad=True)
LayerNorm.apply(x, g).sum().backward()
"""


def test_in_a_function_no_line_is_left_that_nothing_reads_and_what_is_not_written_is_the_reason() -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        written = write(read(LAYER_NORM, "script"))
    backward = written.text[written.text.index("def backward") : written.text.index("return grad_x")]
    assert "g = grad_out * gamma" not in backward.replace("grad_xhat = ", "")
    assert "grad_gamma = (xhat * grad_out).sum(0)" in backward
    assert written.unwritten["grad_rstd"] == "it needs xc, which the backward does not get"
    assert not any("raises" in reason for reason in written.unwritten.values())
    assert any(reason.endswith(", which is not written") for reason in written.unwritten.values())
