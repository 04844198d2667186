"""Whether a line's value is its VJP: entry by entry, far above rounding, far below any slip."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import sub
from typing import Any, NamedTuple

import numpy
import torch
from torch import Tensor

from ..verdict import Verdict
from .batch_comparison import alike, laid_end_to_end, largest_of
from .comparison import name_of, number_as_tensor, with_article
from .differences import entry_differences, finite_max, largest_difference, pieces
from .dtypes import as_reals, can_have_gradient
from .inert import is_tensor, name_of_type
from .kinds import unreadable


class Agreement(NamedTuple):
    """What came of comparing a line's value with its VJP."""

    verdict: Verdict
    maxdiff: float | None = None
    dtype: str = ""
    message: str = ""
    broken: bool = False
    """Some entry is infinite or NaN where the VJP's is a number: no choice at a kink is that."""
    slight: bool = False
    """Wrong by no more than rounding to single precision makes."""
    faint: bool = False
    """The VJP is so small beside what it was summed from that it may be rounding."""
    kink: bool = False
    """Right off the kinks and ties: there another subgradient than autograd's was chosen."""
    no_choice: bool = False
    """Right off the kinks and ties, and no subgradient there: `message` says why."""
    zeros: bool = False
    """Zero in every entry, which is no formula, though the VJP may cancel to it."""
    factor: float | None = None
    """How many times the gradient it is, by convention."""


def agreement(value: object, expected: Tensor, *, upstream: float = 0.0) -> Agreement:
    """Judge a line's value against what arrived at its tensor.

    Entries that are not finite have to agree in place and kind. The others may differ by 1e-7 of
    themselves plus 1e-11 of the largest entry or of `upstream`, the largest cut, in float64 (about
    5e4 eps, room for sums of many terms that cancel); in any other precision by 1e3 eps of either. Of
    complex numbers the real and the imaginary parts are entries.
    """
    shape = f"its shape is {{}}, the tensor's is {list(expected.shape)}"
    named, value = value, value if is_tensor(value) else number_as_tensor(value, expected)
    if value is None:
        return _wrong_type(f"it is {_named(named)}, not a tensor")
    if problem := unreadable(value):
        return _wrong_type(f"it is {problem.words}")
    if value.shape != expected.shape:
        return Agreement(Verdict.WRONG_SHAPE, message=shape.format(list(value.shape)))
    if value.layout != torch.strided:
        value = value.to_dense()
    if value.is_complex() and not expected.is_complex():
        return _wrong_type("it is complex, the tensor is real: its gradient is the real part")
    if not can_have_gradient(value):
        return _wrong_type(f"it is {with_article(name_of(value.dtype))} tensor")
    value = value.detach().to(expected.device)
    if expected.is_complex() and not value.is_complex():
        value = torch.complex(value, torch.zeros_like(value))
    return _entries(as_reals(value), as_reals(expected), upstream)


def _wrong_type(message: str) -> Agreement:
    return Agreement(Verdict.WRONG_TYPE, message=message)


def _named(value: object) -> str:
    return "None" if value is None else with_article(name_of_type(value))


def _entries(value: Tensor, expected: Tensor, upstream: float) -> Agreement:
    eps = max(_eps(value), _eps(expected))
    plain = _plainly(value, expected, upstream, eps)
    if plain is not None:
        return plain
    faint = 0 < finite_max(expected) <= faint_below(upstream, eps)
    return _entry_by_entry(value, expected, upstream, eps)._replace(faint=faint)


def _entry_by_entry(value: Tensor, expected: Tensor, upstream: float, eps: float) -> Agreement:
    dtype = name_of(value.dtype if _eps(value) == eps else expected.dtype)
    if expected.numel() and not any(bool(one.isfinite().any()) for _, one, _ in pieces(expected, expected)):
        return Agreement(Verdict.NOT_CHECKED, dtype=dtype, message="its VJP has no finite entry here")
    scale = max(finite_max(expected), 1e-3 * upstream)
    relative, absolute = _tolerances(eps)
    maxdiff, fits, broken = 0.0, True, False
    for _, one, other in pieces(value, expected):
        left, right = one.to(torch.float64), other.to(torch.float64)
        difference = entry_differences(left, right)
        entries = right.abs().nan_to_num(0.0, 0.0, 0.0)
        maxdiff = max(maxdiff, float(difference.max()))
        fits = fits and bool((difference <= relative * entries + absolute * scale).all())
        broken = broken or bool((~left.isfinite() & right.isfinite()).any())
    if maxdiff > 0 and not fits:
        slight = maxdiff <= _SLIGHT * scale
        return Agreement(Verdict.WRONG_HERE, maxdiff, dtype, broken=broken, slight=slight)
    if is_zero(expected, upstream):
        return Agreement(Verdict.NOT_EXERCISED, maxdiff, dtype, "its VJP is zero in every entry here")
    return Agreement(Verdict.RIGHT, maxdiff, dtype)


def _plainly(value: Tensor, expected: Tensor, upstream: float, eps: float) -> Agreement | None:
    """The agreement where the extremes alone prove it: the usual case, at a third of the cost."""
    if not _subtractable(value, expected):
        return None
    return _proven(largest_difference(value, expected), largest_of(expected), value.dtype, upstream, eps)


def _subtractable(value: Tensor, expected: Tensor) -> bool:
    return value.dtype == expected.dtype and value.is_floating_point() and value.layout == torch.strided


def _proven(
    maxdiff: float, scale: float, dtype: torch.dtype, upstream: float, eps: float
) -> Agreement | None:
    if not (math.isfinite(maxdiff) and math.isfinite(scale)) or scale <= faint_below(upstream, eps):
        return None
    if maxdiff > _tolerances(eps)[1] * max(scale, 1e-3 * upstream):
        return None
    return Agreement(Verdict.RIGHT, maxdiff, name_of(dtype))


def agreements(
    values: Mapping[str, Any],
    expected: Mapping[str, Tensor],
    upstream: Callable[[str], float],
    most: float,
) -> dict[str, Agreement]:
    """`agreement` for many by name. What the extremes prove of small tensors is found for all at once.

    No upstream is larger than `most` or the largest of those expected, apart from a jitter.
    """
    known = _proven_together(values, expected, most)
    for name in values:
        if name not in known:
            known[name] = _attempted(values[name], expected[name], upstream(name))
    return {name: known[name] for name in values}


def _attempted(value: object, expected: Tensor, upstream: float) -> Agreement:
    """The agreement; of a tensor of a kind that torch cannot compare (nested, without data) only that."""
    try:
        return agreement(value, expected, upstream=upstream)
    except Exception as error:
        return Agreement(Verdict.NOT_CHECKED, message=f"it cannot be compared: {name_of_type(error)}")


def _proven_together(
    values: Mapping[str, Any], expected: Mapping[str, Tensor], most: float
) -> dict[str, Agreement]:
    """Those that agree by less than their own largest entry allows, and are far from faint."""
    names = _alike(values, expected)
    ours, theirs = [values[name] for name in names], [expected[name] for name in names]
    sizes = None
    with suppress(RuntimeError, TypeError):  # of several devices or layouts, or without numbers
        sizes = _largest_errors(ours, theirs) if names else None
    if sizes is None or not all(map(math.isfinite, sizes[1])):
        return {}
    dtype, (errors, scales) = theirs[0].dtype, sizes
    eps = eps_of(dtype)
    tolerance, faint = _tolerances(eps)[1], faint_below(max(most, *scales), eps)
    said = name_of(dtype)
    return {
        name: Agreement(Verdict.RIGHT, error, said)
        for name, error, scale in zip(names, errors, scales, strict=True)
        # where an entry is not finite, the error is not either
        if error <= tolerance * scale and scale > faint
    }


def _alike(values: Mapping[str, Any], expected: Mapping[str, Tensor]) -> list[str]:
    """The names of what can be compared with what is expected in one go."""
    names = [*values]
    with suppress(RuntimeError):  # of several devices or layouts, or nested
        if not alike([*values.values()], [expected[name] for name in names]):
            names = [name for name in names if _is_alike(values[name], expected[name])]
        if len({expected[name].dtype for name in names}) == 1:
            return names
    return []


def _largest_errors(
    ours: Sequence[Tensor], theirs: Sequence[Tensor]
) -> tuple[list[float], list[float]] | None:
    """The largest error of each and the largest entry that was expected; NaN where there is one.

    None where they are too large to be looked at together.
    """
    if sum(map(Tensor.numel, theirs)) <= _FEW:
        numbers = [*map(_numbers, theirs)]
        errors = [[*map(sub, *pair)] for pair in zip(map(_numbers, ours), numbers, strict=True)]
        return [*map(_largest, errors)], [*map(_largest, numbers)]
    laid = laid_end_to_end([*ours, *theirs])
    if laid is None:
        return None
    both = laid.tensor.detach().numpy().reshape(2, -1)
    both[0] -= both[1]
    numpy.abs(both, out=both)
    largest = numpy.maximum.reduceat(both, laid.starts[: len(ours)], axis=1)
    return largest[0].tolist(), largest[1].tolist()


def _numbers(tensor: Tensor) -> list[float]:
    numbers = (tensor.flatten() if tensor.dim() > 1 else tensor).tolist()
    return numbers if isinstance(numbers, list) else [numbers]


def _largest(numbers: list[float]) -> float:
    sizes = [*map(abs, numbers)]
    # a sum with NaN in it is NaN, while the maximum may be another
    return max(sizes, default=0.0) if sum(sizes) == sum(sizes) else math.nan


_FEW = 128
"""Up to so many entries in all, Python looks at the numbers sooner than an array is made of them."""


def _is_alike(value: object, expected: Tensor) -> bool:
    if type(value) is not Tensor or value.is_nested or value.shape != expected.shape:
        return False
    if not _subtractable(value, expected):
        return False
    return value.is_cpu and expected.is_cpu


def faint_below(upstream: float, eps: float) -> float:
    """The size below which a VJP may be rounding of what it was summed from, or hide in it."""
    return (1e-8 if eps <= eps_of(torch.float64) else 1e-4) * upstream


def measured_upstream(expected: Tensor, noise: float, upstream: float) -> float:
    """The size of what a VJP was summed from, as far as its rounding tells.

    A VJP is linear in what comes in: `noise` is by how much others differ, from upstream gradients that
    were multiplied and divided out again. That is rounding; a VJP that is nothing else is zero.
    """
    largest, eps = finite_max(expected), _eps(expected)
    if largest == 0 or not eps:
        return upstream
    room = 1e8 if eps <= eps_of(torch.float64) else 1e4
    return max(_NOISE * noise / eps, min(upstream, room * largest))


def is_rounding(expected: Tensor, noise: float) -> bool:
    """Whether a VJP is zero in every entry up to rounding; `noise` as above."""
    return finite_max(expected) <= 64 * _NOISE * noise


_SLIGHT = 1e-5
"""What numbers that were rounded to single precision may make of a result, beside what it was summed from."""
_NOISE = 16
"""How much larger than seen in a few tries rounding may be."""


def _tolerances(eps: float) -> tuple[float, float]:
    """Relative to the entry itself, and to the largest entry."""
    return (1e-7, 1e-11) if eps <= eps_of(torch.float64) else (1e3 * eps, 1e3 * eps)


def is_zero(tensor: Tensor, upstream: float) -> bool:
    """Whether a gradient is zero in every entry, up to rounding of what it was summed from."""
    largest = largest_of(tensor)
    return math.isfinite(largest) and largest <= 64 * _eps(tensor) * upstream


def _eps(tensor: Tensor) -> float:
    return eps_of(tensor.dtype)


def eps_of(dtype: torch.dtype) -> float:
    """The rounding of a dtype; 0 for one that has none."""
    return torch.finfo(dtype).eps if dtype.is_floating_point or dtype.is_complex else 0.0
