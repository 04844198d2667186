"""Lines that a student would hand in: short, in the program's own names and spelling."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.rules.derivation.derive import Derivation

Deriving = Callable[..., Derivation]

LINES = {
    ("h = torch.tanh(a)\nout = h * b**2", "a"): ["da = (1 - h**2) * dh"],
    ("h = (p + 1e-5)**-0.5\nout = h * b", "p"): ["dp = -0.5 * h**3 * dh"],
    ("out = (p + 1e-5)**-0.5 * b**2", "p"): ["dp = -0.5 * b**2 * (p + 1e-5)**-1.5 * dout"],
    ("h = torch.tanh(a)\nout = h * b + h**2", "h"): ["dh = b * dout", "dh += 2 * h * dout"],
    ("h = a + r\ng = h * 2\nout = g + h", "h"): ["dh = dout.clone()", "dh += 2 * dg"],
    ("h = a * 2\ng = h.view(-1)\nout = h + g.view(4, 3)", "h"): [
        "dh = dout.clone()",
        "dh += dg.view(h.shape)",
    ],
    ("out = a * a", "a"): ["da = 2 * a * dout"],
    ("q, k, v = t.chunk(3, -1)\nout = q * k + v", "t"): ["dt = torch.cat([dq, dk, dv], -1)"],
    ("q, k = (a @ m)[:, :4].chunk(2, 1)\nout = q * k", "m"): [
        "spread = torch.zeros_like(a @ m)",
        "spread[:, :4] = torch.cat([dq, dk], 1)",
        "dm = a.T @ spread",
    ],
    ("q, k, v = (t * r).chunk(3, -1)\nout = q * v", "r"): [
        "dr = (t * torch.cat([dq, torch.zeros_like(k), dv], -1)).sum((0, 1))"
    ],
    ("h = (a @ m).view(4, 5, 1)\nout = h * 2", "a"): ["da = dh.flatten(1, 2) @ m.T"],
    ("h = 1 / (p + 1e-5).sqrt()\nout = h * b", "p"): ["dp = -0.5 * h ** 2 * dh / (p + 1e-5).sqrt()"],
    ("h = F.softmax(a, 1)\nout = h * b", "a"): ["da = h * (dh - (h * dh).sum(1, keepdim=True))"],
    ("h = a[picks]\nout = h * b", "a"): ["da = torch.zeros_like(a)", "da.index_add_(0, picks, dh)"],
    ("h = a[:, 1:]\nout = h * 2", "a"): ["da = torch.zeros_like(a)", "da[:, 1:] = dh"],
    ("mean = a.mean(0)\nspread = a.var(0)\nout = mean * spread", "a"): [
        "da = 2 * (a - a.mean(0, keepdim=True)) * dspread / (len(a) - 1)",
        "da += dmean / len(a)",
    ],
    ("mean = a.mean(0, keepdim=True)\nspread = a.var(0)\nout = mean * spread", "a"): [
        "da = 2 * (a - mean) * dspread / (len(a) - 1)",
        "da += dmean / len(a)",
    ],
    ("h = torch.where(mask, a, b)\nout = h * 2", "b"): ["db = ~mask * dh"],
    ("h = a.masked_fill(a > 0, 0)\nout = h * 2", "a"): ["da = (a <= 0) * dh"],
    ("h = torch.cat([a, c], 1)\nout = h * 2", "c"): ["dc = dh[:, a.shape[1]:]"],
    ("h = torch.einsum('ij,jk->ik', a, m)\nout = h * 2", "m"): ["dm = torch.einsum('ik,ij->jk', dh, a)"],
    ("h = torch.stack([a, b])\nout = h * 2", "b"): ["db = dh[1]"],
    ("h = a.permute(1, 0)\nout = h * 2", "a"): ["da = dh.permute(1, 0)"],
    ("h = a * 2\nh[mask] = 0\nout = h * b", "a"): ["rest = dh.clone()", "rest[mask] = 0", "da = 2 * rest"],
    ("hs = [c]\nfor k in range(2):\n    hs.append(hs[-1].tanh() * v[k])\nout = hs[-1]", "c"): [
        "dc = v[1] * v[0] * (1 - hs[1].tanh() ** 2) * (1 - c.tanh() ** 2) * dout"
    ],
}


@pytest.mark.parametrize(("forward", "tensor"), LINES, ids=[f"{one}: d{two}" for one, two in LINES])
def test_line_is_what_a_student_would_write(deriving: Deriving, forward: str, tensor: str) -> None:
    assert list(deriving(forward).gradients[tensor].lines) == LINES[forward, tensor]


def test_a_result_that_has_no_name_gets_one_where_it_is_needed_twice(deriving: Deriving) -> None:
    lines = deriving("out = F.softmax(a, 1) * b").gradients["a"].lines
    assert lines[0] == "softmax = F.softmax(a, 1)"
    assert lines[1] == "upstream = b * dout"
    assert lines[2] == "da = softmax * (upstream - (softmax * upstream).sum(1, keepdim=True))"


def test_powers_have_the_spaces_of_the_program(deriving: Deriving) -> None:
    found = deriving("h = torch.tanh(a)\nout = h ** 2 * b ** 2")
    assert found.gradients["a"].lines == ("da = (1 - h ** 2) * dh",)


def test_sizes_have_the_words_of_the_program(deriving: Deriving) -> None:
    found = deriving("h = a * b\nout = h.mean(0)", setup="count = 4\nnoise = torch.randn(count)\n")
    assert found.gradients["h"].lines == ("dh = torch.ones_like(h) * dout / count",)


def test_a_size_with_two_names_is_told_by_the_tensor(deriving: Deriving) -> None:
    setup = "count = 4\nother = 4\nnoise = torch.randn(count, other)\n"
    assert deriving("h = a * b\nout = h.mean(0)", setup=setup).gradients["h"].lines[0].endswith("/ len(h)")


def test_modules_are_called_what_the_program_calls_them(deriving: Deriving) -> None:
    setup = "import torch as th\nimport torch.nn.functional as nnf\ndel torch, F\n"
    forward = "out = th.relu(a).mean()\nloss = out + nnf.cross_entropy(a, picks)"
    line = deriving(forward, setup=setup, parameters="a = th.randn(4, 3)").gradients["a"].lines[0]
    assert "nnf.one_hot(picks" in line


NAMED = {
    ("out = p ** gamma", "p"): "dp = gamma * p ** (gamma - 1) * dout",
    ("gamma = 2\nout = (1 - p) ** gamma * b", "p"): "dp = -gamma * b * (1 - p) ** (gamma - 1) * dout",
    ("out = p ** config['power']", "p"): "dp = config['power'] * p ** (config['power'] - 1) * dout",
    ("out = p ** (gamma - 1)", "p"): "dp = (gamma - 1) * p ** (gamma - 1 - 1) * dout",
    ("out = one / p", "p"): "dp = -one * dout / p ** 2",
    (
        "out = a.var(0, correction=none)",
        "a",
    ): "da = 2 * (a - a.mean(0, keepdim=True)) * dout / (len(a) - none)",
    ("out = a.norm(gamma)", "a"): "da = (a / out).abs() ** (gamma - 1) * a.sign() * dout",
    ("out = p ** 2", "p"): "dp = 2 * p * dout",
}


@pytest.mark.parametrize(("forward", "tensor"), NAMED, ids=[one for one, _ in NAMED])
def test_scalars_of_the_program_stay_names(deriving: Deriving, forward: str, tensor: str) -> None:
    setup = "gamma, one, none = 2.0, 1, 0\nconfig = {'power': 2}\n"
    assert deriving(forward, setup=setup).gradients[tensor].lines == (NAMED[forward, tensor],)


def test_names_of_the_program_are_not_taken_by_helpers(deriving: Deriving) -> None:
    lines = deriving("softmax = 2\nout = F.softmax(a * softmax, 1) * b").gradients["a"].lines
    assert lines[0].startswith("softmax2 = ")


def test_what_stands_in_a_long_line_twice_gets_a_variable(deriving: Deriving) -> None:
    body = "    e = (x - x.max(-1, keepdim=True).values).exp()\n    return e / e.sum(-1, keepdim=True)\n"
    setup = f"def soft(x):\n{body}"
    lines = deriving("out = soft(a @ m)", setup=setup).gradients["m"].lines
    assert lines[0] == "part = (a @ m - (a @ m).max(-1, keepdim=True).values).exp()"
    assert lines[1] == "dm = a.T @ (part * dout / part.sum(-1, keepdim=True))"
    assert len([line for line in lines if line.startswith("part = ")]) == 1
