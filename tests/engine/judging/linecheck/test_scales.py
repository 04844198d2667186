"""Whatever the size of the loss, a line is judged: neither called untested nor passed by a wide tolerance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

LINES = """
draw = torch.tensor({scale})
dshifted = probs.clone()
dshifted[range(6), y] -= 1
dshifted *= draw / 6
dpeak = -dshifted.sum(1, keepdim=True)
dlogits = dshifted.clone()
dlogits.scatter_add_(1, logits.argmax(1, keepdim=True), dpeak)
dW = x.T @ dlogits
"""


def sections(scale: str, data: str = "1.0") -> dict[str, str]:
    """A softmax whose loss is scaled, on data of a size."""
    return {
        "setup": f"import torch\nx = {data} * torch.randn(6, 3)\ny = torch.randint(0, 4, (6,))",
        "parameters": f"W = torch.randn(3, 4) / {data}",
        "forward": f"""
            logits = x @ W
            peak = logits.max(1, keepdim=True).values
            shifted = logits - peak
            counts = shifted.exp()
            probs = counts / counts.sum(1, keepdim=True)
            raw = -probs[range(6), y].log().mean()
            loss = raw * {scale}
        """,
        "update": "pass",
    }


SIZES = [("1e-20", "1.0"), ("1e8", "1.0"), ("1e-20", "1e6"), ("1.0", "1e12"), ("1e12", "1e6")]


def line_verdicts(found: dict[str, Judgement]) -> dict[str, Verdict]:
    return {name: one.line.verdict for name, one in found.items() if one.line is not None}


@pytest.mark.parametrize(("scale", "data"), SIZES)
def test_lines_are_right_whatever_the_size_of_the_loss(judged: Judged, scale: str, data: str) -> None:
    found = judged(**sections(scale, data), backward=LINES.format(scale=scale))
    assert set(line_verdicts(found).values()) == {Verdict.RIGHT}
    assert all(one.verdict.passes for one in found.values())


@pytest.mark.parametrize(("scale", "data"), SIZES)
@pytest.mark.parametrize(
    ("old", "new", "blamed"),
    [
        ("draw = torch", "draw = -torch", "draw"),
        ("-= 1", "-= 1.001", "dshifted"),
        ("dpeak = -", "dpeak = ", "dpeak"),
        ("dW = x", "dW = 2 * x", "dW"),
    ],
)
def test_a_wrong_line_is_blamed_whatever_the_size_of_the_loss(
    judged: Judged, scale: str, data: str, old: str, new: str, blamed: str
) -> None:
    found = judged(**sections(scale, data), backward=LINES.format(scale=scale).replace(old, new))
    wrong = {name for name, verdict in line_verdicts(found).items() if verdict is Verdict.WRONG_HERE}
    assert wrong == {blamed}


@pytest.mark.parametrize("factor", ["1e-20", "1e-9", "1e-30"])
def test_a_line_with_a_tiny_factor_is_judged(judged: Judged, factor: str) -> None:
    program = {
        "setup": "import torch\nx = torch.randn(4)",
        "parameters": "w = torch.randn(4)",
        "forward": f"h = w * x\nq = h * {factor}\nloss = q.sum()",
        "update": "pass",
    }
    lines = "dq = torch.ones(4)\ndh = {}dq * {}\ndw = dh * x"
    right = line_verdicts(judged(**program, backward=lines.format("", factor)))
    assert set(right.values()) == {Verdict.RIGHT}
    wrong = line_verdicts(judged(**program, backward=lines.format("-", factor)))
    assert (wrong["dh"], wrong["dw"]) == (Verdict.WRONG_HERE, Verdict.RIGHT)


def test_a_gradient_that_cancels_is_not_exercised_although_rounding_is_left(judged: Judged) -> None:
    found = judged(
        setup="import torch\nx = torch.randn(6, 3)\ny = torch.randn(6, 4)",
        parameters="W = torch.randn(3, 4)\nb = torch.randn(4)",
        forward="""
            a = x @ W
            h = a + b
            c = h - h.mean(0, keepdim=True)
            loss = ((c - y) ** 2).mean()
        """,
        backward="db = (2 * (c - y - (c - y).mean(0)) / c.numel()).sum(0)",
        update="pass",
    )
    assert found["db"].verdict is Verdict.NOT_EXERCISED
