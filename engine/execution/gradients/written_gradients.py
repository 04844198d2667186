"""The handwritten gradients of an iteration: what its steps wrote, compared with autograd's."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from ...program.pairing import Candidate, gradient_writes
from ...program.statements import Statement
from ...tensors.batch_comparison import all_exact, passing, quick_verdicts, sure
from ...tensors.comparison import Comparison
from ...tensors.inert import is_tensor
from ...tensors.kinds import plain
from ...verdict import Verdict
from ..recording.recorder import Recorder
from ..recording.steps import MISSING, Slot, Step
from .execution_path import ExecutionPath, Ran, size_of
from .gradient import Gradient, compared
from .reference_backward import References


@dataclass(frozen=True, eq=False)
class GradientWrites:
    """Which gradients pair with a tensor along a path, and where in its record each is written."""

    pairs: Sequence[Candidate]
    compared: Sequence[int]
    """The positions among the pairs of those that autograd has a gradient for, too."""
    tensors: Sequence[str]
    """The names of their tensors."""
    writes: Sequence[Sequence[int]]
    """For each pair the positions of its writes."""
    last: Sequence[tuple[int, int] | None]
    """For each pair the position of its last write, and which value of that it is."""
    since: int
    """How many entries come before what is to be looked at for changes in place after a last write."""


class WrittenGradients(NamedTuple):
    """What stands for every paired gradient, and its verdict, in the order of the pairs."""

    where: GradientWrites
    values: Sequence[Any]
    verdicts: Sequence[Verdict]
    references: References

    @property
    def pairs(self) -> Sequence[Candidate]:
        """The gradients whose tensors the forward has."""
        return self.where.pairs

    @property
    def passes(self) -> bool:
        """Whether every one is autograd's, up to rounding."""
        return passing(self.verdicts)

    @property
    def all_exact(self) -> bool:
        """Whether every one is known to be exact."""
        return all_exact(self.verdicts)

    def writes(self) -> Mapping[str, Sequence[int]]:
        """By name, the positions of the steps that wrote each."""
        return {pair.name: at for pair, at in zip(self.pairs, self.where.writes, strict=True)}

    def gradients(self) -> Mapping[str, Gradient]:
        """The gradients by name."""
        known: dict[str, Comparison] = {}
        rows = zip(self.pairs, self.values, self.where.writes, self.verdicts, strict=True)
        return {
            pair.name: Gradient(pair, value, writes, self.references, verdict, known)
            for pair, value, writes, verdict in rows
        }


def compare_gradients(
    where: GradientWrites, recorder: Recorder, references: References, *, hopeful: bool
) -> WrittenGradients:
    """Every paired gradient with what the steps wrote, compared with autograd's.

    When not `hopeful` it is not asked first whether all are exact.
    """
    values = _values(where, recorder)
    return WrittenGradients(where, values, _verdicts(where, values, references, hopeful), references)


def gradient_writes_of(
    path: ExecutionPath, candidates: Mapping[str, Candidate], kept: Container[str]
) -> GradientWrites:
    """Where gradients are written: in the backward, or beside the loss; `kept` are read after it."""
    known = {*path.differentiated, *path.undifferentiated}
    pairs = tuple(pair for pair in candidates.values() if pair.tensor in known)
    has = [i for i, pair in enumerate(pairs) if pair.tensor in path.differentiated]
    names = {pair.name: list[tuple[int, int]]() for pair in pairs}
    allocated = frozenset(pair.name for pair in pairs if pair.allocated)
    end = path.begins.get("update", len(path.course))
    begin = path.begins.get("backward", end)
    early = frozenset(pair.name for pair in pairs if pair.early)
    for position in range(0 if early else begin, end):
        statement, wrote = path.steps[position]
        ran = path.course[position]
        sizes = ran.sizes if isinstance(ran, Ran) else ()
        gradients = names if position >= begin else early
        for place in _counted(statement, wrote, sizes, gradients, kept, allocated):
            names[wrote[place]].append((position, place))
    straight = not any(isinstance(ran, Ran) for ran in path.course[begin:end])
    return GradientWrites(
        pairs=pairs,
        compared=has,
        tensors=[pairs[i].tensor for i in has],
        writes=[[position for position, _ in places] for places in names.values()],
        last=[places[-1] if places else None for places in names.values()],
        since=end if straight else begin,
    )


def written_gradients(
    step: Step, gradients: Container[str], kept: Container[str], allocated: Container[str]
) -> list[Slot]:
    """The slots of a step that count as writes of gradients."""
    slots = step.slots
    names = [slot.name for slot in slots]
    sizes = [*map(size_of, slots)] if len(slots) > 1 else ()
    return [slots[place] for place in _counted(step.statement, names, sizes, gradients, kept, allocated)]


def _counted(
    statement: Statement,
    names: Sequence[str],
    sizes: Sequence[int],
    gradients: Container[str],
    kept: Container[str],
    allocated: Container[str],
) -> list[int]:
    """The places among the names that a statement wrote of those that count as writes of gradients.

    One that was `allocated` counts as written where the gradient that the statement builds is a part
    of it (`dqk = torch.zeros(...); dq, dk = dqk.split(...); dq += ...`).
    """
    places = [place for place, name in enumerate(names) if name in gradients]
    if not places or not sizes:
        return places
    own = gradient_writes(statement, [names[place] for place in places], gradients, kept)
    part = max((sizes[place] for place in places if names[place] in own), default=0)
    return [
        place
        for place in places
        if names[place] in own or (names[place] in allocated and sizes[place] > part > 0)
    ]


def _values(where: GradientWrites, recorder: Recorder) -> list[Any]:
    """What the last write of each left, also where its tensor was changed in place since."""
    entries, copies = recorder.entries, recorder.copies
    values = [
        MISSING
        if last is None
        else entry[last[1] + 1]
        if type(entry := entries[last[0]]) is tuple
        else entry.slots[last[1]].value
        for last in where.last
    ]
    changed = copies.last_changes(where.since)
    if not changed.keys().isdisjoint(map(id, values)):
        values = [
            copies.value_at(at[-1], value) if at and changed.get(id(value), -1) > at[-1] else value
            for value, at in zip(values, where.writes, strict=True)
        ]
    return [plain(one) if type(one) is not Tensor and is_tensor(one) else one for one in values]


def _verdicts(
    where: GradientWrites, values: list[Any], references: References, hopeful: bool
) -> Sequence[Verdict]:
    expected = [*map(references.gradients.__getitem__, where.tensors)]
    all_have = len(expected) == len(values)
    written = values if all_have else [values[i] for i in where.compared]
    quick = quick_verdicts(written, expected, references, hopeful=hopeful)
    if all_have and sure(quick):
        return quick
    known = dict(zip(where.compared, quick, strict=True))
    return [
        known.get(i) or _verdict(value, pair.tensor, references)
        for i, (value, pair) in enumerate(zip(values, where.pairs, strict=True))
    ]


def _verdict(value: Any, tensor: str, references: References) -> Verdict:
    if value is MISSING or value is Ellipsis:
        return Verdict.NOT_WRITTEN
    if tensor not in references.gradients:
        return Verdict.NOT_CHECKED
    return compared(value, tensor, references).verdict
