"""The table has a row for every operation that students use, each with its words."""

from __future__ import annotations

import pytest

from backprop_tui.engine.rules import rows  # noqa: F401  (it fills the table)
from backprop_tui.engine.rules.spellings import BETWEEN, BINARY, CALLS
from backprop_tui.engine.rules.table import RULES, Rule

OPERATIONS = """
    add sub mul div neg pow matmul einsum sum mean prod cumsum var std norm max min amax amin maximum
    minimum logsumexp exp log log1p expm1 sqrt rsqrt reciprocal square abs sin cos tanh sigmoid relu
    leaky_relu gelu silu softplus elu erf where clamp masked_fill tril triu index gather embedding
    index_select take_along_dim index_add scatter_add view reshape flatten unsqueeze squeeze expand
    repeat transpose permute T mT cat stack split chunk unbind roll flip softmax log_softmax
    cross_entropy nll_loss mse_loss binary_cross_entropy binary_cross_entropy_with_logits layer_norm
    batch_norm linear conv1d conv2d unfold pad max_pool2d avg_pool2d to outer addmm baddbmm
""".split()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_has_a_row(operation: str) -> None:
    assert any(name == operation for name, _ in RULES)


@pytest.mark.parametrize("spelling", [*BINARY.values(), *CALLS.values(), *BETWEEN.values()])
def test_every_spelling_leads_to_a_row(spelling: str) -> None:
    assert any(name == spelling for name, _ in RULES)


@pytest.mark.parametrize("row", RULES.values(), ids=lambda row: f"{row.operation} by {row.operand}")
def test_row_has_its_words(row: Rule) -> None:
    assert row.title
    assert row.sentence.endswith(".")
    assert row.sentence.count(". ") <= 1
    assert row.formula.startswith(f"d{row.operand}") or row.operand in ("xs", "src")


def test_rows_of_one_operation_have_the_same_parameters() -> None:
    parameters: dict[str, tuple[str, ...]] = {}
    for row in RULES.values():
        assert parameters.setdefault(row.operation, row.parameters) == row.parameters
