"""What a program remembers in ways of its own is its state: no check moves it, and no failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines

Begun = Callable[..., Session]

KINK = {
    "setup": "+\nX = torch.randn(6, 3)\nX[0] = 0\ny = torch.randn(6, 2)\nv = torch.zeros(3, 2)",
    "parameters": "W = torch.randn(3, 2)",
    "forward": "z = X @ W\nh = torch.relu(z)\nloss = ((h - y) ** 2).mean()",
    "backward": "dh = 2 * (h - y) / 12\ndz = dh * (z >= 0)\ndW = X.T @ dz",
    "update": "v.mul_(0.9).add_(dW)\nW = W - 0.1 * v",
}


def test_data_that_the_update_alone_reads_is_not_moved_by_a_check(begun: Begun) -> None:
    losses = []
    for checked in (False, True):
        session = begun(**KINK)
        for _ in range(4):
            record = session.iterate()
            if checked:
                before = session.namespace["v"].clone()
                assert check_lines(session, record).judgements["dz"].kink
                assert torch.equal(session.namespace["v"], before)
        losses.append(session.losses)
    assert losses[0] == losses[1]


REMEMBERS: dict[str, tuple[str, str]] = {
    "momentum": (
        "optimizer = torch.optim.SGD([W], lr=0.1, momentum=0.9)",
        "W.grad = dW\noptimizer.step()",
    ),
    "adam": ("optimizer = torch.optim.Adam([W], lr=0.1)", "W.grad = dW\noptimizer.step()"),
    "a default dictionary": (
        "from collections import defaultdict\nseen = defaultdict(float)",
        "seen['n'] += 1\nW = W - 0.1 * seen['n'] * dW",
    ),
    "a queue": (
        "from collections import deque\nseen = deque(maxlen=3)",
        "seen.append(0.1)\nW = W - sum(seen) * dW",
    ),
    "an array": ("import numpy as np\nseen = np.zeros(1)", "seen += 0.1\nW = W - float(seen[0]) * dW"),
    "other memory": ("rate = 0.1", "W.data = W.data - rate * dW"),
    "a class": ("class Seen:\n    times = 0", "Seen.times += 1\nW = W - 0.1 * Seen.times * dW"),
    "a shape": ("room = torch.zeros(3).long()", "W = W - 0.1 * dW\nroom.resize_(5 if fails[0] else 3)"),
    "a gradient": ("W.grad = None", "W = W - 0.1 * dW * (1 + float(push))\nW.grad = dW.clone()"),
}


@pytest.mark.parametrize("way", REMEMBERS)
def test_an_update_that_fails_leaves_nothing_of_it(way: str, begun: Begun) -> None:
    beginning, update = REMEMBERS[way]
    sections = {
        "setup": "+\nfails = [False]",
        "parameters": f"W = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)\n{beginning}",
        "forward": "push = 0 if W.grad is None else W.grad.sum()\nH = W * x\nloss = (H * H).sum()",
        "backward": "dz = dH = 2 * H\ndz *= 1\ndW = dH * x",
        "update": f"{update}\nif fails[0]:\n    raise ValueError('on purpose')",
    }
    losses = []
    for stumbles in (False, True):
        session = begun(**sections)
        for number in range(4):
            if stumbles and number == 2:
                session.namespace["fails"][0] = True
                assert session.iterate().failure is not None
                session.namespace["fails"][0] = False
            session.iterate()
        losses.append(session.losses)
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 4


@pytest.mark.parametrize("update", ["W -= 0.1 * dW", "W.data = W.data - 0.1 * dW"])
def test_the_record_of_a_failed_iteration_shows_what_its_lines_made(update: str, begun: Begun) -> None:
    session = begun(
        parameters="W = torch.ones(3)",
        backward="dz = dH = torch.ones(3)\ndz *= 1\ndW = dH * x",
        update="pass",
    )
    session.iterate()
    session = begun(
        parameters="W = torch.ones(3)",
        backward="dz = dH = torch.ones(3)\ndz *= 1\ndW = dH * x",
        update=f"{update}\nraise ValueError",
    )
    for _ in range(2):
        record = session.iterate()
        assert record.failure is not None
        ran = len(record.steps)
        values = [record.value_at("W", n).tolist() for n in (0, ran - 1, ran)]
        assert values[0] == values[1] == [1, 1, 1]
        assert values[2] == pytest.approx([0.9, 0.8, 0.7])
        assert session.namespace["W"].tolist() == [1, 1, 1]


SHARED = """
def make():
    kept = None
    def first(v):
        nonlocal kept
        kept = W * v
        return kept
    def again():
        return kept
    return first, again
first, again = make()
"""


def test_functions_that_share_a_variable_share_it_in_a_check(begun: Begun) -> None:
    session = begun(
        setup=f"+{SHARED}",
        forward="H = first(x)\nq = 2 * H + 3 * again()\nloss = (q * q).sum()",
        backward="dq = 2 * q\ndH = 5 * dq\ndW = dH * x",
    )
    assert verdicts_of(session) == {"dq": "right", "dH": "right", "dW": "right"}


def test_a_name_read_in_the_header_of_a_block_is_remembered(begun: Begun) -> None:
    session = begun(
        forward="scale = 1.0\nif iteration > 0 and previous > 1:\n    scale = 0.5\n"
        "H = W * x * scale\nloss = (H * H).sum()\nprevious = loss.item()",
        backward="dH = 2 * H\ndW = dH * x * scale",
    )
    for _ in range(3):
        check = check_lines(session, session.iterate())
        assert not check.problem
        assert check.judgements["dW"].verdict == "right"


def test_an_update_that_binds_a_gradient_itself_does_not_wait_for_it(begun: Begun) -> None:
    session = begun(backward="dH = torch.ones_like(H)", update="dW = dH * x\nW = W - 0.1 * dW")
    assert session.iterate().notes == ()
    assert session.namespace["W"].tolist() == pytest.approx([0.4, -1.2, 1.7])


def verdicts_of(session: Session) -> dict[str, Any]:
    check = check_lines(session, session.iterate())
    return {name: one.verdict.value for name, one in check.judgements.items()}


def test_a_gradient_that_becomes_the_memory_of_the_next_is_right(begun: Begun) -> None:
    forward = "H = torch.relu(W * x)\nloss = (H * H).sum()"
    for line in ("dz = dH.masked_fill_(z <= 0, 0)", "dz = torch.mul(dH, z > 0, out=dH)"):
        session = begun(
            forward="z = W * x\n" + forward.replace("W * x", "z"), backward=f"dH = 2 * H\n{line}\ndW = dz * x"
        )
        assert verdicts_of(session) == {"dH": "right", "dz": "right", "dW": "right"}


@pytest.mark.parametrize(
    ("line", "verdict"), [("dc = da * c / a", "right"), ("dc = -da * c / a", "wrong_here")]
)
def test_a_complex_gradient_of_a_complex_tensor_is_judged(line: str, verdict: str, begun: Begun) -> None:
    session = begun(
        forward="c = torch.fft.fft(W * x)\na = c.abs()\nloss = (a * a).sum()",
        backward=f"da = 2 * a\n{line}\ndW = torch.fft.ifft(dc).real * 3 * x",
    )
    assert verdicts_of(session) == {"da": "right", "dc": verdict, "dW": "right"}


def test_a_wrong_line_beside_sparse_data_is_named(begun: Begun) -> None:
    session = begun(
        setup="+\nX = torch.eye(3).to_sparse()\nfloats = torch.ones(3)",
        parameters="W = torch.ones(3, 2)",
        forward="H = X @ W\nloss = (H * H).sum()",
        backward="dH = 2 * H\ndW = X.T @ dH * 2",
        update=None,
    )
    assert verdicts_of(session) == {"dH": "right", "dW": "wrong_here"}
