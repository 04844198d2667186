"""Before an accusation the whole program is tried: what it leans on, puts off or holds in parts is told."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

LOGISTIC = {
    "setup": """
        import torch
        x = torch.randn(5, 2)
        y = torch.tensor([[1.0], [0.0], [1.0], [1.0], [0.0]])
        m = 5
    """,
    "parameters": "w = torch.randn(2, 1)\nb = torch.zeros(1)",
    "forward": """
        z = x @ w + b
        a = torch.sigmoid(z)
        loss = -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).mean()
    """,
    "update": "pass",
}
LATER = "dz = a - y\ndw = x.T @ dz / m\ndb = dz.sum(0) / m"
GRAM = {
    "setup": "import torch\nC = torch.tensor([[2.0, 0.5], [0.5, 1.0]])",
    "parameters": "L = torch.randn(2, 2)",
    "forward": "S = L @ L.T\nloss = (S * C).sum() + (S ** 2).sum()",
    "update": "pass",
}
TWO_WAYS = {
    "setup": "import torch\nx = torch.randn(4, 3)",
    "parameters": "w = torch.randn(3)\nv = torch.randn(3)",
    "forward": """
        q = torch.sigmoid(x * w)
        r = q @ v
        loss = (r ** 2).sum() + (q * torch.log(q)).sum()
    """,
    "update": "pass",
}
PARTS = """
dr = 2 * r
dv = q.T @ dr
dq = torch.outer(dr, v)
total = dq + torch.log(q) + 1
dw = (total * q * (1 - q) * x).sum(0)
"""


def verdicts(found: dict[str, Judgement]) -> dict[str, Verdict]:
    return {name: one.verdict for name, one in found.items()}


def test_a_factor_that_is_put_off_is_a_convention(judged: Judged) -> None:
    found = judged(**LOGISTIC, backward=LATER)
    assert found["dz"].verdict is Verdict.SCALED
    assert "5 times the gradient" in found["dz"].message
    assert all(one.verdict.passes for one in found.values())


def test_a_factor_that_is_lost_is_none(judged: Judged) -> None:
    found = judged(**LOGISTIC, backward=LATER.replace(" / m", ""))
    assert found["dz"].verdict is Verdict.WRONG_HERE


def test_beside_a_convention_a_wrong_line_is_blamed_alone(judged: Judged) -> None:
    found = judged(**LOGISTIC, backward=LATER.replace("dz.sum(0) / m", "-dz.sum(0) / m"))
    assert {name for name, one in found.items() if one.verdict.accuses} == {"db"}


def test_two_signs_that_cancel_are_no_convention(judged: Judged) -> None:
    lines = LATER.replace("a - y", "y - a").replace("x.T @ dz", "-x.T @ dz").replace("dz.sum", "-dz.sum")
    assert judged(**LOGISTIC, backward=lines)["dz"].verdict is Verdict.WRONG_HERE


def test_a_line_that_needs_its_upstream_symmetric_leans_on_that(judged: Judged) -> None:
    found = judged(**GRAM, backward="dS = C + 2 * S\ndL = 2 * dS @ L")
    assert found["dL"].verdict is Verdict.LEANING
    assert "dS is symmetric" in found["dL"].message


def test_one_contribution_beside_the_total_is_a_part(judged: Judged) -> None:
    found = judged(**TWO_WAYS, backward=PARTS)
    assert found["dq"].verdict is Verdict.PART
    assert all(one.verdict.passes for one in found.values())


def test_a_part_whose_total_is_wrong_is_wrong(judged: Judged) -> None:
    found = judged(**TWO_WAYS, backward=PARTS.replace("+ torch.log(q) + 1", "+ torch.log(q)"))
    assert any(one.verdict.accuses for one in found.values())


def test_what_passes_leniently_does_not_pass_strictly() -> None:
    lenient = {Verdict.LEANING, Verdict.SCALED, Verdict.PART}
    assert {one for one in Verdict if one.passes and not one.passes_strictly} == lenient
