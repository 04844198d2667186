"""Names that stand for several things, and tensors that share memory: no right line is accused for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]
Build = Callable[..., Program]
Begun = Callable[..., Session]

DATA = "import torch\nx = torch.randn(5, 3)\ny = torch.randn(5, 2)"
DEEP = {
    "setup": DATA,
    "parameters": "W1 = torch.randn(3, 4)\nW2 = torch.randn(4, 4)\nW3 = torch.randn(4, 2)",
    "forward": """
        h1 = torch.relu(x @ W1)
        h2 = torch.relu(h1 @ W2)
        out = h2 @ W3
        loss = ((out - y) ** 2).mean()
    """,
    "update": "pass",
}
REUSING = """
dout = 2 * (out - y) / out.numel()
dW3 = h2.T @ dout
dh2 = dout @ W3.T
dh2 = dh2 * (h2 > 0)
dW2 = h1.T @ dh2
dh1 = dh2 @ W2.T
dh1[h1 <= 0] = 0
dW1 = x.T @ dh1
"""
LAYERS = {
    "setup": DATA,
    "parameters": "W1 = torch.randn(3, 3)\nW2 = torch.randn(3, 3)",
    "forward": """
        acts = [x]
        for W in (W1, W2):
            h = torch.tanh(acts[-1] @ W)
            acts.append(h)
        loss = (h ** 2).sum()
    """,
    "update": "pass",
}
LAYER_LINES = """
grads = []
dh = 2 * h
for W, a, o in zip((W2, W1), acts[-2::-1], acts[:0:-1]):
    da = dh * (1 - o ** 2)
    grads.append(a.T @ da)
    dh = da @ W.T
dW2, dW1 = grads
"""
ONE = {"setup": DATA, "parameters": "W = torch.randn(3, 2)", "forward": "h = x @ W\nloss = (h ** 2).sum()"}
SPLIT = {
    "setup": DATA,
    "parameters": "W = torch.randn(3, 4)",
    "forward": "qk = x @ W\nq, k = qk.split(2, 1)\ns = q * k\nloss = (s ** 2).sum()",
    "update": "pass",
}
SPLIT_LINES = """
ds = 2 * s
dqk = torch.zeros_like(qk)
dq, dk = dqk.split(2, 1)
dq += ds * k
dk += ds * q
dW = x.T @ dqk
"""


def accused(found: Mapping[str, Judgement]) -> set[str]:
    """The gradients whose own lines are called wrong."""
    return {n for n, one in found.items() if one.verdict.accuses}


def failing(found: Mapping[str, Judgement]) -> set[str]:
    """The gradients that a check fails for."""
    return {name for name, one in found.items() if not one.verdict.passes}


def test_a_name_used_on_for_the_gradient_before_the_activation_is_right(judged: Judged) -> None:
    found = judged(**DEEP, backward=REUSING)
    assert failing(found) == set()
    assert found["dh1"].end_to_end is Verdict.WRONG
    assert "dh1 is no longer the gradient of h1" in found["dh1"].message


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("dh2 = dout @ W3.T", "dh2 = -dout @ W3.T", {"dh2"}),
        ("dW2 = h1.T @ dh2", "dW2 = h1.T @ -dh2", {"dW2"}),
        ("dW1 = x.T @ dh1", "dW1 = x.T @ dh1 * 2", {"dW1"}),
        ("dh1[h1 <= 0] = 0", "dh1[h1 > 0] = 0", {"dh1"}),
    ],
)
def test_errors_around_a_name_used_on_are_found(judged: Judged, old: str, new: str, wrong: set[str]) -> None:
    assert accused(judged(**DEEP, backward=REUSING.replace(old, new))) >= wrong


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("dh = 2 * h\ndx = dh @ W.T\ndx *= 2\ndW = x.T @ dh", "dx"),
        ("dh = 2 * h\ndh *= 2\ndW = x.T @ dh", "dh"),
        ("dh = 2 * h\ndW = x.T @ dh\ndW *= 0.5", "dW"),
    ],
)
def test_a_change_that_nothing_makes_right_is_an_error(judged: Judged, lines: str, wrong: str) -> None:
    assert accused(judged(**ONE, backward=lines, update="pass")) == {wrong}


def test_what_every_pass_of_a_loop_binds_anew_is_not_checked(judged: Judged) -> None:
    found = judged(**LAYERS, backward=LAYER_LINES)
    assert failing(found) == set()
    assert found["dh"].verdict is Verdict.NOT_CHECKED
    assert "which belongs to which is not known" in found["dh"].message


def test_what_such_a_loop_builds_is_checked(judged: Judged) -> None:
    wrong = LAYER_LINES.replace("dW2, dW1 = grads", "dW2, dW1 = grads[0], -grads[1]")
    assert failing(judged(**LAYERS, backward=wrong)) == {"dW1"}


def test_a_name_that_begins_with_d_and_is_a_forward_value_is_no_gradient(judged: Judged) -> None:
    found = judged(
        setup="import torch",
        parameters="x = torch.randn(6)",
        forward="dx = x[1:] - x[:-1]\nloss = (dx ** 2).sum()",
        backward="ddx = 2 * dx\ngx = torch.zeros_like(x)\ngx[1:] += ddx\ngx[:-1] -= ddx",
        update="x = x - 0.1 * gx",
        iterations=2,
    )
    assert failing(found) == set()
    assert set(found) == {"ddx"}


def test_a_gradient_may_be_filled_through_views_of_it(judged: Judged) -> None:
    assert failing(judged(**SPLIT, backward=SPLIT_LINES)) == set()
    assert "dk" in accused(judged(**SPLIT, backward=SPLIT_LINES.replace("dk +=", "dk -=")))


def test_a_gradient_changed_through_another_name_is_no_rounding(judged: Judged, build: Build) -> None:
    sections = {
        "setup": DATA,
        "parameters": "W = torch.randn(3, 2)\nV = torch.randn(3, 2)",
        "forward": "a = x @ W\nb = x @ V\ns = a + b\nloss = (s ** 2).sum() + (a ** 3).sum()",
        "update": "pass",
    }
    lines = "ds = 2 * s\nda = ds\ndb = ds\nda += 3 * a ** 2\ndW = x.T @ da\ndV = x.T @ db"
    found = judged(**sections, backward=lines)
    assert failing(found) == {"dV"}
    assert "db is changed in place, through another name" in found["dV"].message
    assert check(build(**sections, backward=lines)).exit_code == 1
    assert failing(judged(**sections, backward=lines.replace("da = ds\n", "da = ds.clone()\n"))) == set()


def test_a_program_whose_lines_pair_with_nothing_is_no_problem(judged: Judged) -> None:
    assert judged(**ONE, backward="g = 2 * h\ngrad = x.T @ g", update="W = W - 0.1 * grad") == {}


AGAIN = {
    "setup": "import torch\nx = torch.randn(7, 4)\nt = torch.randn(7, 3)",
    "parameters": "W1 = torch.randn(4, 5) * 0.6\nW2 = torch.randn(5, 3) * 0.6",
    "forward": """
        h = torch.tanh(x @ W1)
        a = h
        h = torch.tanh(h @ W2)
        e = h - t
        loss = (e * e).sum() / 7
    """,
    "backward": """
        de = 2 * e / 7
        dh = de.clone()
        dpre2 = (1 - h * h) * dh
        dW2 = a.T @ dpre2
        dh = dpre2 @ W2.T
        dpre1 = (1 - a * a) * dh
        dW1 = x.T @ dpre1
    """,
    "update": "W1 = W1 - 0.1 * dW1\nW2 = W2 - 0.1 * dW2",
}
SLIPS_BELOW = {
    "": set(),
    "(1 - a * a)|(1 - a)": {"dW1"},
    "x.T @ dpre1|2 * x.T @ dpre1": {"dW1"},
    "a.T @ dpre2|a.T @ dpre2 * 2": {"dW2"},
    "de.clone()|-de": {"dh"},
}


@pytest.mark.parametrize("slip", SLIPS_BELOW)
def test_a_name_bound_again_in_another_shape_raises_nothing_and_hides_no_error(
    slip: str, judged: Judged
) -> None:
    before, _, after = slip.partition("|")
    found = judged(
        **{**AGAIN, "backward": AGAIN["backward"].replace(before, after) if slip else AGAIN["backward"]}
    )
    assert {name for name, one in found.items() if one.verdict.accuses} == SLIPS_BELOW[slip]
    assert not any(one.line is not None and one.line.raised for one in found.values())


BUFFERS = {
    "a row at a time": """
        h = torch.zeros(2, 3)
        last = torch.zeros(3)
        for t in range(2):
            last = torch.tanh(x[t] * w + last)
            h[t] = last
    """,
    "a view": """
        h = torch.zeros(2, 3)
        last = torch.zeros(3)
        rows = h.view(-1)
        for t in range(2):
            last = torch.tanh(x[t] * w + last)
            rows[3 * t : 3 * t + 3] = last
    """,
    "a method": """
        h = torch.zeros(2, 3)
        last = torch.zeros(3)
        for t in range(2):
            last = torch.tanh(x[t] * w + last)
            h[t].copy_(last)
    """,
}


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("way", BUFFERS)
def test_lines_below_a_buffer_that_the_forward_fills_are_judged(
    way: str, wrong: bool, judged: Judged
) -> None:
    found = judged(
        setup="import torch\nx = torch.randn(2, 3)",
        parameters="w = torch.randn(3)",
        forward=f"{BUFFERS[way]}\n        loss = (h ** 2).sum()",
        backward=f"""
            dh = {3 if wrong else 2} * h
            dw = torch.zeros(3)
            dlast = torch.zeros(3)
            for t in reversed(range(2)):
                da = (1 - h[t] ** 2) * (dh[t] + dlast)
                dw += da * x[t]
                dlast = da
        """,
        update=None,
    )
    assert {name for name, one in found.items() if one.verdict.accuses} == ({"dh"} if wrong else set())
    assert found["dh"].line is not None
    assert found["dh"].line.verdict is (Verdict.WRONG_HERE if wrong else Verdict.RIGHT)
    assert all(one.verdict.passes for one in found.values()) is not wrong


BRANCHES = {
    "setup": DATA,
    "parameters": "A, B, V = torch.randn(3, 4), torch.randn(3, 4), torch.randn(4, 2)",
    "forward": """
        h = torch.tanh(x @ A)
        u = h
        h = torch.sigmoid(x @ B)
        both = u * h
        e = both @ V - y
        loss = (e * e).mean()
    """,
    "backward": """
        de = 2 * e / e.numel()
        dV = both.T @ de
        dboth = de @ V.T
        dh = dboth * u
        dz = dh * h * (1 - h)
        dB = x.T @ dz
        dh = dboth * h
        dz = dh * (1 - u * u)
        dA = x.T @ dz
    """,
    "update": None,
}
SLIPS_OF_BRANCHES = {
    "dh = dboth * u": "dh = dboth",
    "dz = dh * h * (1 - h)": "dz = dh * h",
    "dh = dboth * h": "dh = -dboth * h",
    "dz = dh * (1 - u * u)": "dz = dh * (1 + u * u)",
    "dV = both.T @ de": "dV = 2 * both.T @ de",
}


def test_names_that_stand_for_one_branch_after_another_are_right(judged: Judged) -> None:
    assert all(one.verdict.passes for one in judged(**BRANCHES).values())


@pytest.mark.parametrize("line", SLIPS_OF_BRANCHES)
def test_one_slip_among_names_that_stand_for_several_is_one_accusation(line: str, build: Build) -> None:
    slip = SLIPS_OF_BRANCHES[line]
    program = build(**{**BRANCHES, "backward": BRANCHES["backward"].replace(f"{line}\n", f"{slip}\n")})
    report = check(program)
    wrong = [one for one in report.gradients if one.verdict.accuses]
    accused = [program.lines[at - 1] for one in wrong for at in one.accused_lines or one.lines]
    assert accused == [slip]
    assert report.exit_code == 1
    assert not any("before line" in one.message for one in report.gradients)
