"""Verdicts on many gradients at once, against the comparison of each alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from backprop_tui.engine.tensors import batch_comparison as quick
from backprop_tui.engine.tensors.batch_comparison import quick_verdicts
from backprop_tui.engine.tensors.comparison import compare
from backprop_tui.engine.verdict import Verdict

from .arrays import FINITE, pairs, tensors


@dataclass
class Among:
    largest: float = 0.0

    @property
    def at_least(self) -> float:
        return min(self.largest, 1.0)


def quick_verdict(manual: Any, autograd: torch.Tensor, among: Among) -> Verdict | None:
    return quick_verdicts([manual], [autograd], among)[0]


@given(pairs(), st.sampled_from([0.0, 1.0, 1e6]))
def test_the_quick_verdict_is_the_verdict_or_none(pair: tuple[Any, Any], largest: float) -> None:
    one, two = tensors(pair)
    found = quick_verdict(one, two, Among(largest))
    assert found in (None, compare(one, two, largest=largest).verdict)


def _is_moderate(tensor: Tensor) -> bool:
    return bool((tensor.abs() < 1e30).all())


@given(st.lists(st.one_of(pairs(), pairs(FINITE)), min_size=1, max_size=6))
def test_many_gradients_at_once_are_judged_as_each_is_alone(many: list[tuple[Any, Any]]) -> None:
    both = [tensors(pair) for pair in many]
    largest = max((float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0)) for _, b in many), default=0.0)
    found = quick_verdicts([one for one, _ in both], [other for _, other in both], Among(largest))
    for verdict, (manual, autograd) in zip(found, both, strict=True):
        assert verdict in (None, compare(manual, autograd, largest=largest).verdict)
        assert verdict is not None or not (_is_moderate(manual) and _is_moderate(autograd))


@given(st.lists(pairs(), min_size=1, max_size=4))
def test_large_gradients_are_judged_piece_by_piece_as_each_is_alone(many: list[tuple[Any, Any]]) -> None:
    both = [tensors(pair) for pair in many]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "SMALL", 0)
        patch.setattr(quick, "PIECE", 3)
        found = quick_verdicts([one for one, _ in both], [other for _, other in both], Among(1.0))
    for verdict, (manual, autograd) in zip(found, both, strict=True):
        assert verdict in (None, compare(manual, autograd, largest=1.0).verdict)


@pytest.mark.parametrize("small", [quick.SMALL, 0])
def test_errors_whose_squares_vanish_are_no_exact_gradients(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "SMALL", small)
    found = quick_verdicts(
        [torch.zeros(2), torch.ones(2)], [torch.full((2,), 1e-30), torch.ones(2)], Among(1.0)
    )
    assert [*found] == [Verdict.CLOSE, Verdict.EXACT]


@pytest.mark.parametrize("small", [quick.SMALL, 0])
@pytest.mark.parametrize("size", [9e-27, 1e-18, 1e-12])
def test_among_gradients_so_small_that_squares_vanish_one_of_zeros_is_wrong(
    small: int, size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "SMALL", small)
    manual, autograd = torch.zeros(2), torch.full((2,), size)
    assert [*quick_verdicts([manual], [autograd], Among(size))] == [Verdict.WRONG]
    assert compare(manual, autograd, largest=size).verdict is Verdict.WRONG


def test_gradients_of_several_precisions_are_judged_at_once() -> None:
    single, double = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.float64)
    manuals = [single, ..., double + 1e-15, double, single * 2]
    references = [single, single, double, single, single]
    found = quick_verdicts(manuals, references, Among(2.0))
    assert found == [Verdict.EXACT, None, Verdict.CLOSE, None, Verdict.WRONG]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("factor", [1 + 1e-3, 1.2])
def test_an_error_is_judged_alike_in_every_dtype(dtype: torch.dtype, factor: float) -> None:
    reference = torch.linspace(0.5, 2, 7, dtype=dtype)
    manual = reference * factor
    assert quick_verdict(manual, reference, Among()) in (None, compare(manual, reference).verdict)


@pytest.mark.parametrize(
    "value", [None, 0.5, "0.5", [0.5, 0.5], np.ones(2), torch.ones(2, dtype=torch.complex64)]
)
def test_of_what_is_no_real_tensor_nothing_is_said(value: object) -> None:
    assert quick_verdict(value, torch.ones(2), Among()) is None


def test_a_gradient_that_requires_grad_is_judged_like_any_other() -> None:
    manual = torch.ones(2, requires_grad=True) * 2
    assert quick_verdict(manual, torch.ones(2) * 2, Among()) is Verdict.EXACT
    assert quick_verdict(manual, torch.ones(2) * 3, Among()) is Verdict.WRONG


def test_a_sparse_gradient_is_left_to_the_careful_comparison() -> None:
    sparse, dense = torch.sparse_coo_tensor([[1]], [2.0], (3,)), torch.tensor([0.0, 2.0, 0.0])
    for manual, autograd in ((sparse, dense), (dense, sparse)):
        assert quick_verdict(manual, autograd, Among()) in (None, Verdict.EXACT)
