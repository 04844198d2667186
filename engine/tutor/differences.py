"""The gradient of a tensor by finite differences of the loss, entry by entry, beside the other two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..execution.heaviness import is_heavy, precisions, too_short
from ..execution.iteration import Iteration
from ..execution.raised import in_short
from ..execution.recording.steps import MISSING
from ..execution.replay.world import World
from ..execution.session import Session
from ..tensors.differences import finite_max
from ..tensors.finite_differences import STEP, slope
from ..tensors.inert import is_tensor
from ..tensors.kinds import unreadable
from .answer import Told

_ENTRIES = 64
"""Of a tensor with more entries some are taken; each costs two forwards."""
_SAMPLED = 32
_OF_HEAVY = 8
_APART = 1e-3
"""What differs by more than this share of the largest entry is another number."""
_SINGLE_STEP = 4e-3
"""The step where the program runs in a precision of its own, as a share of the largest entry."""


class CannotMove(Exception):
    """Why there are no differences, in a sentence."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Entries of one gradient: by differences of the loss, by autograd, and as the program has it."""

    name: str
    places: Sequence[int]
    """Which entries, in row-major order."""
    shape: torch.Size
    differences: Sequence[float]
    autograd: Sequence[float] | None
    manual: Sequence[float] | None
    step: float
    dtype: str
    noise: float
    """How far rounding may move a difference, or a gradient."""

    @property
    def apart(self) -> float:
        """What differs by more is another number."""
        known = [*self.differences, *(self.autograd or ())]
        largest = max((abs(one) for one in known if math.isfinite(one)), default=0.0)
        return _APART * largest + self.noise

    def agree(self, others: Sequence[float]) -> list[bool]:
        """At which entries others are what the differences say."""
        return [abs(one - other) <= self.apart for one, other in zip(self.differences, others, strict=True)]


def difference_lines(session: Session, record: Iteration, tensor: str) -> tuple[Told, ...]:
    """The answer: entries and step, what it comes to, and a table."""
    try:
        measured = measure(session, record, tensor)
    except CannotMove as problem:
        return (Told(str(problem), "head"),)
    return (_head(measured), *_outcome(measured, session), Told(""), *_table(measured))


def measure(session: Session, record: Iteration, tensor: str) -> Measured:
    """Move entries of a tensor by a little in either direction, and see what the loss does.

    Raises:
        CannotMove: the tensor has no gradient, or no one value that could be moved.
        Cancelled: it was stopped.
    """
    value = _movable(session, record, tensor)
    places = _chosen(record, tensor, session, value)
    problem = too_short(record)
    for dtype in precisions(record):
        try:
            return _measured(session, record, tensor, value, places, dtype)
        except Exception as error:
            problem = in_short(error)
    raise CannotMove(f"the forward cannot be run again with {tensor} moved: {problem}")


def _measured(
    session: Session,
    record: Iteration,
    tensor: str,
    value: Tensor,
    places: Sequence[int],
    dtype: torch.dtype | None,
) -> Measured:
    wide = dtype or value.dtype
    share = STEP if wide is torch.float64 else _SINGLE_STEP
    step = share * max(finite_max(value), 1e-3)

    def loss(shift: Tensor) -> float:
        session.interpreter.give_way()
        with World(session, record.start, dtype) as world:
            world.forward((tensor,), {tensor: shift})
            return float(session.namespace[session.program.loss].detach())

    def along(place: int) -> Tensor:
        direction = torch.zeros(value.shape, dtype=wide, device=value.device)
        direction.view(-1)[place] = 1
        return direction

    differences = [slope(loss, along(place), step) for place in places]
    name = session.program.naming.gradient(tensor)
    gradient = record.gradients.get(name)
    return Measured(
        name,
        places,
        value.shape,
        differences,
        _entries(record.references.gradients.get(tensor), value.shape, places),
        _entries(gradient.value if gradient is not None else MISSING, value.shape, places),
        step,
        str(wide).removeprefix("torch."),
        _noise(record, value, wide, step),
    )


def _noise(record: Iteration, value: Tensor, wide: torch.dtype, step: float) -> float:
    """How far rounding may move a difference, in the loss, and a gradient, in the sums that it comes from."""
    of_loss = torch.finfo(wide).eps * abs(record.loss or 0.0) / step
    of_gradients = torch.finfo(value.dtype).eps * record.references.largest
    return 8 * (of_loss + of_gradients)


def _movable(session: Session, record: Iteration, tensor: str) -> Tensor:
    """The value of a tensor where one value is all that it has in the forward."""
    writes = [
        (position, slot)
        for position, slot in record.history.get(tensor, ())
        if position < 0 or record.steps[position].statement.section == "forward"
    ]
    if not writes or record.loss is None:
        raise CannotMove(f"{tensor or 'what is selected'} has no value in the forward")
    bound = [position for position, _ in writes if position >= 0]
    if len(bound) > 1 or (bound and tensor in record.start.roles.defined):
        raise CannotMove(f"{tensor} is written more than once in the forward: there is no one value to move")
    value = writes[-1][1].value
    known = record.references.gradients.get(tensor) is not None
    if not known and session.program.naming.gradient(tensor) not in record.gradients:
        raise CannotMove(f"{tensor} has no gradient")
    if not is_tensor(value) or unreadable(value) or not value.is_floating_point() or not value.numel():
        raise CannotMove(f"{tensor} has no real numbers that could be moved")
    return value.detach()


def _chosen(record: Iteration, tensor: str, session: Session, value: Tensor) -> Sequence[int]:
    """The entries: all of a small tensor; of a big one where gradients are apart, or large, and some more."""
    count, most = value.numel(), _OF_HEAVY if is_heavy(record) else _SAMPLED
    if count <= (most if is_heavy(record) else _ENTRIES):
        return range(count)
    gradient = record.gradients.get(session.program.naming.gradient(tensor))
    autograd = _flat(record.references.gradients.get(tensor), value.shape)
    manual = _flat(gradient.value if gradient is not None else MISSING, value.shape)
    chosen: dict[int, None] = {}
    if autograd is not None and manual is not None:
        chosen |= _largest((manual - autograd).abs(), most // 4)
    if autograd is not None:
        chosen |= _largest(autograd.abs(), most // 4)
    generator = torch.Generator().manual_seed(count)
    drawn = torch.randint(count, (most,), generator=generator).tolist()
    return sorted([*dict.fromkeys([*chosen, *drawn])][:most])


def _largest(sizes: Tensor, count: int) -> dict[int, None]:
    return dict.fromkeys(torch.nan_to_num(sizes, nan=math.inf).topk(count).indices.tolist())


def _flat(value: Any, shape: torch.Size) -> Tensor | None:
    """The entries of a gradient of this shape; None of anything else."""
    if not is_tensor(value) or unreadable(value) or value.shape != shape or value.is_complex():
        return None
    dense = value.to_dense() if value.layout is not torch.strided else value
    return dense.detach().double().cpu().reshape(-1)


def _entries(value: Any, shape: torch.Size, places: Sequence[int]) -> list[float] | None:
    flat = _flat(value, shape)
    return None if flat is None else [float(flat[place]) for place in places]


def _head(measured: Measured) -> Told:
    entries, count = len(measured.places), math.prod(measured.shape)
    which = f"{entries} of {count} entries" if entries < count else f"all {count} entries"
    if count == 1:
        which = "its one entry"
    return Told(f"{which}, moved by ±{measured.step:.2g} in {measured.dtype}", "head")


def _table(measured: Measured) -> list[Told]:
    names = [_index(place, measured.shape) for place in measured.places]
    width = max(map(len, (*names, "entry")))
    lines = [Told(f"{'entry':<{width}} {'differences':>13} {'autograd':>13} {'manual':>13}", "quiet")]
    for row, name in enumerate(names):
        columns = (measured.differences, measured.autograd, measured.manual)
        numbers = ["·" if column is None else f"{column[row]:.6g}" for column in columns]
        others = [column for column in columns[1:] if column is not None]
        differs = not all(measured.agree(column)[row] for column in others)
        cells = " ".join(f"{number:>13}" for number in numbers)
        lines.append(Told(f"{name:<{width}} {cells}{'  ✗' * differs}", "strong" if differs else "plain"))
    return lines


def _index(place: int, shape: torch.Size) -> str:
    index = []
    for size in reversed(shape):
        place, at = divmod(place, size)
        index.append(at)
    return f"[{' '.join(map(str, reversed(index)))}]"


def _outcome(measured: Measured, session: Session) -> list[Told]:
    if all(abs(one) <= measured.noise for one in _numbers(measured)):
        words = f"all of it is within rounding, ±{measured.noise:.2g}: differences cannot tell"
        return [Told(words)]
    told = [_agreement("autograd", measured, measured.autograd, "has no gradient of that shape")]
    told.append(_agreement(measured.name, measured, measured.manual, "is not there, or of another shape"))
    if measured.autograd is not None and not all(measured.agree(measured.autograd)):
        reason = "where autograd differs, the loss has a kink within the step, or torch's backward is another"
        if session.facts.autograd.leaves_graph:
            reason = (
                "the program keeps values from autograd (detach, no_grad), which differences see all the same"
            )
        told.append(Told(reason, "quiet"))
    return told


def _numbers(measured: Measured) -> list[float]:
    return [*measured.differences, *(measured.autograd or ()), *(measured.manual or ())]


def _agreement(name: str, measured: Measured, entries: Sequence[float] | None, absent: str) -> Told:
    if entries is None:
        return Told(f"{name} {absent}")
    right = measured.agree(entries).count(True)
    if right == len(entries):
        return Told(f"{name} agrees with the differences")
    return Told(f"{name} agrees with the differences at {right} of {len(entries)} entries", "strong")
