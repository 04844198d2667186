"""Names like those of gradients that hold what can be none: `dim = im.shape[0]` beside a tensor `im`.

A name is no evidence. A number, or a tensor of another shape, is the gradient that its name says where a
line reads it as that, which is right once the name holds the gradient; or where its numbers are those of
the gradient, in a shape that it lost. Else a number is something else, and a tensor where a right line reads
it as it is: of one that no line reads, its name is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ...execution.gradients.gradient import Gradient
from ...execution.iteration import Iteration
from ...execution.session import Session
from ...tensors.aliasing import once
from ...tensors.comparison import is_close
from ...tensors.differences import finite_max
from ...tensors.inert import is_tensor, number_of
from ...tensors.kinds import unreadable
from ...verdict import Verdict
from .lines.dependence import upstreams
from .lines.gradient_lines import written_lines
from .lines.outcome import LineCheck, LineJudgement
from .lines.reused_names import bound_again

_RIGHT = (Verdict.RIGHT, Verdict.NOT_EXERCISED)


def can_be_none(session: Session, iteration: Iteration) -> frozenset[str]:
    """The gradients of no parameter whose names hold a number, or a tensor of another shape.

    Where the forward binds the name of the tensor again, that may be the gradient of what it was before.
    """
    parameters, again = session.parameters, bound_again(session.program)
    return frozenset(
        name
        for name, one in iteration.gradients.items()
        if one.verdict.misfits
        and one.tensor not in parameters
        and name not in again
        and _holds_other_numbers(one)
    )


def misnamed(
    session: Session, iteration: Iteration, names: frozenset[str], given: LineCheck
) -> frozenset[str]:
    """Those of the names that hold something else.

    `given` says of every line whether it is right where the names that it reads hold gradients.
    """
    reads = upstreams(session.facts, frozenset(given.judgements))
    return frozenset(
        name
        for name in names & given.judgements.keys()
        if not given.judgements[name].reused
        and not _may_be_read_as_gradient(name, reads, given, raised=iteration.failure is not None)
        and not _is_its_gradient(iteration.gradients[name])
    )


def confirmed(
    session: Session, iteration: Iteration, names: frozenset[str], apart: LineCheck
) -> frozenset[str]:
    """Those of the names that are numbers, or that a right line reads as they are.

    `apart` judges the lines with the names set apart.
    """
    reads = upstreams(session.facts, names | apart.judgements.keys())
    return frozenset(name for name in names if _is_something_else(name, iteration, reads, apart))


def _is_something_else(
    name: str, iteration: Iteration, reads: Mapping[str, tuple[str, ...]], apart: LineCheck
) -> bool:
    if number_of(iteration.gradients[name].value) is not None:
        return True
    readers = _readers(name, reads)
    return any(one in apart.judgements and apart.judgements[one].verdict in _RIGHT for one in readers)


def _readers(name: str, reads: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [other for other, some in reads.items() if name in some and other != name]


def told_of_misnamed(
    session: Session, iteration: Iteration, names: frozenset[str]
) -> dict[str, LineJudgement]:
    """What is said of such names."""
    reads = upstreams(session.facts, frozenset(iteration.gradients)) if names else {}
    return {
        name: LineJudgement(
            name,
            Verdict.RIGHT if _readers(name, reads) else Verdict.NOT_CHECKED,
            written_lines(iteration, name),
            reads.get(name, ()),
            message=f"no gradient of {iteration.gradients[name].tensor}, whatever its name says",
            reused=True,
            apart=True,
        )
        for name in names
    }


def _holds_other_numbers(gradient: Gradient) -> bool:
    value, reference = gradient.value, gradient.reference
    if is_tensor(value) and reference is not None:
        return not unreadable(value) and value.shape != reference.shape
    return number_of(value) is not None


def _may_be_read_as_gradient(
    name: str, reads: Mapping[str, tuple[str, ...]], given: LineCheck, *, raised: bool
) -> bool:
    """Whether a line is right with the gradient under that name; where one `raised`, it says nothing."""
    telling = (*_RIGHT, Verdict.NOT_CHECKED) if raised else _RIGHT
    return any(given.judgements[one].verdict in telling for one in _readers(name, reads))


def _is_its_gradient(gradient: Gradient) -> bool:
    """Whether a value has the numbers of the gradient, or their sums, in another shape."""
    value, true = gradient.value, gradient.reference
    if true is None:
        return False
    number = number_of(value)
    value = torch.tensor(number, dtype=true.dtype) if isinstance(number, float | int) else value
    if not is_tensor(value) or value.is_complex() or true.is_complex():
        return False
    value, true = once(value.detach()).to(true), once(true)
    if value.numel() == true.numel():
        return _same(value.flatten().sort().values, true.flatten().sort().values)
    try:
        smaller, larger = sorted((value, true), key=Tensor.numel)
        return _same(larger.sum_to_size(smaller.shape), smaller) or _same(smaller.expand_as(larger), larger)
    except RuntimeError:
        return False


def _same(one: Tensor, other: Tensor) -> bool:
    size = finite_max(other)
    return is_close(float((one - other).abs().max()), size, torch.float32, size)
