"""Gradients that are clipped once they are complete are judged where they are complete."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

LINEAR = {
    "setup": "import torch\nx = torch.randn(6, 3) * 4\ny = torch.randn(6)\nn = 6",
    "parameters": "W = torch.randn(3)\nb = torch.zeros(1)",
    "forward": "z = x @ W + b\nloss = ((z - y) ** 2).sum()",
    "update": "pass",
}
LINES = "dz = 2 * (z - y)\ndW = x.T @ dz\ndb = dz.sum(0, keepdim=True)\n"
TOTAL = "total = (dW.pow(2).sum() + db.pow(2).sum()).sqrt()\n"


@pytest.mark.parametrize(
    "clipping",
    [
        "for d in (dW, db):\n    d.clamp_(-5, 5)",
        TOTAL + "if total > 1:\n    dW = dW / total\n    db = db / total",
        TOTAL + "scale = min(1.0, 1.0 / total.item())\ndW *= scale\ndb *= scale",
        "for d in (dW, db):\n    size = d.norm()\n    if size > 1:\n        d /= size",
    ],
)
def test_clipping_is_told_and_held_against_no_line(judged: Judged, clipping: str) -> None:
    found = judged(**LINEAR, backward=LINES + clipping)
    assert all(one.verdict.passes for one in found.values())
    assert "clipped in line" in found["dW"].message


@pytest.mark.parametrize(
    "change",
    [
        "norm = len(x)\ndW = dW / norm\ndb = db / norm",
        "dW /= n  # normalise\ndb /= n",
        "dW.zero_()",
        "dW = dW * 2",
    ],
)
def test_a_factor_is_no_clipping(judged: Judged, change: str) -> None:
    found = judged(**LINEAR, backward=LINES + change)
    assert found["dW"].verdict is Verdict.WRONG_HERE
    assert "clipped" not in found["dW"].message


def test_what_is_wrong_before_it_is_clipped_is_wrong(judged: Judged) -> None:
    lines = LINES.replace("dW = x.T", "dW = 3 * x.T") + TOTAL + "if total > 1:\n    dW = dW / total"
    assert judged(**LINEAR, backward=lines)["dW"].verdict is Verdict.WRONG_HERE


@pytest.mark.parametrize("clipping", ["dW = dW.clamp(-500, 500)", "for d in (dW, db):\n    d.clamp_(-5, 5)"])
def test_what_is_clipped_below_a_wrong_line_inherits_its_error(judged: Judged, clipping: str) -> None:
    lines = LINES.replace("dz = 2 *", "dz = 3 *")
    found = judged(**LINEAR, backward=lines + clipping)
    assert found["dz"].verdict is Verdict.WRONG_HERE
    assert found["dW"].verdict is Verdict.INHERITED
    assert found["dW"].inherited_from == ("dz",)
    assert not any("clipped" in remark for remark in found["dW"].remarks)
