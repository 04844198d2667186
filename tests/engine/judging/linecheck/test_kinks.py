"""At a kink or tie a line may choose, within what there is to choose from; what is smooth is no choice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

RELU = {
    "setup": "import torch\nx = torch.tensor([[1.0, 2.0], [0.0, 0.0]])",
    "parameters": "W = torch.tensor([[0.7, -0.4], [0.2, 0.9]])\nb = torch.zeros(2)",
    "forward": "h = x @ W + b\nr = torch.relu(h)\nq = r + 3 * h\nloss = ((q - 1) ** 2).sum()",
    "update": "pass",
}
MAXIMUM = {
    "setup": "import torch\nx = torch.tensor([1.0, 2.0, 3.0])",
    "parameters": "w = torch.tensor([0.5, -1.0, 2.0])\nv = torch.tensor([0.5, 1.0, 2.0])",
    "forward": "a = w * x\nb = v * x\nm = torch.maximum(a, b)\nloss = (m ** 2).sum()",
    "update": "pass",
}
TOP = {
    "setup": "import torch\nx = torch.tensor([[1.0, 1.0, 0.5], [0.3, 2.0, 2.0]])",
    "parameters": "w = torch.tensor([0.8])",
    "forward": "s = x * w\nm = s.max(1).values\nloss = (m ** 2).sum()",
    "update": "pass",
}


def accused(found: dict[str, Judgement]) -> set[str]:
    return {name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE}


@pytest.mark.parametrize(
    ("slope", "wrong"),
    [("(h >= 0)", set()), ("torch.where(h == 0, 0.4, (h > 0) * 1.0)", set())]
    + [(f"torch.where(h == 0, {number}, (h > 0) * 1.0)", {"dh"}) for number in ("7.0", "1.2", "-0.3")],
)
def test_the_slope_of_relu_at_zero_is_any_between_zero_and_one(
    judged: Judged, slope: str, wrong: set[str]
) -> None:
    lines = f"dq = 2 * (q - 1)\ndr = dq\ndh = 3 * dq + dr * {slope}\ndW = x.T @ dh\ndb = dh.sum(0)"
    assert accused(judged(**RELU, backward=lines)) == wrong


def test_a_smooth_term_that_is_dropped_at_the_kink_is_no_choice(judged: Judged) -> None:
    lines = "dq = 2 * (q - 1)\ndr = dq\ndh = (h != 0) * 3 * dq + dr * (h > 0)\ndW = x.T @ dh\ndb = dh.sum(0)"
    assert accused(judged(**RELU, backward=lines)) == {"dh"}


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [(">=", ">", set()), (">", ">=", set()), (">", ">", {"da", "db"}), (">=", ">=", {"da", "db"})],
)
def test_the_weights_of_two_equal_operands_add_up_to_one(
    judged: Judged, left: str, right: str, wrong: set[str]
) -> None:
    lines = f"dm = 2 * m\nda = dm * (a {left} b)\ndb = dm * (b {right} a)\ndw = da * x\ndv = db * x"
    assert accused(judged(**MAXIMUM, backward=lines)) == wrong


@pytest.mark.parametrize(
    ("weights", "wrong"),
    [
        ("(s == m[:, None])", {"ds"}),
        ("(s == m[:, None]) / (s == m[:, None]).sum(1, keepdim=True)", set()),
        ("torch.nn.functional.one_hot(s.argmax(1), 3)", set()),
        ("torch.zeros(2, 3)", {"ds"}),
    ],
)
def test_the_weights_of_equal_maxima_add_up_to_one(judged: Judged, weights: str, wrong: set[str]) -> None:
    lines = f"dm = 2 * m\nds = dm[:, None] * {weights}\ndw = (ds * x).sum().reshape(1)"
    assert accused(judged(**TOP, backward=lines)) == wrong
