"""The handwritten gradients of an iteration: what its steps wrote, compared with autograd's."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from torch import Tensor

from ..program.pairing import Candidate, gradient_writes
from ..tensors.batch_comparison import all_exact, passing, quick_verdicts, sure
from ..tensors.comparison import Comparison
from ..verdict import Verdict
from .gradient import Gradient, compared
from .overwritten_values import Copies
from .recorder import Recorder
from .reference_backward import References
from .steps import MISSING, Slot, Step

_Written = tuple[list[Any], list[list[int]]]
"""For each pair what was written last, and the positions of its writes."""


class Judged(NamedTuple):
    """What stands for every paired gradient, and its verdict; the four are in the same order."""

    pairs: Sequence[Candidate]
    values: Sequence[Any]
    writes: Sequence[Sequence[int]]
    verdicts: Sequence[Verdict]
    references: References

    @property
    def passes(self) -> bool:
        """Whether every one is autograd's, up to rounding."""
        return passing(self.verdicts)

    def gradients(self) -> Mapping[str, Gradient]:
        """The gradients by name."""
        known: dict[str, Comparison] = {}
        rows = zip(self.pairs, self.values, self.writes, self.verdicts, strict=True)
        return {
            pair.name: Gradient(pair, value, writes, self.references, verdict, known)
            for pair, value, writes, verdict in rows
        }


@dataclass(frozen=True)
class Pairs:
    """The handwritten gradients whose tensors the forward has."""

    all: tuple[Candidate, ...]
    known: list[int]
    """The positions of those that autograd has a gradient for, too."""
    tensors: list[str]
    """The names of their tensors."""


_first = itemgetter(0)


class Layout:
    """Where the handwritten lines leave their gradients.

    Straight lines leave them at the same places in every iteration, so the places are found once.
    """

    def __init__(self) -> None:
        self.exact = True
        """Whether all gradients were exact when they were judged last: few programs stop or begin to be."""
        self._tensors: list[list[str]] = []
        self._paired = Pairs((), [], [])
        self._pairs: Sequence[Candidate] = ()
        self._numbers: list[Any] = []
        self._begin = -1
        self._places: list[tuple[int, int] | None] = []
        self._writes: list[list[int]] = []

    def paired(self, candidates: Iterable[Candidate], references: References) -> Pairs:
        """The candidates that pair with a tensor of this iteration."""
        gradients, others = references.gradients, references.others
        tensors = [[*gradients], [*others]]
        if tensors != self._tensors:
            self._tensors = tensors
            pairs = tuple(one for one in candidates if one.tensor in gradients or one.tensor in others)
            known = [i for i, one in enumerate(pairs) if one.tensor in gradients]
            self._paired = Pairs(pairs, known, [pairs[i].tensor for i in known])
        return self._paired

    def written(self, recorder: Recorder, pairs: Sequence[Candidate], kept: Container[str]) -> _Written:
        """What the backward section wrote; `kept` are the gradients that the update reads."""
        entries = recorder.entries
        end = recorder.begins.get("update", len(entries))
        begin = recorder.begins.get("backward", end)
        numbers = [*map(_first, entries[begin:end])]
        if begin != self._begin or numbers != self._numbers or pairs != self._pairs:
            if any(type(entry) is not tuple for entry in entries[begin:end]):
                return _written(recorder, range(begin, end), pairs, kept)
            self._begin, self._numbers, self._pairs = begin, numbers, pairs
            self._note(recorder)
        values = [MISSING if one is None else entries[one[0]][one[1]] for one in self._places]
        # what straight lines change in place they write
        changed = recorder.copies.last_changes(since=end)
        return _before_changes(recorder.copies, changed, values, self._writes), self._writes

    def _note(self, recorder: Recorder) -> None:
        found: dict[str, list[tuple[int, int]]] = {pair.name: [] for pair in self._pairs}
        for position, number in enumerate(self._numbers, self._begin):
            for place, name in enumerate(recorder.statements[number].writes, 1):
                if name in found:
                    found[name].append((position, place))
        self._places = [places[-1] if places else None for places in found.values()]
        self._writes = [[position for position, _ in places] for places in found.values()]


def _written(
    recorder: Recorder, positions: range, pairs: Sequence[Candidate], kept: Container[str]
) -> _Written:
    allocated = frozenset(pair.name for pair in pairs if pair.allocated)
    values: dict[str, Any] = {pair.name: MISSING for pair in pairs}
    writes: dict[str, list[int]] = {pair.name: [] for pair in pairs}
    for position in positions:
        for slot in written_gradients(recorder.entries.step_at(position), writes, kept, allocated):
            writes[slot.name].append(position)
            values[slot.name] = slot
    # a later change in place may have come after the last write
    left = [one.value if isinstance(one, Slot) else one for one in values.values()]
    at = list(writes.values())
    return _before_changes(recorder.copies, recorder.copies.last_changes(), left, at), at


def judge(
    layout: Layout,
    recorder: Recorder,
    candidates: Iterable[Candidate],
    references: References,
    kept: Container[str],
) -> Judged:
    """Every paired gradient with what the steps wrote, compared with autograd's.

    `kept` are the gradients that the update reads.
    """
    pairs = layout.paired(candidates, references)
    values, writes = layout.written(recorder, pairs.all, kept)
    return Judged(pairs.all, values, writes, _verdicts(layout, values, pairs, references), references)


def _before_changes(
    copies: Copies, changed: Mapping[int, int], values: list[Any], writes: Sequence[Sequence[int]]
) -> list[Any]:
    """The values as they were written, where a tensor was `changed` in place since."""
    if changed.keys().isdisjoint(map(id, values)):
        return values
    return [
        copies.value_at(at[-1], value) if at and changed.get(id(value), -1) > at[-1] else value
        for value, at in zip(values, writes, strict=True)
    ]


def _verdicts(layout: Layout, values: list[Any], pairs: Pairs, references: References) -> Sequence[Verdict]:
    expected = [*map(references.gradients.__getitem__, pairs.tensors)]
    all_known = len(expected) == len(values)
    known = values if all_known else [values[i] for i in pairs.known]
    quick = quick_verdicts(known, expected, references, hopeful=layout.exact)
    layout.exact = all_exact(quick)
    if all_known and sure(quick):
        return quick
    found = dict(zip(pairs.known, quick, strict=True))
    return [
        found.get(i) or _verdict(value, pair.tensor, references)
        for i, (value, pair) in enumerate(zip(values, pairs.all, strict=True))
    ]


def written_gradients(
    step: Step, gradients: Container[str], kept: Container[str], allocated: Container[str]
) -> list[Slot]:
    """The slots of a step that count as writes of gradients.

    One that was `allocated` counts as written where the gradient that the statement builds is a part
    of it (`dqk = torch.zeros(...); dq, dk = dqk.split(...); dq += ...`).
    """
    found = [slot for slot in step.slots if slot.name in gradients]
    if not found or len(step.slots) == 1:
        return found
    names = gradient_writes(step.statement, [slot.name for slot in found], gradients, kept)
    part = max((_size(slot) for slot in found if slot.name in names), default=0)
    return [
        slot for slot in found if slot.name in names or (slot.name in allocated and _size(slot) > part > 0)
    ]


def _size(slot: Slot) -> int:
    return slot.origin.numel() if isinstance(slot.origin, Tensor) else 0


def _verdict(value: Any, tensor: str, references: References) -> Verdict:
    if value is MISSING or value is Ellipsis:
        return Verdict.NOT_WRITTEN
    if tensor not in references.gradients:
        return Verdict.NOT_CHECKED
    return compared(value, tensor, references).verdict
