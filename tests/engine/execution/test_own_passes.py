"""Programs that run backward passes of their own train as they do without us, and are judged as ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.writing import write
from backprop_tui.engine.verdict import Verdict

SETUP = """import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 8.0])
def back(loss): loss.backward()
def grads(loss, *tensors): return torch.autograd.grad(loss, tensors)
"""
PARAMETERS = "w = torch.randn(1).requires_grad_()"
FORWARD = """h = w * x
error = h - y
loss = (error ** 2).mean()
"""
BACKWARD = """derror = 2 * error / 4
dh = derror
dw = (x * dh).sum(0, keepdim=True)
"""
UPDATE = """with torch.no_grad(): w -= 0.01 * dw
"""
PLACES = {
    "a function, in the forward": {"forward": "back(loss)"},
    "another name of the loss": {"forward": "same = loss\nsame.backward()"},
    "half of the loss": {"forward": "(loss / 2).backward()"},
    "a part of the graph": {"forward": "error.sum().backward()"},
    "grad, in the forward": {"forward": "(g,) = torch.autograd.grad(loss, w)"},
    "grad of a tensor on the way": {"forward": "(g,) = torch.autograd.grad(loss, error)"},
    "grad in a function": {"forward": "g, k = grads(loss, w, h)"},
    "now and then": {"forward": "if iteration % 2:\n    back(loss)"},
    "gradients that are cleared": {"forward": "if iteration: w.grad.zero_()\nback(loss)"},
    "gradients that add up": {"forward": "back(loss)\nadded = w.grad.clone()"},
    "after the handwritten lines": {"backward": "back(loss)\nadded = w.grad.clone()"},
    "autograd.backward": {"backward": "torch.autograd.backward(loss)\nadded = w.grad.clone()"},
    "grad after the handwritten lines": {
        "backward": "g, k = grads(loss, w, h)\nassert torch.allclose(g, dw)"
    },
    "the same under try": {
        "backward": "try:\n    g, k = grads(loss, w, h)\nexcept RuntimeError:\n    dw = torch.zeros(1)"
    },
    "the update": {"update": "w.grad = None\nback(loss)\nw.data -= 0.01 * w.grad"},
    "grad in the update": {"update": "(g,) = torch.autograd.grad(loss, w)\nw.data -= 0.01 * g"},
}


def program(forward: str = "", backward: str = "", update: str = "", old_backward: str = BACKWARD) -> Program:
    cells = {
        "setup": SETUP,
        "parameters": PARAMETERS,
        "forward": FORWARD + forward,
        "backward": old_backward + backward,
        "update": UPDATE + update,
    }
    return parse("\n".join(f"# %% {title}\n{text}" for title, text in cells.items()), "own_passes")


def plainly(program: Program, iterations: int) -> dict[str, Any]:
    """What the names are bound to when Python alone has run it."""
    namespace: dict[str, Any] = {}
    code = {one.kind: compile(one.tree, "plain", "exec") for one in program.sections}
    exec(code["setup"], namespace)
    torch.manual_seed(0)
    exec(code["parameters"], namespace)
    for namespace["iteration"] in range(iterations):
        for kind in ("forward", "backward", "update"):
            exec(code[kind], namespace)
    return namespace


@pytest.mark.parametrize("place", PLACES)
def test_it_trains_bit_for_bit_as_python_alone(place: str) -> None:
    text = program(**PLACES[place])
    session = Session(text, 0)
    session.begin()
    for _ in range(4):
        record = session.iterate()
        assert record.failure is None
    plain = plainly(text, 4)
    for name in ("w", "loss", "g", "added"):
        if name in plain:
            assert torch.equal(session.namespace[name], plain[name]), name


@pytest.mark.parametrize("place", PLACES)
def test_right_lines_pass_and_a_wrong_one_is_blamed(place: str) -> None:
    right = check(program(**PLACES[place]), iterations=3)
    assert right.failure is None
    assert {one.verdict for one in right.gradients} == {Verdict.EXACT}
    if "assert" not in str(PLACES[place]):
        flipped = BACKWARD.replace("dh = derror", "dh = -derror")
        wrong = check(program(**PLACES[place], old_backward=flipped), iterations=3)
        assert {one.name for one in wrong.gradients if one.verdict.accuses} == {"dh"}


@pytest.mark.parametrize("place", PLACES)
def test_its_gradients_are_written(place: str) -> None:
    text = program(**PLACES[place])
    written = write(text)
    assert not written.unwritten
    assert check(parse(written.text, text.name), iterations=2).exit_code == 0


@pytest.mark.parametrize("section", ["forward", "backward", "update"])
def test_a_graph_that_the_program_uses_twice_is_there_for_both(section: str) -> None:
    twice = "(g,) = torch.autograd.grad(loss, h)\n(g,) = torch.autograd.grad(loss, h)"
    assert check(program(**{section: twice}), iterations=3).exit_code == 0


@pytest.mark.parametrize(
    "line", ["dh = torch.autograd.grad(loss, h)[0]", "(dh,) = grads(loss, h)", "dh, dw = grads(loss, h, w)"]
)
def test_a_gradient_that_autograd_gives_is_right_and_the_lines_around_are_judged(line: str) -> None:
    lines = BACKWARD.replace("dh = derror", line)
    if "dw" in line:
        lines = lines.replace("dw = (x * dh).sum(0, keepdim=True)\n", "")
    else:
        wrong = check(program(old_backward=lines.replace("x * dh", "2 * x * dh")))
        assert {one.name for one in wrong.gradients if one.verdict.accuses} == {"dw"}
    assert check(program(old_backward=lines)).exit_code == 0


def test_a_module_beside_the_program_runs_a_pass_in_the_handwritten_lines(tmp_path: Path) -> None:
    (tmp_path / "passes_of_its_own.py").write_text("def of(loss):\n    loss.backward()\n")
    text = program(backward="passes_of_its_own.of(loss)\nassert w.grad is not None").text
    (tmp_path / "mine.py").write_text(text.replace("import torch", "import torch, passes_of_its_own"))
    report = check(load(str(tmp_path / "mine.py")), iterations=2)
    assert report.failure is None
    assert report.exit_code == 0


def test_what_autograd_cannot_go_back_from_is_told_with_the_line_of_the_loss(
    build: Callable[..., Program],
) -> None:
    text = build(
        setup="import torch\nfrom torch.utils.checkpoint import checkpoint\nx = torch.ones(3)",
        parameters="W = torch.randn(3)",
        forward="H = checkpoint(lambda w: w * x, W, use_reentrant=True)\nloss = H.sum()",
    )
    failure = check(text).failure
    assert failure is not None
    assert failure.message.startswith("autograd cannot go back from `loss`: RuntimeError: When use_reentrant")
    assert failure.line == text.text.split("\n").index("loss = H.sum()") + 1
