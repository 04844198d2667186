"""Every handwritten line is judged alone: where it is cut, what it reads, which lines build it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

NET = {
    "setup": "import torch\nx = torch.randn(6, 3)\ny = torch.randn(6, 2)\nn = 6",
    "parameters": "W1 = torch.randn(3, 4)\nb1 = torch.randn(4)\nW2 = torch.randn(4, 2)",
    "forward": """
        a = x @ W1 + b1
        h = torch.tanh(a)
        out = h @ W2
        error = out - y
        square = error ** 2
        loss = square.sum() / n
    """,
    "update": "pass",
}
LINES = """
dsquare = torch.ones_like(square) / n
derror = 2 * error * dsquare
dout = derror.clone()
dh = dout @ W2.T
dW2 = h.T @ dout
da = dh * (1 - h ** 2)
dW1 = x.T @ da
db1 = da.sum(0)
"""


def changed(old: str, new: str) -> str:
    """The lines with one of them replaced."""
    assert LINES.count(old) == 1
    return LINES.replace(old, new)


def accused(found: Mapping[str, Judgement]) -> set[str]:
    """The gradients whose own lines are called wrong."""
    return {n for n, one in found.items() if one.verdict.accuses}


def lines_of(found: Mapping[str, Judgement], name: str) -> tuple[int, ...]:
    """The lines that a judgement speaks of, counted from the first of the backward section."""
    judgement = found[name].line
    assert judgement is not None
    first = min(one.line.lines[0] for one in found.values() if one.line is not None)
    return tuple(line - first + 1 for line in judgement.lines)


def test_right_lines_pass(judged: Judged) -> None:
    found = judged(**NET, backward=LINES)
    assert {one.verdict for one in found.values()} <= {Verdict.EXACT, Verdict.CLOSE}
    assert {one.line.verdict for one in found.values() if one.line} == {Verdict.RIGHT}


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("dsquare = torch.ones_like(square) / n", "dsquare = -torch.ones_like(square) / n", "dsquare"),
        ("2 * error * dsquare", "error * dsquare", "derror"),
        ("dh = dout @ W2.T", "dh = dout @ -W2.T", "dh"),
        ("(1 - h ** 2)", "(1 - h)", "da"),
        ("h.T @ dout", "h.T @ dout / n", "dW2"),
        ("db1 = da.sum(0)", "db1 = dh.sum(0)", "db1"),
    ],
)
def test_a_wrong_line_is_blamed_and_no_other(judged: Judged, old: str, new: str, wrong: str) -> None:
    assert accused(judged(**NET, backward=changed(old, new))) == {wrong}


def test_all_of_several_wrong_lines_are_blamed(judged: Judged) -> None:
    lines = changed("dh = dout @ W2.T", "dh = -dout @ W2.T").replace("x.T @ da", "x.T @ dh")
    assert accused(judged(**NET, backward=lines)) == {"dh", "dW1"}


def test_a_fused_line_beside_atomic_ones_is_judged_from_the_loss(judged: Judged) -> None:
    lines = changed("dout = derror.clone()", "dout = 2 * (out - y) / n")
    assert accused(judged(**NET, backward=lines)) == set()
    wrong = changed("dout = derror.clone()", "dout = 2 * (y - out) / n")
    assert accused(judged(**NET, backward=wrong)) == {"dout"}


def test_a_line_may_skip_tensors_whose_gradients_others_read(judged: Judged) -> None:
    lines = LINES + "dx = (dout @ W2.T * (1 - h ** 2)) @ W1.T\n"
    assert accused(judged(**NET, backward=lines)) == set()
    assert accused(judged(**NET, backward=lines.replace("@ W1.T", "@ -W1.T"))) == {"dx"}


def test_helper_variables_carry_gradients(judged: Judged) -> None:
    lines = changed("dh = dout @ W2.T", "twice = dout * 2\ndh = twice @ W2.T / 2")
    found = judged(**NET, backward=lines)
    assert accused(found) == set()
    assert found["dh"].line is not None
    assert found["dh"].line.upstreams == ("dout",)


def test_an_error_in_a_helper_is_blamed_on_the_gradient_that_reads_it(judged: Judged) -> None:
    lines = changed("dh = dout @ W2.T", "twice = dout * 2\ndh = twice @ W2.T")
    assert accused(judged(**NET, backward=lines)) == {"dh"}


def test_a_helper_that_begins_with_d_and_has_no_tensor_is_no_gradient(judged: Judged) -> None:
    lines = changed("dh = dout @ W2.T", "delta = dout * 1\ndh = delta @ W2.T")
    found = judged(**NET, backward=lines)
    assert "ddelta" not in found
    assert "delta" not in found
    assert accused(found) == set()


def test_a_gradient_read_for_its_shape_alone_is_no_upstream(judged: Judged) -> None:
    lines = changed(
        "dsquare = torch.ones_like(square) / n",
        "dout = torch.zeros(6, 2)\ndsquare = torch.ones_like(dout) / n",
    )
    assert accused(judged(**NET, backward=lines)) == set()
    assert accused(judged(**NET, backward=lines.replace("(dout) / n", "(dout)"))) == {"dsquare"}


def test_a_gradient_of_a_tensor_that_does_not_depend_on_this_one_is_no_upstream(judged: Judged) -> None:
    lines = changed("db1 = da.sum(0)", "db1 = (dW1[0] / dW1[0]) * da.sum(0)")
    assert accused(judged(**NET, backward=lines)) == set()


def test_a_gradient_read_before_its_last_write_is_wrong_in_the_reader(judged: Judged) -> None:
    sections = {
        **NET,
        "forward": "a = x @ W1 + b1\nh = torch.tanh(a)\nout = h @ W2\nloss = out.sum() + (h ** 2).sum()",
    }
    lines = """
        dout = torch.ones_like(out)
        dh = dout @ W2.T
        da = dh * (1 - h ** 2)
        dh += 2 * h
        dW2 = h.T @ dout
    """
    found = judged(**sections, backward=lines)
    assert accused(found) == {"da"}
    assert "reads dh before line" in found["da"].message
    completing = max(found["dh"].line.lines) if found["dh"].line else None
    assert f"line {completing} completes it" in found["da"].message


SPLIT = {
    "setup": "import torch\nx = torch.randn(4, 3)\nix = torch.tensor([0, 2, 2, 1])",
    "parameters": "W = torch.randn(3, 3)",
    "forward": "p = x @ W\nq = W[ix]\nloss = (p ** 2).sum() + (q ** 3).sum()",
    "update": "pass",
}
BUILT = {
    "by +=": "dW = x.T @ dp\nfor k in range(4):\n    dW[ix[k]] += dq[k]",
    "by index_add_": "dW = torch.zeros_like(W)\ndW.index_add_(0, ix, dq)\ndW += x.T @ dp",
    "by indexed writes": "\n".join(
        ["dW = torch.empty_like(W)", *(f"dW[{i}] = (x.T @ dp)[{i}] + dq[ix == {i}].sum(0)" for i in range(3))]
    ),
    "by rebinding": "dW = x.T @ dp\ndW = dW.index_add(0, ix, dq)",
    "through a view": "dW = x.T @ dp\nflat = dW.view(-1, 3)\nflat.index_add_(0, ix, dq)",
}


@pytest.mark.parametrize("way", BUILT)
def test_lines_that_build_one_gradient_are_judged_together(judged: Judged, way: str) -> None:
    upstream = "dp = 2 * p\ndq = 3 * q ** 2\n"
    assert accused(judged(**SPLIT, backward=upstream + BUILT[way])) == set()
    found = judged(**SPLIT, backward=upstream + BUILT[way].replace("x.T @ dp", "-x.T @ dp"))
    assert accused(found) == {"dW"}


@pytest.mark.parametrize(
    ("way", "lines"), [("by +=", (3, 5)), ("by index_add_", (3, 4, 5)), ("by indexed writes", (3, 4, 5, 6))]
)
def test_the_blame_names_every_line_that_builds_it(judged: Judged, way: str, lines: tuple[int, ...]) -> None:
    wrong = BUILT[way].replace("x.T @ dp", "-x.T @ dp")
    found = judged(**SPLIT, backward="dp = 2 * p\ndq = 3 * q ** 2\n" + wrong)
    assert lines_of(found, "dW") == lines


def test_assigning_where_rows_come_twice_is_no_accumulation(judged: Judged) -> None:
    lines = "dp = 2 * p\ndq = 3 * q ** 2\ndW = x.T @ dp\nfor k in range(4):\n    dW[ix[k]] = dq[k]"
    assert accused(judged(**SPLIT, backward=lines)) == {"dW"}


def test_a_forward_value_that_a_handwritten_line_overwrites_spoils_nothing(judged: Judged) -> None:
    sections = {
        "setup": "import torch\nx = torch.randn(5, 3)\ny = torch.tensor([0, 1, 2, 0, 1])",
        "parameters": "W = torch.randn(3, 3)",
        "forward": "logits = x @ W\nprobs = logits.softmax(1)\nloss = -probs[range(5), y].log().mean()",
        "update": "pass",
    }
    lines = "dlogits = probs\ndlogits[range(5), y] -= 1\ndlogits /= 5\ndW = x.T @ dlogits"
    assert accused(judged(**sections, backward=lines)) == set()
    assert accused(judged(**sections, backward=lines.replace("/= 5", "/= 3"))) == {"dlogits"}


def test_lines_may_stand_in_any_order(judged: Judged) -> None:
    backwards = "\n".join(reversed(LINES.strip().splitlines()))
    found = judged(**NET, backward=backwards)
    assert {n for n, one in found.items() if one.line and one.line.verdict is not Verdict.RIGHT} == set()


def test_a_line_that_reads_a_gradient_not_yet_written_gets_autograds(judged: Judged) -> None:
    lines = "dh = dout @ W2.T\nda = dh * (1 - h ** 2)\ndW1 = x.T @ dh"
    found = judged(**NET, backward="dout = ...\n" + lines)
    assert found["dout"].verdict is Verdict.NOT_WRITTEN
    assert accused(found) == {"dW1"}
    assert found["dh"].line is not None
    assert found["dh"].line.verdict is Verdict.RIGHT


def test_after_a_line_that_raises_the_independent_ones_are_judged(judged: Judged) -> None:
    found = judged(**NET, backward=changed("dh = dout @ W2.T", "dh = dout @ W2").replace("(1 - h ** 2)", "h"))
    assert accused(found) == {"da"}
    assert "they do not fit for @" in found["dh"].message
    assert found["dW2"].line is not None
    assert found["dW2"].line.verdict is Verdict.RIGHT
