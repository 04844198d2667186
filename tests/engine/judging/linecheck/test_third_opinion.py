"""Where torch's own backward is not the derivative, central differences have the last word."""

from __future__ import annotations

from collections.abc import Callable

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

SETUP = """
import torch
import torch.nn.functional as F
target = torch.tensor([[1, 2]])
lengths, sizes = torch.tensor([5]), torch.tensor([2])
"""
FORWARD = """
logp = z - z.logsumexp(2, keepdim=True)
loss = F.ctc_loss(logp, target, lengths, sizes)
"""
LINES = """
labels = [0, 1, 0, 2, 0]
steps, states = 5, 5
alpha = torch.full((steps, states), -1e9)
beta = torch.full((steps, states), -1e9)
emit = torch.stack([logp[:, 0, s] for s in labels], 1)
alpha[0, 0], alpha[0, 1] = emit[0, 0], emit[0, 1]
for t in range(1, steps):
    for s in range(states):
        before = [alpha[t - 1, s]]
        if s > 0:
            before.append(alpha[t - 1, s - 1])
        if s > 1 and labels[s] != labels[s - 2] and labels[s] != 0:
            before.append(alpha[t - 1, s - 2])
        alpha[t, s] = torch.logsumexp(torch.stack(before), 0) + emit[t, s]
beta[-1, -1], beta[-1, -2] = 0.0, 0.0
for t in reversed(range(steps - 1)):
    for s in range(states):
        after = [beta[t + 1, s] + emit[t + 1, s]]
        if s < states - 1:
            after.append(beta[t + 1, s + 1] + emit[t + 1, s + 1])
        if s < states - 2 and labels[s] != labels[s + 2] and labels[s + 2] != 0:
            after.append(beta[t + 1, s + 2] + emit[t + 1, s + 2])
        beta[t, s] = torch.logsumexp(torch.stack(after), 0)
total = torch.logsumexp(alpha[-1, -2:], 0)
share = (alpha + beta - total).exp()
dlogp = torch.zeros_like(logp)
for s in range(states):
    dlogp[:, 0, labels[s]] -= share[:, s] / 2
dz = dlogp - logp.exp() * dlogp.sum(2, keepdim=True)
"""


def ctc(judged: Judged, lines: str) -> dict[str, Judgement]:
    parameters = "z = torch.randn(5, 1, 4)"
    return judged(setup=SETUP, parameters=parameters, forward=FORWARD, backward=lines, update="pass")


def test_the_derivative_is_right_where_autograds_is_not_one(judged: Judged) -> None:
    found = ctc(judged, LINES)
    assert found["dlogp"].end_to_end is Verdict.WRONG
    assert found["dlogp"].verdict is Verdict.RIGHT
    assert "torch's own backward is not the derivative here" in found["dlogp"].message
    assert found["dz"].verdict.passes


def test_what_is_neither_autograds_nor_the_derivative_is_wrong(judged: Judged) -> None:
    found = ctc(judged, LINES.replace("-= share[:, s] / 2", "+= share[:, s] / 2"))
    assert found["dlogp"].verdict is Verdict.WRONG_HERE
