"""The record of one iteration: its steps, its reference gradients, its handwritten ones, judged."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from torch import Tensor

from .comparison import Comparison, compare
from .contents import Contents
from .frame import Failure
from .pairing import Candidate, gradient_writes
from .quick import quick_verdicts
from .randomness import RandomState
from .recorder import MISSING, Recorder, Slot, Step
from .reference import References
from .statements import Statement
from .verdict import Verdict


class Gradient(NamedTuple):
    """One handwritten gradient at the end of the backward section, judged end to end.

    `writes` are the positions of the steps that built it; before the last it is partial.
    """

    pair: Candidate
    value: Any
    """What the program wrote; MISSING where it wrote nothing."""
    writes: Sequence[int]
    references: References
    verdict: Verdict
    compared_before: dict[str, Comparison]
    """The comparisons of the iteration that somebody asked for already."""

    @property
    def name(self) -> str:
        """`dW1`."""
        return self.pair.name

    @property
    def tensor(self) -> str:
        """`W1`."""
        return self.pair.tensor

    @property
    def reference(self) -> Tensor | None:
        """Autograd's gradient, or None where there is none."""
        return self.references.gradients.get(self.pair.tensor)

    def settled(self, ran: int) -> bool:
        """Whether its last write is among the first `ran` steps."""
        return bool(self.writes) and self.writes[-1] < ran

    @property
    def comparison(self) -> Comparison:
        """The whole comparison; computed when somebody looks."""
        if self.name not in self.compared_before:
            self.compared_before[self.name] = self.compared()
        return self.compared_before[self.name]

    def compared(self, **tolerances: float) -> Comparison:
        """The comparison with tolerances for `approximate` (rtol, atol)."""
        return _compared(self.value, self.pair.tensor, self.references, **tolerances)


def _compared(value: Any, tensor: str, references: References, **tolerances: float) -> Comparison:
    """Compare what stands for the gradient of `tensor` with autograd's."""
    reference = references.gradients.get(tensor)
    if reference is None:
        return Comparison(Verdict.NOT_CHECKED, message=references.reasons.get(tensor, ""))
    manual = Ellipsis if value is MISSING else value
    return compare(manual, reference, largest=references.largest, **tolerances)


@dataclass(frozen=True, eq=False)
class Start:
    """What an iteration began with: every name's value then, and every generator's state."""

    bound: Mapping[str, Any]
    """Every name, and what it was bound to."""
    slots: Mapping[str, Slot]
    """The values of the names that are state; the others are bound anew before they are read."""
    random: RandomState
    contents: Contents
    kept: Container[str]
    """Names that mean something before the forward runs; the others are left from the last one."""


@dataclass(frozen=True, eq=False)
class Iteration:
    """One forward, reference backward, manual backward and update, complete."""

    number: int
    start: Start
    recorder: Recorder
    loss: float | None
    references: References
    gradients: Mapping[str, Gradient]
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    reshaped: bool = False
    """Whether the update changed the shape of a parameter; the notes say of which."""

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Every executed statement, in order."""
        return self.recorder.steps

    @cached_property
    def history(self) -> Mapping[str, list[tuple[int, Slot]]]:
        """Every name's values in the order of the steps that wrote them; position -1 is the start."""
        found: dict[str, list[tuple[int, Slot]]] = {
            name: [(-1, slot)] for name, slot in self.start.slots.items() if name in self.start.kept
        }
        for position, step in enumerate(self.steps):
            for slot in step.slots:
                found.setdefault(slot.name, []).append((position, slot))
        return found

    @cached_property
    def positions(self) -> Mapping[Statement, list[int]]:
        """Where in the steps each statement ran."""
        found: dict[Statement, list[int]] = {}
        for position, step in enumerate(self.steps):
            found.setdefault(step.statement, []).append(position)
        return found

    @cached_property
    def finished_by(self) -> Mapping[Statement, list[Gradient]]:
        """The gradients whose last write each statement is."""
        found: dict[Statement, list[Gradient]] = {}
        for gradient in self.gradients.values():
            if gradient.writes:
                statement = self.steps[gradient.writes[-1]].statement
                found.setdefault(statement, []).append(gradient)
        return found

    def value_at(self, name: str, ran: int) -> Any:
        """The value of a name after `ran` steps; MISSING where it has none yet."""
        latest = MISSING
        for position, slot in self.history.get(name, ()):
            if position >= ran:
                break
            latest = slot.value
        return latest


def judge(
    recorder: Recorder, pairs: Sequence[Candidate], references: References, kept: Container[str]
) -> dict[str, Gradient]:
    """Every paired gradient with what the steps wrote, compared with autograd's.

    `kept` are the gradients that the update reads.
    """
    writes: dict[str, list[int]] = {pair.name: [] for pair in pairs}
    allocated = frozenset(pair.name for pair in pairs if pair.allocated)
    values: dict[str, Any] = {}
    ends = recorder.begins.get("update", len(recorder.entries))
    for position in range(recorder.begins.get("backward", ends), ends):
        entry = recorder.entries[position]
        if type(entry) is tuple:
            binds = recorder.statements[entry[0]].binds
            found = [(n, v) for n, v in zip(binds, entry[1:], strict=True) if n in writes]
        else:
            found = [(slot.name, slot) for slot in written_gradients(entry, writes, kept, allocated)]
        for name, value in found:
            writes[name].append(position)
            values[name] = value
    manuals = [_kept(values.get(pair.name, MISSING)) for pair in pairs]
    verdicts = _verdicts(manuals, pairs, references)
    compared: dict[str, Comparison] = {}
    return {
        pair.name: Gradient(pair, manual, writes[pair.name], references, verdict, compared)
        for pair, manual, verdict in zip(pairs, manuals, verdicts, strict=True)
    }


def _verdicts(manuals: Sequence[Any], pairs: Sequence[Candidate], references: References) -> list[Verdict]:
    gradients = references.gradients
    known = [i for i, pair in enumerate(pairs) if pair.tensor in gradients and manuals[i] is not MISSING]
    quick = quick_verdicts([(manuals[i], gradients[pairs[i].tensor]) for i in known], references)
    found = dict(zip(known, quick, strict=True))
    return [found.get(i) or _verdict(manual, pairs[i].tensor, references) for i, manual in enumerate(manuals)]


def _kept(value: Any) -> Any:
    """The value that a slot kept; a later change in place may have come after it was written."""
    return value.value if isinstance(value, Slot) else value


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
    return _compared(value, tensor, references).verdict
