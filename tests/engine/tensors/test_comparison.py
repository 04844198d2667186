"""The comparison of two gradients, against numpy and against the facts that hold for any two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backprop_tui.engine.execution.gradients.reference_backward import differentiate
from backprop_tui.engine.tensors.comparison import Comparison, compare, is_close
from backprop_tui.engine.verdict import Verdict

from .arrays import ENTRIES, FINITE, SHAPES, pairs, tensors

PASSING = {Verdict.EXACT, Verdict.CLOSE}


def oracle(left: Any, right: Any) -> tuple[bool, bool, float, tuple[int, ...] | None]:
    """Exact, approximate, maxdiff and a worst index, by numpy alone."""
    one, two = left.astype(np.float64), right.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (one == two) | (np.isnan(one) & np.isnan(two))
        difference = np.where(same, 0.0, np.abs(one - two))
        difference = np.where(np.isnan(difference), np.inf, difference)
        approximate = bool(np.allclose(one, two, rtol=1e-5, atol=1e-8, equal_nan=True))
    finite = bool(np.isfinite(two).all())
    if difference.size == 0 or difference.max() == 0:
        return finite, finite, 0.0, None
    index = np.unravel_index(int(np.argmax(difference)), difference.shape)
    return False, approximate and finite, float(difference.max()), tuple(int(i) for i in index)


@given(pairs())
def test_a_comparison_agrees_with_numpy(pair: tuple[Any, Any]) -> None:
    found = compare(*tensors(pair))
    exact, approximate, maxdiff, worst = oracle(*pair)
    assert (found.exact, found.approximate, found.maxdiff) == (exact, approximate, maxdiff)
    assert found.worst_index == worst


@given(pairs())
def test_the_differences_are_the_same_from_either_side(pair: tuple[Any, Any]) -> None:
    one, two = tensors(pair)
    there, back = compare(one, two), compare(two, one)
    assert (there.exact, there.maxdiff, there.worst_index) == (back.exact, back.maxdiff, back.worst_index)
    assert there.worst_manual == pytest.approx(back.worst_autograd, nan_ok=True)


@given(hnp.arrays(np.float32, SHAPES, elements=ENTRIES))
def test_anything_equals_itself_nan_and_infinity_included_which_are_no_pass(array: Any) -> None:
    found = compare(torch.from_numpy(array), torch.from_numpy(array.copy()))
    finite = bool(np.isfinite(array).all())
    verdict = Verdict.EXACT if finite else Verdict.NOT_FINITE
    assert (found.verdict, found.exact, found.approximate) == (verdict, finite, finite)
    assert (found.maxdiff, found.relative_error, found.worst_index) == (0.0, 0.0, None)


@given(pairs(FINITE))
def test_values_that_differ_by_more_than_rounding_never_pass(pair: tuple[Any, Any]) -> None:
    one, two = tensors(pair)
    found = compare(one, two)
    scale = float(two.abs().max()) if two.numel() else 0.0
    assume(found.maxdiff is not None and found.maxdiff > 2e-4 * scale)
    assert found.verdict is Verdict.WRONG


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("other", [0.0, 1e30, math.nan, math.inf, -math.inf])
def test_what_is_not_finite_equals_only_its_own_kind_at_the_same_place(bad: float, other: float) -> None:
    found = compare(torch.tensor([1.0, bad]), torch.tensor([1.0, other]), largest=1e30)
    same = bad == other or (math.isnan(bad) and math.isnan(other))
    assert found.verdict is (Verdict.NOT_FINITE if same else Verdict.WRONG)
    assert found.maxdiff == (0.0 if same else math.inf)
    assert found.worst_index == (None if same else (1,))


def test_an_infinite_entry_lets_no_other_error_pass() -> None:
    found = compare(torch.tensor([math.inf, 1.0]), torch.tensor([math.inf, 2.0]))
    assert (found.verdict, found.worst_index, found.maxdiff) == (Verdict.WRONG, (1,), 1.0)


SHAPE_PAIRS = [((64,), (1, 64)), ((), (1,)), ((1,), ()), ((1, 3), (3, 1)), ((3,), (2, 3)), ((0,), (1,))]


@pytest.mark.parametrize(("shape", "expected"), SHAPE_PAIRS)
def test_a_shape_that_matches_only_by_broadcasting_is_a_wrong_shape(shape: Any, expected: Any) -> None:
    found = compare(torch.ones(shape), torch.ones(expected))
    assert (found.verdict, found.shape, found.expected_shape) == (Verdict.WRONG_SHAPE, shape, expected)
    assert (
        found.message
        == f"its shape is {list(shape)}, the tensor's is {list(expected)}; broadcasting hides it"
    )


def test_a_shape_that_does_not_match_at_all_is_told_without_broadcasting() -> None:
    found = compare(torch.ones(2), torch.ones(3))
    assert (found.verdict, found.message) == (Verdict.WRONG_SHAPE, "its shape is [2], the tensor's is [3]")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "it is None; a tensor of shape [2] is expected"),
        ("0.5", "it is a str; a tensor of shape [2] is expected"),
        (0.5, "it is the number 0.5; a tensor of shape [2] is expected"),
        (True, "it is a bool; a tensor of shape [2] is expected"),
        ([0.5, 0.5], "it is a list; a tensor of shape [2] is expected"),
        (np.ones(2), "it is an ndarray; a tensor of shape [2] is expected"),
        (
            torch.ones(2, dtype=torch.complex64),
            "it is complex, the tensor is real: its gradient is the real part; "
            "a tensor of shape [2] is expected",
        ),
        (torch.ones, "it is a builtin_function_or_method; a tensor of shape [2] is expected"),
    ],
)
def test_a_gradient_that_is_no_real_tensor_is_told_what_it_is(value: object, message: str) -> None:
    found = compare(value, torch.ones(2))
    assert (found.verdict, found.message) == (Verdict.WRONG_TYPE, message)


def test_a_tensor_of_the_right_shape_and_a_wrong_type_says_its_shape() -> None:
    found = compare(torch.ones(2).long(), torch.ones(2))
    assert (found.verdict, found.shape, found.expected_shape) == (Verdict.WRONG_TYPE, (2,), (2,))


def test_an_ellipsis_is_not_written() -> None:
    assert compare(..., torch.ones(2)) == Comparison(
        Verdict.NOT_WRITTEN, expected_shape=(2,), remark="not written yet"
    )


@pytest.mark.parametrize(
    ("number", "verdict"), [(1.0, Verdict.EXACT), (1, Verdict.EXACT), (2.0, Verdict.WRONG)]
)
def test_a_number_stands_for_a_tensor_of_no_dimensions(number: float, verdict: Verdict) -> None:
    assert compare(number, torch.tensor(1.0)).verdict is verdict


@pytest.mark.parametrize("kind", ["an int64", "an int32", "a uint8", "a bool"])
def test_an_integer_tensor_is_no_gradient(kind: str) -> None:
    dtype = getattr(torch, kind.split()[1])
    found = compare(torch.ones(2, dtype=dtype), torch.ones(2))
    assert found.verdict is Verdict.WRONG_TYPE
    assert found.message == f"it is {kind} tensor; a float32 gradient is expected"


def test_a_double_gradient_of_a_single_tensor_passes_within_single_rounding() -> None:
    manual = torch.tensor([1 / 3], dtype=torch.float64)
    found = compare(manual, manual.float())
    assert (found.verdict, found.message) == (Verdict.CLOSE, "its dtype is float64, autograd's float32")


def test_a_single_gradient_of_a_double_tensor_passes_within_single_rounding() -> None:
    reference = torch.tensor([1 / 3], dtype=torch.float64)
    assert compare(reference.float(), reference).verdict is Verdict.CLOSE
    assert compare(reference.float() + 1e-3, reference).verdict is Verdict.WRONG


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_an_error_of_one_rounding_is_close_and_of_a_twentieth_is_wrong_in_every_dtype(
    dtype: torch.dtype,
) -> None:
    reference = torch.linspace(0.5, 2, 7, dtype=dtype)
    rounding = reference * (1 + 2 * torch.finfo(dtype).eps)
    for manual, passes in ((rounding, True), (reference * 1.2, False)):
        assert (compare(manual, reference).verdict in PASSING) is passes


def test_a_rounding_error_is_measured_by_the_largest_gradient_too() -> None:
    eps = torch.finfo(torch.float32).eps
    manual, zero = torch.tensor([4 * eps]), torch.tensor([0.0])
    assert compare(manual, zero, largest=1.0).verdict is Verdict.CLOSE
    assert compare(manual, zero, largest=0.1).verdict is Verdict.WRONG
    assert compare(manual, zero).relative_error == math.inf


@given(st.floats(0, 1e-3), st.floats(0, 1e3), st.floats(0, 1e3))
def test_a_smaller_error_is_never_worse(error: float, scale: float, largest: float) -> None:
    if is_close(error, scale, torch.float32, largest):
        assert is_close(error / 2, scale, torch.float32, largest)


def test_the_reference_is_the_gradient_that_autograd_gives() -> None:
    x, unused = torch.randn(3, requires_grad=True), torch.randn(2, requires_grad=True)
    h = x.tanh()
    loss = (h**2).sum()
    expected = torch.autograd.grad(loss, (x, h, unused), retain_graph=True, allow_unused=True)
    found = differentiate((loss,), (torch.ones_like(loss),), (x, h, unused))
    assert [one is None for one in found] == [False, False, True]
    assert all(torch.equal(one, other) for one, other in zip(found[:2], expected[:2], strict=True))


def test_the_worst_element_is_told_with_both_values() -> None:
    manual = torch.tensor([[0.0, 1.0], [2.0, 7.0]])
    found = compare(manual, torch.tensor([[0.0, 1.5], [2.0, 3.0]]))
    assert (found.worst_index, found.worst_manual, found.worst_autograd) == ((1, 1), 7.0, 3.0)
    assert found.relative_error == pytest.approx(4 / 3)


def test_tolerances_move_approximate_and_not_the_verdict() -> None:
    one, two = torch.tensor([1.0]), torch.tensor([1.1])
    tight, loose = compare(one, two), compare(one, two, rtol=0.5)
    assert (tight.approximate, loose.approximate) == (False, True)
    assert tight.verdict is loose.verdict is Verdict.WRONG


def test_a_view_or_expanded_gradient_is_compared_by_its_entries() -> None:
    assert compare(torch.ones(1).expand(3), torch.ones(3)).exact
    assert compare(torch.ones(3, 2).T, torch.ones(2, 3)).exact


def test_a_gradient_that_requires_grad_is_compared_like_any_other() -> None:
    manual = torch.ones(2, requires_grad=True) * 2
    assert compare(manual, torch.ones(2) * 2).verdict is Verdict.EXACT
    assert compare(manual, torch.ones(2)).verdict is Verdict.WRONG


def test_a_sparse_gradient_is_compared_by_its_entries() -> None:
    sparse = torch.sparse_coo_tensor([[1]], [2.0], (3,))
    dense = torch.tensor([0.0, 2.0, 0.0])
    for manual, autograd in ((sparse, dense), (dense, sparse)):
        assert compare(manual, autograd).verdict is Verdict.EXACT


def test_complex_gradients_are_compared_by_both_parts() -> None:
    one, two = torch.tensor([1 + 2j]), torch.tensor([1 + 3j])
    assert compare(one, one).verdict is Verdict.EXACT
    found = compare(one, two)
    assert (found.verdict, found.maxdiff, found.worst_index) == (Verdict.WRONG, 1.0, (0,))
    assert (found.worst_manual, found.worst_autograd) == (None, None)
