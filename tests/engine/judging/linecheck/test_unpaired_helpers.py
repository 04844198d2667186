"""Helper variables that no name pairs with a tensor: judged by value, accused where that makes all right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.cli.main import main

Judged = Callable[..., dict[str, Judgement]]

OVER_TIME = {
    "setup": "import torch\nx = torch.randn(4, 3)",
    "parameters": "W = torch.randn(3, 3) * 0.5\nb = torch.randn(3)",
    "forward": """
        hs = {-1: torch.zeros(3)}
        loss = 0
        for t in range(4):
            hs[t] = torch.tanh(W @ hs[t-1] + x[t] + b)
            loss += (hs[t] ** 2).sum()
    """,
    "update": None,
}
LINES = """
    dW, db = torch.zeros_like(W), torch.zeros_like(b)
    dnext = torch.zeros(3)
    for t in reversed(range(4)):
        dcur = 2 * hs[t] + dnext
        draw = (1 - hs[t] * hs[t]) * dcur
        db += draw
        dW += torch.outer(draw, hs[t-1])
        dnext = W.T @ draw
"""
WRONG = {
    "draw": ("(1 - hs[t] * hs[t]) * dcur", "(1 + hs[t] * hs[t]) * dcur"),
    "dcur": ("2 * hs[t] + dnext", "2 * hs[t] - dnext"),
    "dnext": ("W.T @ draw", "W @ draw"),
}
OF = {
    "draw": "W @ hs[t-1] + x[t] + b",
    "dcur": "hs[t]",
    "dnext": "hs[t] through W @ hs[t-1]",
}

TWO_LAYERS = {
    "setup": "import torch\nx = torch.randn(5, 3)\ny = torch.randn(5, 2)",
    "parameters": "A = torch.randn(3, 4)\na = torch.randn(4)\nB = torch.randn(4, 2)",
    "forward": "h = torch.tanh(x @ A + a)\nout = h @ B\nloss = ((out - y) ** 2).sum()",
    "update": None,
}


def over_time(name: str) -> str:
    """The backward with an error in one helper."""
    return LINES.replace(*WRONG[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_helper_in_a_loop_over_time_is_accused_and_what_is_made_from_it_inherits(
    judged: Judged, name: str
) -> None:
    found = judged(**OVER_TIME, backward=over_time(name))
    accused = [one for one, judgement in found.items() if judgement.verdict.accuses]
    assert accused == [name]
    assert found["dW"].inherited_from == found["db"].inherited_from == (name,)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_called_the_gradient_of_what_the_forward_has_there(judged: Judged, name: str) -> None:
    line = judged(**OVER_TIME, backward=over_time(name))[name].line
    assert line is not None
    assert line.of == OF[name]


GUESSES = {
    "setup": "import torch\nids = torch.tensor([0, 2, 1, 2])\nx = torch.randn(4, 3)",
    "parameters": "B = torch.randn(3, 3)\nc = torch.randn(3)",
    "forward": """
        ps = {}
        loss = 0.0
        for t in range(4):
            ps[t] = torch.softmax(torch.tanh(x[t]) @ B + c, 0)
            loss = loss - torch.log(ps[t][ids[t]])
    """,
    "update": None,
}


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [("2 * ps[t]", "guess[ids[t]] -= 1", 0), ("ps[t].clone()", "guess[ids[t]] -= 2", 1)],
)
def test_of_the_lines_that_build_a_helper_that_one_is_accused_which_wrote_what_is_wrong(
    judged: Judged, first: str, second: str, wrong: int
) -> None:
    backward = f"""
        dB, dc = torch.zeros_like(B), torch.zeros_like(c)
        for t in range(4):
            guess = {first}
            {second}
            dB += torch.outer(torch.tanh(x[t]), guess)
            dc += guess
    """
    found = judged(**GUESSES, backward=backward)
    line = found["guess"].line
    assert [one for one, judgement in found.items() if judgement.verdict.accuses] == ["guess"]
    assert line is not None
    assert line.accused_lines == (line.lines[wrong],)


def test_where_a_line_of_a_loop_raises_nothing_is_said_of_what_the_loop_builds(judged: Judged) -> None:
    backward = LINES.replace("W.T @ draw", "W.T @ draw[:2]")
    found = judged(**OVER_TIME, backward=backward)
    assert [one for one, judgement in found.items() if judgement.verdict.accuses] == []


def test_no_gradient_is_blamed_on_another_that_shares_the_line_of_its_zeros(judged: Judged) -> None:
    wrong = LINES.replace("db += draw", "db += 3 * draw").replace("hs[t-1])", "hs[t])")
    found = judged(**OVER_TIME, backward=wrong)
    assert {one for one, judgement in found.items() if judgement.verdict.accuses} == {"dW", "db"}


@pytest.mark.parametrize(
    "wrong",
    ["dW += torch.outer(hs[t-1], draw)", "dW -= torch.outer(draw, hs[t-1])", "dW += draw[:, None] * dcur"],
)
def test_a_right_helper_is_not_accused_of_a_wrong_gradient(judged: Judged, wrong: str) -> None:
    backward = LINES.replace("dW += torch.outer(draw, hs[t-1])", wrong)
    found = judged(**OVER_TIME, backward=backward)
    assert [one for one, judgement in found.items() if judgement.verdict.accuses] == ["dW"]


def test_a_helper_in_straight_lines_takes_the_blame_of_all_that_read_it(judged: Judged) -> None:
    backward = """
        dout = 2 * (out - y)
        dB = h.T @ dout
        flow = (dout @ B.T) * (1 - h)
        da = flow.sum(0)
        dA = x.T @ flow
    """
    found = judged(**TWO_LAYERS, backward=backward)
    assert found["flow"].verdict is Verdict.WRONG_HERE
    assert found["da"].verdict is found["dA"].verdict is Verdict.INHERITED


def test_a_helper_that_is_the_gradient_of_something_else_takes_the_blame(judged: Judged) -> None:
    backward = """
        dout = 2 * (out - y)
        dB = h.T @ dout
        flow = dout @ B.T
        da = flow.sum(0)
        dA = x.T @ flow
    """
    found = judged(**TWO_LAYERS, backward=backward)
    assert [one for one, judgement in found.items() if judgement.verdict.accuses] == ["flow"]
    assert found["flow"].line is not None
    assert found["flow"].line.of == "x @ A + a"


def test_what_a_single_line_reads_is_left_to_that_line(judged: Judged) -> None:
    backward = """
        dout = 2 * (out - y)
        doubled = 2 * dout
        dB = h.T @ doubled
        flow = (dout @ B.T) * (1 - h * h)
        da = flow.sum(0)
        dA = x.T @ flow
    """
    found = judged(**TWO_LAYERS, backward=backward)
    assert [one for one, judgement in found.items() if judgement.verdict.accuses] == ["dB"]


def test_a_helper_of_a_wrong_shape_is_accused(judged: Judged) -> None:
    backward = """
        dout = 2 * (out - y)
        dB = h.T @ dout
        flow = ((dout @ B.T) * (1 - h * h)).sum(0)
        da = flow.sum(0)
        dA = x.T @ flow.expand(5, 4)
    """
    found = judged(**TWO_LAYERS, backward=backward)
    assert found["flow"].verdict is Verdict.WRONG_SHAPE


def test_a_right_program_has_no_helper_to_tell_of(judged: Judged) -> None:
    assert {one.verdict for one in judged(**OVER_TIME, backward=LINES).values()} <= {
        Verdict.EXACT,
        Verdict.CLOSE,
        Verdict.RIGHT,
    }


def test_a_check_reports_it_under_its_name_with_no_tensor(
    tmp_path: Path, text_of: Callable[..., str], capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "over_time.py"
    path.write_text(text_of(**OVER_TIME, backward=over_time("draw")))
    code = main(["check", str(path), "--json"])
    reports = {one["name"]: one for one in json.loads(capfd.readouterr().out)["gradients"]}
    assert code == 1
    assert reports["draw"]["tensor"] is None
    assert reports["draw"]["of"] == "W @ hs[t-1] + x[t] + b"
    assert reports["draw"]["line_verdict"] == "wrong_here"
    assert reports["dW"]["tensor"] == "W"
