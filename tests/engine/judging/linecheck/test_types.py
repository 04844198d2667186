"""Lines below infinite or wrongly typed gradients, and lines that read gradients inside functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]
Build = Callable[..., Program]

RELU = {
    "setup": "import torch\nx = torch.tensor([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3]])",
    "parameters": "W = torch.tensor([[0.7, -0.4], [0.2, 0.9]])",
    "forward": "h = x @ W\nr = torch.relu(h)\nloss = (r ** 2).sum()",
    "update": "pass",
}


def accused(found: Mapping[str, Judgement]) -> set[str]:
    """The gradients whose own lines are called wrong."""
    return {n for n, one in found.items() if one.verdict.accuses}


def test_below_an_infinite_wrong_gradient_right_lines_inherit(judged: Judged) -> None:
    for wrong in ('dr = 2 * r * float("inf")', "dr = 2 * r / (r > 0)"):
        found = judged(**RELU, backward=f"{wrong}\ndh = dr * (h > 0)\ndW = x.T @ dh\n")
        assert accused(found) == {"dr"}
        assert found["dh"].verdict is found["dW"].verdict is Verdict.INHERITED


def test_what_a_function_reads_is_an_upstream(judged: Judged) -> None:
    for wrong in ("dr = 4 * r", 'dr = r * float("nan")'):
        found = judged(
            **{**RELU, "setup": RELU["setup"] + "\ndef masked():\n    return dr * (h > 0)"},
            backward=f"{wrong}\ndh = masked()\ndW = x.T @ dh\n",
        )
        assert accused(found) == {"dr"}
        assert found["dh"].inherited_from == found["dW"].inherited_from == ("dr",)


def test_entries_of_a_tensor_that_is_nan_itself_accuse_nobody(judged: Judged) -> None:
    sections = {**RELU, "setup": "import torch\nx = torch.tensor([[1.0, float('nan')], [0.5, -1.0]])"}
    lines = "dr = 2 * r\ndh = dr * (h > 0)\ndW = x.T @ dh\n"
    assert accused(judged(**sections, backward=lines)) == set()
    mixed = {
        **RELU,
        "forward": "h = x @ W\nh[0] = h[0] * float('nan')\nr = torch.relu(h)\nloss = (r ** 2).sum()",
    }
    wrong = "dr = 2 * r\ndh = 2 * dr * (h > 0)\n"
    assert accused(judged(**mixed, backward=wrong)) == {"dh"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("dW = 1.0", "wrong type; it is a float, not a tensor"),
        ("dW = None", "wrong type; it is None, not a tensor"),
        ("dW = 'none'", "wrong type; it is a str, not a tensor"),
        ("dW = (x.T @ dh).long()", "wrong type; it is an int64 tensor"),
        ("dW = (x.T @ dh).sum(0)", "wrong shape; its shape is [2], the tensor's is [2, 2]"),
    ],
)
def test_a_wrong_type_is_not_called_a_wrong_shape(
    judged: Judged, build: Build, written: str, words: str
) -> None:
    lines = f"dr = 2 * r\ndh = dr * (h > 0)\n{written}"
    found = judged(**RELU, backward=lines)
    assert found["dW"].message == words
    assert found["dW"].verdict.value.replace("_", " ") == words.partition(";")[0]
    reports = {one.name: one.verdict for one in check(build(**RELU, backward=lines)).gradients}
    assert reports["dW"] is found["dW"].verdict
    assert reports["dr"].passes


def test_lines_above_a_sparse_gradient_of_autograd_are_judged(judged: Judged) -> None:
    sections = {
        "setup": "import torch\nix = torch.tensor([0, 2, 2])\nembedding = torch.nn.functional.embedding",
        "parameters": "E = torch.randn(4, 3)",
        "forward": "e = embedding(ix, E, sparse=True)\nloss = (e ** 2).sum()",
        "update": "pass",
    }
    lines = "de = 2 * e\ndE = torch.zeros_like(E)\ndE.index_add_(0, ix, {} * de)\n"
    right, wrong = (judged(**sections, backward=lines.format(factor)) for factor in (1, 2))
    assert [one.line and one.line.verdict for one in right.values()] == [Verdict.RIGHT] * 2
    assert accused(wrong) == {"dE"}


def test_a_message_of_many_lines_is_told_by_its_first(judged: Judged) -> None:
    setup = RELU["setup"] + "\ndef fail():\n    raise OSError('no such disk' + '\\nand so on' * 99)"
    found = judged(**{**RELU, "setup": setup}, backward="dr = 2 * r\ndh = fail()\n")
    assert found["dh"].message.endswith("raises OSError: no such disk")
