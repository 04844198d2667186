"""A check draws nothing and changes nothing that the program remembers, in whatever way it does."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.program.random_draws import RandomDraws

Begun = Callable[..., Session]

DRAWS = {
    "a loader of torch": (
        "import torch.utils.data as data\nrows = torch.arange(12.0).reshape(4, 3)\n"
        "loader = data.DataLoader(data.TensorDataset(rows), batch_size=1, shuffle=True)",
        "z = next(iter(loader))[0][0]",
    ),
    "a module in a map": ("drop = torch.nn.Dropout(0.5)", "(z,) = map(drop, [x])"),
    "a generator expression": ("draws = (torch.randn(3) for _ in range(99))", "z = next(draws)"),
    "a function without a call": ("draw = torch.rand_like", "z = draw(x)"),
    "a function from torch": ("from torch import rand as draw", "z = draw(3)"),
    "a lambda": ("draw = lambda: torch.randn(3)", "z = draw()"),
    "a method of a class": (
        "class Noise:\n    def __call__(self, t):\n        return t + torch.randn(3)\nnoise = Noise()",
        "z = noise(x)",
    ),
    "a container of functions": ("draws = [torch.randn]", "z = draws[0](3)"),
    "a distribution": ("normal = torch.distributions.Normal(0.0, 1.0)", "z = normal.sample((3,))"),
}


@pytest.mark.parametrize("way", DRAWS)
def test_losses_are_the_same_whether_lines_are_checked_or_not(way: str, begun: Begun) -> None:
    setup, forward = DRAWS[way]
    sections = {
        "setup": f"+\n{setup}",
        "forward": f"{forward}\nH = W * x + z\nloss = (H * H).sum()",
        "backward": "dH = 2 * H\ndW = dH * x",
    }
    losses = []
    for check in (False, True):
        session = begun(**sections)
        assert not RandomDraws(session.program).none
        for _ in range(4):
            record = session.iterate()
            if check:
                check_lines(session, record)
        losses.append(session.losses)
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 4


def test_what_cannot_draw_is_known_for_bundled_programs() -> None:
    silent = {
        name for name in ("linear_regression", "layer_norm", "convolution") if RandomDraws(load(name)).none
    }
    assert silent == {"linear_regression", "layer_norm", "convolution"}
    minibatches = load("batchnorm_mlp")
    assert (RandomDraws(minibatches).none, RandomDraws(minibatches).whole_numbers_only) == (False, True)


def test_what_another_module_draws_is_not_told_by_its_names() -> None:
    text = "# %% setup\nimport mine\nx = 1.0\n# %% forward\nloss = mine.sum(x)\n"
    assert not RandomDraws(parse(text, "mine")).whole_numbers_only
    assert RandomDraws(parse(text.replace("mine", "torch"), "torch")).whole_numbers_only


CLOSURE = """+
    def counter(box):
        def tick():
            box.append(1)
            return float(len(box))
        return tick
    calls = []
    tick = counter(calls)
"""


def test_what_a_closure_holds_is_put_back_after_a_failure(begun: Begun) -> None:
    session = begun(
        setup=CLOSURE, forward="k = tick()\nloss = (W * x).sum()\nassert k != 2", backward=None, update=None
    )
    assert session.iterate().failure is None
    for _ in range(3):
        assert session.iterate().failure is not None
        assert len(session.namespace["calls"]) == 1


def test_a_check_calls_no_method_of_the_programs_own_list(begun: Begun) -> None:
    session = begun(setup="+\nlog = []\npush = log.append", forward="push(1)\nH = W * x\nloss = H.sum()")
    for ran in range(1, 4):
        assert not check_lines(session, session.iterate()).problem
        assert session.namespace["log"] == [1] * ran


FROZEN = """+
    class Frozen(dict):
        def __setitem__(self, key, value):
            raise TypeError('frozen')
    held = Frozen(t=torch.ones(3))
"""


def test_a_check_that_cannot_copy_leaves_prints_as_they_were(begun: Begun) -> None:
    setup = "+\nheld = ()\nfor _ in range(100_000):\n    held = (held,)"
    session = begun(setup=setup, forward="first = held\nloss = W.sum()", backward="dW = torch.ones(3)")
    record = session.iterate()
    with redirect_stdout(io.StringIO()):
        before = sys.stdout
        assert "nested too deeply to be copied" in check_lines(session, record).problem
        assert sys.stdout is before
