"""A factor of exactly 1, a term of exactly 0: left out, it is told of in a parameter and not in data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

SCALED = {
    "setup": "import torch\nx = torch.randn(6, 3)\ny = torch.randn(6, 4)\nones = torch.ones(4)",
    "parameters": """
        W = torch.randn(3, 4)
        shift = torch.zeros(3)
        gain = torch.ones(4)
        bias = torch.zeros(4)
    """,
    "forward": """
        h = (x - shift) @ W
        q = h * ones
        r = torch.tanh(q)
        o = r * gain + bias
        loss = ((o - y) ** 2).mean()
    """,
    "update": "gain -= 0.1 * dgain\nbias -= 0.1 * dbias",
}
LINES = """
do = 2 * (o - y) / o.numel()
dgain = (do * r).sum(0)
dbias = do.sum(0)
dr = do * gain
dq = dr * (1 - r * r)
dh = dq * ones
dW = (x - shift).T @ dh
dshift = -(dh @ W.T).sum(0)
"""


def untested(found: dict[str, Judgement]) -> set[str]:
    return {name for name, one in found.items() if one.verdict is Verdict.NOT_EXERCISED}


def test_lines_that_hold_for_every_gain_and_bias_are_right(judged: Judged) -> None:
    found = judged(**SCALED, backward=LINES)
    assert untested(found) == set()
    assert all(one.verdict.passes for one in found.values())


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [("dr = do * gain", "dr = do.clone()", "dr"), ("dW = (x - shift).T", "dW = x.T", "dW")],
)
def test_a_line_that_leaves_out_a_gain_or_a_bias_is_wrong_although_it_agrees_now(
    judged: Judged, old: str, new: str, name: str
) -> None:
    found = judged(**SCALED, backward=LINES.replace(old, new))
    assert [n for n, one in found.items() if one.verdict is Verdict.WRONG_HERE] == [name]
    assert found[name].hidden
    assert "right only as long as nothing but 0 or 1 is in bias, gain, shift" in found[name].message


def test_once_it_has_trained_the_line_is_wrong(judged: Judged) -> None:
    found = judged(iterations=2, **SCALED, backward=LINES.replace("dr = do * gain", "dr = do.clone()"))
    assert found["dr"].verdict is Verdict.WRONG_HERE


def test_a_constant_factor_of_the_data_may_be_left_out(judged: Judged) -> None:
    found = judged(**SCALED, backward=LINES.replace("dh = dq * ones", "dh = dq.clone()"))
    assert untested(found) == set()
    assert all(one.verdict.passes for one in found.values())


def test_another_choice_at_a_kink_is_no_such_line(judged: Judged) -> None:
    found = judged(
        setup="import torch\nx = torch.tensor([[1.0, 2.0], [0.0, 0.0], [-2.0, 0.3]])",
        parameters="W = torch.tensor([[0.7, -0.4], [0.2, 0.9]])\nb = torch.zeros(2)",
        forward="h = x @ W + b\nr = torch.relu(h)\nloss = ((r - 1) ** 2).sum()",
        backward="dr = 2 * (r - 1)\ndh = dr * (h >= 0)\ndW = x.T @ dh\ndb = dh.sum(0)",
        update="pass",
    )
    assert untested(found) == set()
    assert found["dh"].verdict is Verdict.RIGHT
