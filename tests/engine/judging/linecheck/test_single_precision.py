"""Constants and casts in single precision on the handwritten side: rounding is no error, and hides none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

SOFT = {
    "setup": """
        import torch
        import torch.nn.functional as F
        x = torch.randn(6, 4)
        y = torch.tensor([0, 1, 2, 0, 1, 1])
        soft = 0.9 * F.one_hot(y, 3).float() + 0.1 / 3
    """,
    "parameters": "W = torch.randn(4, 3)",
    "forward": "z = x @ W\nloss = F.cross_entropy(z, y, label_smoothing=0.1)",
    "update": "pass",
}
ADJACENT = {
    "setup": """
        import torch
        links = torch.tensor([[0.0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 0]])
        spread = links / links.sum(1, keepdim=True)
        x = torch.randn(4, 3)
    """,
    "parameters": "W = torch.randn(3, 2)",
    "forward": "h = x @ W\nm = (links @ h) / links.sum(1, keepdim=True)\nloss = (m ** 3).sum()",
    "update": "pass",
}


@pytest.mark.parametrize(
    ("sections", "lines"),
    [
        (SOFT, "dz = (z.softmax(1) - soft) / 6\ndW = x.T @ dz"),
        (SOFT, "p = z.softmax(1).float()\ndz = (p - soft) / 6\ndW = x.T @ dz"),
        (ADJACENT, "dm = 3 * m ** 2\ndh = spread.T @ dm\ndW = x.T @ dh"),
        (ADJACENT, "dm = 3 * m.float() ** 2\ndh = spread.T @ dm\ndW = x.T @ dh"),
    ],
)
def test_rounded_constants_and_casts_are_no_error(
    judged: Judged, sections: dict[str, str], lines: str
) -> None:
    assert all(one.verdict.passes for one in judged(**sections, backward=lines).values())


@pytest.mark.parametrize("slip", ["1e-6", "1e-5"])
def test_an_error_of_the_size_of_rounding_is_still_an_error(judged: Judged, slip: str) -> None:
    lines = f"dm = 3 * m ** 2\ndh = spread.T @ dm * (1 + {slip})\ndW = x.T @ dh"
    assert judged(**ADJACENT, backward=lines)["dh"].verdict is Verdict.WRONG_HERE
