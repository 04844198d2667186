"""Expressions and statements at the cursor: what they come to, and that nothing of them stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Evaluate, Unit
from backprop_tui.engine.debugger.wire.frame import Evaluated
from backprop_tui.engine.debugger.wire.looks import Layout, Select
from backprop_tui.engine.program.program import Program

from .stepping import made

ITERATION, STATEMENT = Advance(Unit.ITERATION), Advance(Unit.STATEMENT)
Build = Callable[..., Program]


def told(stepper: Stepper, text: str) -> list[str]:
    stepper.handle(Evaluate(text))
    newest: Evaluated = stepper.frame(0).evaluated[-1]
    assert newest.text == text
    return [line.text for line in newest.lines]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1 + 1", ["2"]),
        ("x", ["tensor([1., 2., 3.])", "float32 [3]"]),
        ("print(x.sum().item()); print(2)", ["6.0", "2"]),
        ("a = 5", ["done, on copies: nothing of it stays"]),
        ("None", ["done, on copies: nothing of it stays"]),
        ("'a\\tb\\x1b[2J'", ["'a\\tb\\x1b[2J'"]),
        ("for i in range(3): print(i)", ["0", "1", "2"]),
        ("x +", ["`x +`, column"]),
        ("x[7]", ["`x[7]`: IndexError: index 7 is out of bounds"]),
        ("import nothing_like_it", ["ModuleNotFoundError: No module named 'nothing_like_it'"]),
        ("raise SystemExit(3)", ["SystemExit"]),
        ("print('before'); 1 / 0", ["before", "`1 / 0`: ZeroDivisionError: division by zero"]),
    ],
)
def test_what_a_text_comes_to_is_told(text: str, lines: list[str], build: Build) -> None:
    found = told(made(build()), text)
    assert len(found) == len(lines)
    assert all(words in line for words, line in zip(lines, found, strict=True))


def test_values_are_those_at_the_cursor(build: Build) -> None:
    stepper = made(build(backward="dH = torch.ones_like(H)\ndW = dH * x\ndW *= 2"))
    stepper.handle(ITERATION)
    stepper.handle(Advance(Unit.STATEMENT, -1))
    stepper.handle(Advance(Unit.STATEMENT, -1))
    assert told(stepper, "dW.tolist(), W.tolist()") == ["([1.0, 2.0, 3.0], [0.5, -1.0, 2.0])"]
    stepper.handle(Advance(Unit.PHASE, -1))
    assert told(stepper, "dW") == ["`dW` has no value yet here"]


def test_before_anything_ran_setup_is_there(build: Build) -> None:
    assert told(made(build()), "W.shape") == ["torch.Size([3])"]


@pytest.mark.parametrize(
    "text",
    [
        "W.zero_()",
        "W = None",
        "del W, x, loss",
        "globals().clear()",
        "kept.append(W); kept[0][0] = 5",
        "torch.manual_seed(7); torch.rand(3)",
        "import random, numpy; random.seed(1); numpy.random.seed(1)",
        "Model.rate = 100; model.rate = 7; model.weights.append(1)",
        "def step(): return 0",
        "step(); W.add_(1)",
        "x.data.mul_(3)",
        "torch.set_default_dtype(torch.float64)",
        "generator.manual_seed(1)",
        "import sys; sys.modules['torch'] = None; sys.modules.pop('random', None)",
        "[0][1]",
        "while True: W += 1; assert W.sum() < 100",
    ],
)
def test_nothing_of_it_stays(text: str, build: Build) -> None:
    setup = """+
        import random
        kept = [torch.zeros(3)]
        generator = torch.Generator().manual_seed(1)
        class Model:
            rate = 0.1
            def __init__(self):
                self.weights = []
        model = Model()
        def step():
            global W
            W = W * 0
            return 1 + random.random() * 0"""
    update = """
        W = W - Model.rate * model.rate * dW * torch.rand(3) * random.random() + kept[0]
        W = W + len(model.weights) + torch.rand(3, generator=generator) + (step() - 1)"""
    seen = []
    for texts in ([], [text] * 2):
        stepper = made(build(setup=setup, update=update))
        for command in (
            ITERATION,
            *map(Evaluate, texts),
            STATEMENT,
            *map(Evaluate, texts),
            ITERATION,
            ITERATION,
        ):
            stepper.handle(command)
        names = stepper.now.session.namespace
        seen.append((stepper.now.session.losses, names["W"].tolist(), [*names], torch.rand(2).tolist()))
    assert seen[0] == seen[1]


def test_what_is_long_is_cut_and_goes_with_the_next_command(build: Build) -> None:
    stepper = made(build())
    lines = told(stepper, "print('\\n'.join(map(str, range(10000)))); 'x' * 10**6")
    assert len(lines) < 100
    assert max(map(len, lines)) <= 300
    assert "…" in lines
    stepper.handle(Select(1))
    assert stepper.frame(0).evaluated == ()


def test_all_of_a_burst_are_told(build: Build) -> None:
    stepper = made(build())
    for number in range(4):
        stepper.handle(Evaluate(f"{number}"))
    assert [one.lines[0].text for one in stepper.frame(0).evaluated] == ["0", "1", "2", "3"]


def test_what_no_key_sends_leaves_it_told(build: Build) -> None:
    stepper = made(build())
    stepper.handle(Evaluate("1 + 1"))
    stepper.handle(Layout(program_rows=7))
    assert [one.text for one in stepper.frame(0).evaluated] == ["1 + 1"]


def test_one_that_never_ends_is_stopped(screen: Callable[..., Any], build: Build) -> None:
    one = screen(build())
    one.send(Evaluate("while True: pass"))
    one.until(lambda frame: frame.status.busy == "the expression")
    one.engine.cancel()
    assert one.settled().evaluated[-1].lines[-1].text == "stopped"
    one.send(ITERATION)
    assert one.settled().status.iteration == 0
