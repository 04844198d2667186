"""What the line check says where a plain comparison misleads: hidden, not exercised, kinks, infinity."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]
Build = Callable[..., Program]

NORMED = {
    "setup": "import torch\nx = torch.randn(8, 3)\ny = torch.randn(8, 4)",
    "parameters": "W1 = torch.randn(3, 4)\nb1 = torch.randn(4)",
    "forward": """
        a = x @ W1 + b1
        centred = a - a.mean(0, keepdim=True)
        rstd = (centred ** 2).mean(0, keepdim=True) ** -0.5
        hat = centred * rstd
        loss = ((hat - y) ** 2).mean()
    """,
    "update": "pass",
}
NORMED_LINES = """
dhat = 2 * (hat - y) / hat.numel()
da = rstd * (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0))
dW1 = x.T @ da
db1 = da.sum(0)
"""
SOFTMAX = {
    "setup": "import torch\nx = torch.randn(6, 3)\ny = torch.tensor([0, 1, 2, 3, 1, 0])",
    "parameters": "W = torch.randn(3, 4)",
    "forward": """
        logits = x @ W
        top = logits.max(1, keepdim=True)
        peak = top.values
        shifted = logits - peak
        counts = shifted.exp()
        probs = counts / counts.sum(1, keepdim=True)
        loss = -probs[range(6), y].log().mean()
    """,
    "update": "pass",
}
SOFTMAX_LINES = """
dshifted = probs.clone()
dshifted[range(6), y] -= 1
dshifted /= 6
dpeak = -dshifted.sum(1, keepdim=True)
dlogits = dshifted.clone()
dlogits.scatter_add_(1, top.indices, dpeak)
dW = x.T @ dlogits
"""
RELU = {
    "setup": "import torch\nx = torch.tensor([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3]])",
    "parameters": "W = torch.tensor([[0.7, -0.4], [0.2, 0.9]])",
    "forward": "h = x @ W\nr = torch.relu(h)\nloss = (r ** 2).sum()",
    "update": "pass",
}


def accused(found: Mapping[str, Judgement]) -> set[str]:
    """The gradients whose own lines are called wrong."""
    return {n for n, one in found.items() if one.verdict.accuses}


def line_verdict(found: Mapping[str, Judgement], name: str) -> Verdict:
    """What is said of one gradient's own lines."""
    line = found[name].line
    assert line is not None
    return line.verdict


@pytest.mark.parametrize("wrong", ["db1 = -da.sum(0)", "db1 = 2 * da.sum(0)", "db1 = torch.zeros_like(b1)"])
def test_an_error_before_a_norm_is_hidden_and_found(judged: Judged, build: Build, wrong: str) -> None:
    lines = NORMED_LINES.replace("db1 = da.sum(0)", wrong)
    found = judged(**NORMED, backward=lines)
    assert accused(found) == {"db1"}
    assert found["db1"].hidden
    assert "hidden: the true gradient is about zero here" in found["db1"].message
    assert check(build(**NORMED, backward=lines)).exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("dpeak = -dshifted", "dpeak = dshifted", "dpeak"),
        ("top.indices, dpeak", "top.indices, -dpeak", "dlogits"),
    ],
)
def test_a_flipped_or_dropped_path_through_the_maximum_is_hidden_and_found(
    judged: Judged, build: Build, old: str, new: str, wrong: str
) -> None:
    assert accused(judged(**SOFTMAX, backward=SOFTMAX_LINES)) == set()
    lines = SOFTMAX_LINES.replace(old, new)
    found = judged(**SOFTMAX, backward=lines)
    assert accused(found) == {wrong}
    assert found[wrong].hidden
    assert check(build(**SOFTMAX, backward=lines)).exit_code == 1


def test_a_dropped_path_that_always_carries_zero_is_told_and_passes(judged: Judged) -> None:
    lines = SOFTMAX_LINES.replace("dlogits.scatter_add_(1, top.indices, dpeak)\n", "unused = dpeak\n")
    found = judged(**SOFTMAX, backward=lines)
    assert accused(found) == set()
    assert found["dlogits"].verdict is Verdict.LEANING
    assert found["dlogits"].message == "the path through peak is left out: it always carries zero"


def test_a_maximum_path_that_no_line_names_may_be_left_out(judged: Judged) -> None:
    lines = "dlogits = probs.clone()\ndlogits[range(6), y] -= 1\ndlogits /= 6\ndW = x.T @ dlogits"
    found = judged(**SOFTMAX, backward=lines)
    assert accused(found) == set()
    assert all(one.verdict.passes for one in found.values())


def test_below_a_wrong_line_gradients_inherit_and_name_the_root(judged: Judged) -> None:
    lines = "dr = -2 * r\ndh = dr * (h > 0)\ndW = x.T @ dh\n"
    found = judged(**RELU, backward=lines)
    assert accused(found) == {"dr"}
    for name in ("dh", "dW"):
        assert found[name].verdict is Verdict.INHERITED
        assert found[name].inherited_from == ("dr",)
        assert found[name].message == "inherited from dr"


def test_a_wrong_line_below_another_is_blamed_as_well_and_inherits_nothing(judged: Judged) -> None:
    found = judged(**RELU, backward="dr = -2 * r\ndh = dr * (h > 0)\ndW = x.T @ -dh\n")
    assert accused(found) == {"dr", "dW"}
    assert found["dW"].inherited_from == ()


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("dW = (x.T @ dh)[None]", Verdict.WRONG_SHAPE),
        ("dW = (x.T @ dh).sum(0)", Verdict.WRONG_SHAPE),
        ("dW = 1", Verdict.WRONG_TYPE),
        ("dW = [dh]", Verdict.WRONG_TYPE),
    ],
)
def test_a_wrong_shape_or_type_is_told_whatever_comes_from_upstream(
    judged: Judged, written: str, verdict: Verdict
) -> None:
    found = judged(**RELU, backward=f"dr = -2 * r\ndh = dr * (h > 0)\n{written}")
    assert found["dW"].verdict is verdict
    assert found["dr"].verdict is Verdict.WRONG_HERE


def test_a_shape_that_broadcasting_hides_is_wrong(judged: Judged) -> None:
    sections = {**NORMED, "parameters": "W1 = torch.randn(3, 4)\nb1 = torch.randn(1, 4)"}
    found = judged(**sections, backward=NORMED_LINES)
    assert found["db1"].verdict is Verdict.WRONG_SHAPE
    assert "its shape is [4], the tensor's is [1, 4]" in found["db1"].message


def test_what_is_not_written_is_told_and_its_readers_are_judged(judged: Judged) -> None:
    found = judged(**RELU, backward="dr = ...\ndh = -dr * (h > 0)\ndW = x.T @ dh\n")
    assert found["dr"].verdict is Verdict.NOT_WRITTEN
    assert accused(found) == {"dh"}
    assert line_verdict(found, "dW") is Verdict.RIGHT


def test_a_dead_relu_is_not_exercised(judged: Judged) -> None:
    dead = "import torch\nx = torch.tensor([[-1.0, -2.0], [-0.5, -1.0], [-2.0, -0.3]])"
    sections = {**RELU, "setup": dead, "parameters": "W = torch.tensor([[0.7, 0.4], [0.2, 0.9]])"}
    found = judged(**sections, backward="dr = 2 * r\ndh = -dr * (h > 0)\ndW = x.T @ dh\n")
    assert found["dh"].verdict is Verdict.NOT_EXERCISED
    assert "not exercised by this batch" in found["dh"].message
    assert line_verdict(found, "dW") is Verdict.RIGHT


def test_an_embedding_none_of_whose_rows_is_used_is_not_exercised(judged: Judged) -> None:
    found = judged(
        setup="import torch\nix = torch.tensor([], dtype=torch.long)",
        parameters="E = torch.randn(3, 2)\nb = torch.randn(2)",
        forward="e = E[ix]\nloss = e.sum() + (b ** 2).sum()",
        backward="de = torch.ones_like(e)\ndE = torch.zeros_like(E).index_add(0, ix, de)\ndb = 2 * b",
        update="pass",
    )
    assert found["dE"].verdict is Verdict.NOT_EXERCISED


def test_a_skipped_path_that_carries_no_gradient_is_named(judged: Judged) -> None:
    forward = SOFTMAX["forward"].replace("logits = x @ W", "base = x @ W\n        logits = base * 1")
    lines = """
        dlogits = (probs - torch.nn.functional.one_hot(y, 4)) / 6
        dshifted = dlogits.clone()
        dpeak = -dshifted.sum(1, keepdim=True)
        dbase = dshifted.scatter_add(1, top.indices, dpeak)
        dW = x.T @ dbase
    """
    found = judged(**{**SOFTMAX, "forward": forward}, backward=lines)
    assert accused(found) == set()
    assert found["dlogits"].verdict is Verdict.LEANING
    assert found["dlogits"].message == "the path through peak is left out: it carries zero here"


TIES = {
    "setup": "import torch\nx = torch.tensor([[1.0, 2.0], [0.0, 0.0], [-2.0, 0.3], [0.0, 0.0]])",
    "parameters": "W = torch.tensor([[0.7, -0.4], [0.2, 0.9]])\nb = torch.zeros(2)",
    "forward": "h = x @ W + b\nr = torch.relu(h)\nloss = ((r - 1) ** 2).sum()",
    "update": "pass",
}


def test_at_a_tie_another_subgradient_is_a_note_and_no_accusation(judged: Judged, build: Build) -> None:
    lines = "dr = 2 * (r - 1)\ndh = dr.clone()\ndh[h < 0] = 0\ndW = x.T @ dh\ndb = dh.sum(0)"
    found = judged(**TIES, backward=lines)
    assert found["dh"].verdict is Verdict.RIGHT
    assert "subgradient" in found["dh"].message
    assert found["db"].verdict is Verdict.RIGHT
    assert check(build(**TIES, backward=lines)).exit_code == 0


def test_at_a_tie_a_flipped_sign_is_accused(judged: Judged) -> None:
    lines = "dr = 2 * (r - 1)\ndh = -dr\ndh[h < 0] = 0\ndW = x.T @ dh\ndb = dh.sum(0)"
    assert accused(judged(**TIES, backward=lines)) == {"dh"}


def test_a_tie_upstream_excuses_no_error_below(judged: Judged) -> None:
    lines = "dr = 2 * (r - 1)\ndh = dr.clone()\ndh[h < 0] = 0\ndW = x.T @ dh\ndb = -dh.sum(0)"
    assert accused(judged(**TIES, backward=lines)) == {"db"}


@pytest.mark.parametrize("masked", ["s.masked_fill(m == 0, -9.0)", "torch.where(m.bool(), s, -9.0)"])
@pytest.mark.parametrize("wrong", ["dt.clone()", "dt.masked_fill(m == 0, 1.0)"])
def test_a_mask_of_zeros_and_ones_is_no_kink(judged: Judged, masked: str, wrong: str) -> None:
    found = judged(
        setup="import torch\nx = torch.randn(3, 2)\nm = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])",
        parameters="W = torch.randn(2, 2)",
        forward=f"s = x @ W\nt = {masked}\np = t.softmax(1)\nloss = (p ** 2).sum()",
        backward=f"""
            dp = 2 * p
            dt = p * (dp - (dp * p).sum(1, keepdim=True))
            ds = {wrong}
            dW = x.T @ ds
        """,
        update="pass",
    )
    assert accused(found) == {"ds"}


INFINITE = {
    "setup": "import torch\nx = torch.tensor([0.0, 1.0, 4.0])\ny = torch.tensor([1.0, 2.0, 3.0])",
    "parameters": "w = torch.tensor([0.0, 0.5, 2.0])",
    "forward": "p = w * y\ns = p.sqrt()\nloss = (s * x).sum()",
    "update": "pass",
}


def test_a_wrong_finite_entry_beside_an_infinite_one_is_found(judged: Judged) -> None:
    right = "ds = x.clone()\ndp = ds * 0.5 / p.sqrt()\ndw = dp * y"
    assert accused(judged(**INFINITE, backward=right)) == set()
    wrong = right.replace("/ p.sqrt()", "/ p.sqrt() * torch.tensor([1.0, 1.0, 1.01])")
    assert accused(judged(**INFINITE, backward=wrong)) == {"dp"}


def test_an_infinity_of_the_other_sign_is_wrong(judged: Judged) -> None:
    found = judged(**INFINITE, backward="ds = x.clone()\ndp = -(ds * 0.5 / p.sqrt()).abs()\ndw = dp * y")
    assert "dp" in accused(found)


def test_a_nan_where_a_number_belongs_is_wrong(judged: Judged) -> None:
    lines = "ds = x.clone()\ndp = ds * 0.5 / p.sqrt()\ndw = dp * (y - 2) / (y - 2) * y"
    assert accused(judged(**INFINITE, backward=lines)) == {"dw"}


def test_a_gradient_that_has_no_finite_entry_is_not_checked(judged: Judged) -> None:
    sections = {**INFINITE, "parameters": "w = torch.zeros(3)"}
    found = judged(**sections, backward="ds = x + 1\ndp = ds * 0.5 / p.sqrt()\ndw = dp * y")
    assert line_verdict(found, "dp") is Verdict.NOT_CHECKED
    assert "no finite entry" in found["dp"].message
