"""Gradients in parts, gradients taken from autograd, names of loops, changes in headers of blocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

ATTENTION = {
    "setup": "import torch\nx = torch.randn(5, 4)\ny = torch.randn(5, 4)",
    "parameters": "A = torch.randn(4, 12)",
    "forward": """
        qkv = x @ A
        q, k, v = qkv.split(4, 1)
        s = q @ k.T
        p = s.softmax(1)
        o = p @ v
        loss = ((o - y) ** 2).mean()
    """,
    "update": "pass",
}
FILLED = """
do = 2 * (o - y) / o.numel()
dqkv = torch.empty(5, 12)
dq, dk, dv = dqkv.split(4, 1)
dv.copy_(p.T @ do)
dp = do @ v.T
ds = p * (dp - (dp * p).sum(1, keepdim=True))
dq[:] = ds @ k
dk[:] = ds.T @ q
dA = x.T @ dqkv
"""


def accused(found: dict[str, Judgement]) -> set[str]:
    return {n for n, one in found.items() if one.verdict.accuses}


def test_memory_filled_through_its_parts_is_right(judged: Judged) -> None:
    assert all(one.verdict.passes for one in judged(**ATTENTION, backward=FILLED).values())


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [("dq[:] = ", "dq[:] = -", "dq"), ("dk[:] = ", "dk[:] = 2 * ", "dk"), ("copy_(", "copy_(-", "dv")],
)
def test_only_the_part_that_is_wrong_is_blamed(judged: Judged, old: str, new: str, part: str) -> None:
    found = judged(**ATTENTION, backward=FILLED.replace(old, new))
    assert accused(found) == {part}
    assert found["dqkv"].inherited_from == (part,)
    assert found["dA"].inherited_from == (part,)


def test_a_wrong_line_of_the_whole_itself_is_blamed(judged: Judged) -> None:
    lines = FILLED.replace("dA = ", "dqkv *= 2\ndA = ")
    assert accused(judged(**ATTENTION, backward=lines)) == {"dqkv"}


def test_a_gradient_taken_from_autograd_is_told_as_that_and_the_others_are_judged_in_float64(
    judged: Judged,
) -> None:
    found = judged(
        setup="import torch\nx = torch.randn(4, 3)",
        parameters="W = torch.randn(3, 2)\nV = torch.randn(2, 2)",
        forward="h = x @ W\nr = torch.tanh(h)\no = r @ V\nloss = (o ** 2).sum()",
        backward="""
            do = 2 * o
            dV = V.grad.clone()
            dr = do @ V.T
            dh = dr * (1 + r * r)
            dW = W.grad
        """,
        update="pass",
    )
    assert accused(found) == {"dh"}
    for name in ("dV", "dW"):
        assert found[name].message == "taken from autograd, by .grad: no line of it is handwritten"
    line = found["dr"].line
    assert line is not None
    assert (line.verdict, line.dtype) == (Verdict.RIGHT, "float64")


def test_names_that_a_loop_binds_anew_are_counted(judged: Judged) -> None:
    found = judged(
        setup="import torch\nx = torch.randn(8, 5, 3)",
        parameters="W = torch.randn(3, 4)\nU = torch.randn(4, 4) * 0.3",
        forward="""
            h = torch.zeros(5, 4)
            hs = [h]
            for t in range(8):
                h = torch.tanh(x[t] @ W + h @ U)
                hs.append(h)
            loss = (h ** 2).sum()
        """,
        backward="""
            dh = 2 * h
            dW = torch.zeros_like(W)
            dU = torch.zeros_like(U)
            for t in reversed(range(8)):
                dz = dh * (1 - hs[t + 1] ** 2)
                dW += x[t].T @ dz
                dU += hs[t].T @ dz
                dh = dz @ U.T
        """,
        update="pass",
    )
    assert found["dh"].verdict is Verdict.NOT_CHECKED
    assert found["dh"].message == (
        "a loop binds h 9 times in the forward and dh 9 times in the backward: "
        "which belongs to which is not known"
    )
    assert found["dW"].verdict.passes


@pytest.mark.parametrize("test", ["c.add_(x).sum() < 10", "torch.add(c, x, out=c).sum() < 10"])
def test_a_change_in_the_header_of_a_loop_is_recorded(
    iterated: Callable[..., Iteration], values_of: Callable[[Iteration, str], list[object]], test: str
) -> None:
    record = iterated(
        forward=f"c = torch.zeros(3)\nwhile {test}:\n    pass\nloss = (W * c).sum()",
        backward="dW = c.clone()",
    )
    assert record.failure is None
    assert values_of(record, "c") == [[0, 0, 0], [1, 2, 3], [2, 4, 6]]


def test_a_failed_iteration_puts_back_what_a_header_changed(begun: Callable[..., Session]) -> None:
    session = begun(forward="if x.mul_(2).sum() > 1:\n    k = 1\nloss = nothing")
    assert session.iterate().failure is not None
    assert session.namespace["x"].tolist() == [1, 2, 3]


WRITTEN_TWICE = {
    "setup": "import torch\nx = torch.randn(4, 3)\ny = torch.tensor([0, 2, 1, 0])\nn = torch.arange(4)",
    "parameters": "w = torch.randn(3)\nv = torch.randn(3)",
    "forward": """
        z = x * w
        p = torch.softmax(z, 1)
        pt = p[n, y]
        loss = (pt ** 3).sum() + (v * v).sum() + (v * w).sum()
    """,
    "update": "pass",
}


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("-3 * pt[:, None] ** 2 * p * p", "3 * pt ** 3 * (1 - pt)", 0),
        ("-3 * pt[:, None] ** 3 * p", "3 * pt ** 2 * (1 - pt)", 1),
    ],
)
def test_the_line_whose_entries_are_wrong_carries_the_sign(
    judged: Judged, first: str, second: str, wrong: int
) -> None:
    backward = f"""
        dz = {first}
        dz[n, y] = {second}
        dv = 2 * v + w
        dw = (dz * x).sum(0) + v
    """
    line = judged(**WRITTEN_TWICE, backward=backward)["dz"].line
    assert line is not None
    assert line.verdict is Verdict.WRONG_HERE
    assert line.accused_lines == (line.lines[wrong],)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (("dv = 2 * v", "dv += -w"), 1),
        (("dv = v", "dv += w"), 0),
        (("dv = w.clone()", "dv += 3 * v"), 1),
        (("dv = torch.zeros_like(v)", "dv += w", "dv -= 2 * v"), 2),
    ],
)
def test_of_lines_that_add_up_the_one_that_adds_what_flows_nowhere_carries_the_sign(
    judged: Judged, lines: tuple[str, ...], wrong: int
) -> None:
    forward = "z = x * w\nloss = (v * v).sum() + (v * w).sum() + z.sum()"
    backward = "\n".join((*lines, "dz = torch.ones_like(z)", "dw = (dz * x).sum(0) + v"))
    line = judged(**{**WRITTEN_TWICE, "forward": forward, "backward": backward})["dv"].line
    assert line is not None
    assert line.accused_lines == (line.lines[wrong],)


def test_where_no_line_is_wrong_but_one_is_missing_all_that_add_are_blamed(judged: Judged) -> None:
    forward = "z = x * w\nloss = (v * v).sum() + (v * w).sum() + (v ** 3).sum() + z.sum()"
    backward = """
        dv = torch.zeros_like(v)
        dv += 2 * v
        dv += w
        dz = torch.ones_like(z)
        dw = (dz * x).sum(0) + v
    """
    line = judged(**{**WRITTEN_TWICE, "forward": forward, "backward": backward})["dv"].line
    assert line is not None
    assert line.accused_lines == line.lines[1:]
