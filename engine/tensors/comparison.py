"""Manual against autograd: how far apart two gradients are, and whether that is rounding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..verdict import Verdict
from .aliasing import once_in_both
from .differences import differences
from .dtypes import can_have_gradient
from .inert import is_tensor, name_of_type, number_of
from .kinds import shape_of, unreadable
from .survey import Survey, completed

RTOL, ATOL = 1e-5, 1e-8
"""The defaults of `torch.allclose`, which `approximate` uses."""


@dataclass(frozen=True)
class Comparison:
    """Everything the tool says of one gradient end to end. Shapes are of manual and autograd."""

    verdict: Verdict
    exact: bool = False
    approximate: bool = False
    maxdiff: float | None = None
    relative_error: float | None = None
    shape: tuple[int, ...] | None = None
    expected_shape: tuple[int, ...] | None = None
    worst_index: tuple[int, ...] | None = None
    worst_manual: float | None = None
    worst_autograd: float | None = None
    remark: str = ""
    """What numbers do not tell: `its shape is [3], the tensor's is [1, 3]`."""
    aside: str = ""
    """What follows from it: `broadcasting hides it`."""

    @property
    def message(self) -> str:
        """The remark with what follows from it."""
        return "; ".join(filter(None, (self.remark, self.aside)))


def is_close(maxdiff: float, scale: float, dtype: torch.dtype, largest: float) -> bool:
    """Whether an error is of rounding size, the rule behind the verdict `close`.

    Rounding in a sum of n terms is at most about n * eps times the sum of their sizes (Higham,
    Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2). So an error passes
    up to 1000 eps of the tensor's own largest entry (but no more than sqrt(eps) of it, which matters
    for half precision); or up to 8 eps of the largest gradient of the iteration, because a sum
    whose terms cancel keeps the rounding of the terms.

    Args:
        maxdiff: the largest absolute difference.
        scale: the largest absolute entry of autograd's gradient.
        dtype: the dtype whose rounding counts, the coarser of the two.
        largest: the largest absolute entry of any reference gradient in the iteration.
    """
    return maxdiff <= most_rounding(scale, dtype, largest)


def most_rounding(scale: float, dtype: torch.dtype, largest: float) -> float:
    """The largest error that `is_close` passes."""
    of_its_own, of_largest = rounding(dtype)
    return max(of_its_own * scale, of_largest * largest)


def rounding(dtype: torch.dtype) -> tuple[float, float]:
    """The two factors of that rule: for the tensor's own largest entry, for that of all gradients."""
    eps = torch.finfo(dtype).eps
    return min(1000 * eps, math.sqrt(eps)), 8 * eps


def is_more(maxdiff: float, scale: float, dtype: torch.dtype, largest: float) -> bool:
    """Whether an error that passes as `is_close` is that of a wrong line, where it is known that one is.

    What else passes has no cause but rounding, however deep the program and long its sums. Below a wrong
    line there is another cause, so that only what a few sums make passes: 32 eps of the tensor's own largest
    entry, or 8 eps of the largest gradient of the iteration.

    Args:
        maxdiff, scale, dtype, largest: as in `is_close`.
    """
    return maxdiff > least_rounding(scale, dtype, largest)


def least_rounding(scale: float, dtype: torch.dtype, largest: float) -> float:
    """The largest error that is rounding below a wrong line, as `is_more` has it."""
    return max(32 * scale, 8 * largest) * torch.finfo(dtype).eps


def may_be_rounding(
    maxdiff: float, scale: float, dtype: torch.dtype, largest: float, measured: float
) -> bool:
    """Whether an error beyond `is_close` can be rounding, where it is known that no line is wrong.

    Terms that cancel lose digits, and nobody knows how many without a look inside a line. The most that is
    called rounding is 10,000 eps, but no more than a tenth, of the tensor's own largest entry or of the
    largest gradient of the iteration; or sixteen times what rounding was measured to do to autograd's own
    gradient of the same tensor.

    Args:
        maxdiff, scale, dtype, largest: as in `is_close`.
        measured: how far autograd's gradient in this dtype is from the one in double precision.
    """
    share = min(10_000 * torch.finfo(dtype).eps, 0.1)
    return maxdiff <= max(share * max(scale, largest), 16 * measured)


def compare(manual: object, autograd: Tensor, **known: float) -> Comparison:
    """`comparing`, in one go."""
    return completed(comparing(manual, autograd, **known))


def comparing(
    manual: object,
    autograd: Tensor,
    *,
    largest: float = 0.0,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> Survey[Comparison]:
    """Compare a handwritten gradient of any type with autograd's tensor.

    A Python number stands for a tensor of no dimensions. A shape that matches only by
    broadcasting is a wrong shape. NaN equals NaN, and an infinity the same infinity, at the
    same place; it is no pass for all that.
    """
    expected = shape_of(autograd)
    if manual is Ellipsis:
        return Comparison(Verdict.NOT_WRITTEN, expected_shape=expected, remark="not written yet")
    if problem := unreadable(autograd):
        remark = f"autograd's gradient is {problem.words}"
        return Comparison(Verdict.NOT_CHECKED, expected_shape=expected, remark=remark)
    try:
        value = _as_tensor(manual, autograd)
        if isinstance(value, tuple):
            return _wrong_type(shape_of(manual) if is_tensor(manual) else None, expected, *value)
        if tuple(value.shape) != expected:
            return _wrong_shape(value, tuple(autograd.shape))
        return (yield from _compare_entries(_dense(value), _dense(autograd), largest, rtol, atol))
    except Exception as error:  # classes of the program's own
        remark = f"it is a tensor that cannot be compared: {name_of_type(error)}"
        return _wrong_type(None, expected, remark)


def _wrong_type(
    shape: tuple[int, ...] | None, expected: tuple[int, ...] | None, remark: str, aside: str = ""
) -> Comparison:
    return Comparison(Verdict.WRONG_TYPE, shape=shape, expected_shape=expected, remark=remark, aside=aside)


def _as_tensor(manual: object, like: Tensor) -> Tensor | tuple[str, str]:
    """What was written as a tensor; what it is and what it ought to be where it is none to be compared."""
    wanted = f"a tensor of shape {list(like.shape)} is expected"
    if not is_tensor(manual):
        return number_as_tensor(manual, like) or (f"it is {what_is(manual)}", wanted)
    if problem := unreadable(manual):
        return f"it is {problem.words}", wanted
    if manual.dtype.is_complex and not like.dtype.is_complex:
        return "it is complex, the tensor is real: its gradient is the real part", wanted
    if not can_have_gradient(manual):
        kind, wanted = with_article(name_of(manual.dtype)), with_article(name_of(like.dtype))
        return f"it is {kind} tensor", f"{wanted} gradient is expected"
    return manual


def number_as_tensor(manual: object, like: Tensor) -> Tensor | None:
    """A number as a tensor of no dimensions, where that is what is expected."""
    number = number_of(manual)
    if number is None or like.dim() or (type(number) is complex and not like.is_complex()):
        return None
    try:
        return torch.tensor(number, dtype=like.dtype, device=like.device)
    except (RuntimeError, OverflowError):  # an integer that is larger than any floating number
        return None


def what_is(value: object) -> str:
    """`None`, `the number 0.5`, `an ndarray`: what is no tensor."""
    number = number_of(value)
    if value is None or number is None:
        return "None" if value is None else with_article(name_of_type(value))
    too_long = type(number) is int and number.bit_length() > _BITS
    return with_article(name_of_type(value)) if too_long else f"the number {number!r}"


_BITS = 64
"""No integer of more is written out."""


def _dense(tensor: Tensor) -> Tensor:
    plain = tensor.detach()
    return plain if plain.layout == torch.strided else plain.to_dense()


def _wrong_shape(value: Tensor, expected: tuple[int, ...]) -> Comparison:
    shape = tuple(value.shape)
    return Comparison(
        Verdict.WRONG_SHAPE,
        shape=shape,
        expected_shape=expected,
        remark=f"its shape is {list(shape)}, the tensor's is {list(expected)}",
        aside="broadcasting hides it" if _broadcasts(shape, expected) else "",
    )


def _broadcasts(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    try:
        torch.broadcast_shapes(shape, expected)  # type: ignore[no-untyped-call]
    except RuntimeError:
        return False
    return True


def _compare_entries(
    value: Tensor, autograd: Tensor, largest: float, rtol: float, atol: float
) -> Survey[Comparison]:
    remark = _type_note(value, autograd)
    shape = tuple(value.shape)
    value, autograd = once_in_both(value.to(autograd.device), autograd)
    coarse = _coarser(value.dtype, autograd.dtype)
    seen = yield from differences(value, autograd, rtol, atol)
    exact = seen.largest == 0.0 and seen.finite
    close = math.isfinite(seen.largest) and is_close(seen.largest, seen.scale, coarse, largest)
    verdict = Verdict.EXACT if exact else Verdict.CLOSE if close else Verdict.WRONG
    if close and not seen.finite:
        verdict = Verdict.NOT_FINITE
    worst = _index(seen.worst, value.shape) if seen.largest else None
    return Comparison(
        verdict=verdict,
        exact=exact,
        approximate=seen.finite and seen.approximate,
        maxdiff=seen.largest,
        relative_error=_relative(seen.largest, seen.scale),
        shape=shape,
        expected_shape=shape,
        worst_index=worst,
        worst_manual=_entry(value, worst),
        worst_autograd=_entry(autograd, worst),
        remark=remark,
    )


def _coarser(*dtypes: torch.dtype) -> torch.dtype:
    return max(dtypes, key=lambda dtype: torch.finfo(dtype).eps)


def _type_note(value: Tensor, autograd: Tensor) -> str:
    notes = []
    if value.dtype != autograd.dtype:
        notes.append(f"its dtype is {name_of(value.dtype)}, autograd's {name_of(autograd.dtype)}")
    if value.device != autograd.device:
        notes.append(f"it is on {value.device}, the tensor on {autograd.device}")
    return "; ".join(notes)


def name_of(dtype: torch.dtype) -> str:
    """`float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def with_article(kind: str) -> str:
    """`an int64`, `a bool`, `a uint8`, `an ndarray`."""
    vowel = kind.casefold().startswith(("a", "e", "i", "o", "nd"))
    return f"{'an' if vowel else 'a'} {kind}"


def _relative(maxdiff: float, scale: float) -> float:
    if maxdiff == 0.0:
        return 0.0
    return maxdiff / scale if scale else math.inf


def _entry(tensor: Tensor, index: tuple[int, ...] | None) -> float | None:
    """An entry as a number; None for a complex one, which has no place on the screen."""
    return None if index is None or tensor.is_complex() else float(tensor[index])


def _index(place: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The index of an entry, which is at a place as the entries are counted through."""
    index: list[int] = []
    for size in reversed(shape):  # torch.unravel_index would import half a second of torch first
        place, at = divmod(place, size)
        index.insert(0, at)
    return tuple(index)
