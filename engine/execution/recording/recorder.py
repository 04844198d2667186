"""Watching a section run: what every statement bound or changed, with the values of that moment."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from types import ModuleType
from typing import Any

from torch import Tensor

from ...program.statements import Statement
from ...tensors.aliasing import Namespace, alone, storage_of, tensors_in, was_written
from ...tensors.dtypes import can_have_gradient
from ...tensors.held_names import held_values
from ...tensors.inert import is_a, is_tensor
from ..cancel import Cancel, Cancelled
from ..failure import ProgramFault
from .callable_effects import may_change
from .overwritten_values import Copies
from .record_limits import EVERY, Room
from .steps import MISSING, Entries, Slot, Step


class Recorder:
    """The hooks of one iteration: a step per statement, values saved before they change in place.

    Straight lines that change nothing are logged as plain tuples, (number, value, ...), by a hook that is
    a list's own `append`; `steps` makes steps of them when somebody looks.
    """

    def __init__(
        self,
        namespace: Namespace,
        cancel: Cancel,
        harmless: frozenset[Statement],
        statements: Sequence[Statement],
    ) -> None:
        self.namespace = namespace
        self.cancel = cancel
        self.harmless = harmless
        """Statements whose calls change no tensor; those that are found to be so join them."""
        self.statements = statements
        self.entries = Entries(statements)
        self.graph_wanted: frozenset[str] = frozenset()
        """Names whose tensors are to require grad although no parameter reaches them."""
        self.graph_given: set[str] = set()
        """Those among them that did not by themselves."""
        self.own_nodes: frozenset[str] = frozenset()
        """Names that get nodes of their own: what arrives there is what comes by this name of a tensor."""
        self.begins: dict[str, int] = {}
        """Where among the entries each section begins."""
        self._start: Callable[[], Iterable[Slot]] = tuple
        self._by_storage: dict[int, list[Slot | _Place]] = {}
        self._indexed = 0
        self._room: Room | None = None
        self._overflow: ProgramFault | None = None
        self._touched: list[tuple[Slot, int]] = []
        """Bound slots that the statement under way may change, with their tensors' versions before."""
        self._held: Namespace = {}
        """What dictionaries held before the statement under way, if it may bind that by other names."""
        self.copies = Copies()
        """Values from before a change in place that are not in their slots yet."""

    def start_with(self, slots: Callable[[], Iterable[Slot]]) -> None:
        """Values from before the record, to be saved like those in it."""
        self._start = slots

    def look(self, section: str) -> None:
        """A section is about to run."""
        if self.cancel.wanted:
            raise Cancelled
        self.begins[section] = len(self.entries)

    @property
    def steps(self) -> list[Step]:
        """Everything that ran, in order."""
        self.settle()
        for position in range(len(self.entries)):
            self.entries.step_at(position)
        return self.entries

    def before(self, number: int) -> None:
        """The hook before a statement that may change tensors in place."""
        statement = self.statements[number]
        if statement.changes_one and statement in self.harmless and self.copy_all(statement.changes):
            return
        if statement.unnamed:
            self._held = held_values(self.namespace)
        named = [self.namespace.get(name, MISSING) for name in statement.changes]
        if statement.changes:
            self._touch(self._storages(named))
        if statement.unnamed or any(value is MISSING or is_a(value, ModuleType) for value in named):
            self._touch(self._storages(self.namespace.get(name) for name in statement.reads))
        if statement not in self.harmless:
            self._watch_calls(statement)

    def step(self, number: int) -> None:
        """The hook after every statement."""
        if self.cancel.wanted:
            raise Cancelled
        statement = self.statements[number]
        get = self.namespace.get
        slots = [Slot(name, get(name, MISSING)) for name in statement.binds]
        if statement.changes or self._touched:
            slots += self._changed(statement)
        if statement.unnamed:
            slots += self._moved({slot.name for slot in slots})
        if self.own_nodes and not self.own_nodes.isdisjoint(statement.binds):
            slots = self._with_nodes(slots)
        if self.graph_wanted:
            self.graph_given |= _with_graphs(slots, self.graph_wanted)
        self.entries.append(Step(statement, slots))
        if not len(self.entries) % EVERY:
            recent = [entry.slots for entry in self.entries[-EVERY:] if type(entry) is not tuple]
            kept = [slot.value for slots in recent for slot in slots]
            self._require_room(kept + self.copies.newest(EVERY))

    def _with_nodes(self, slots: Sequence[Slot]) -> list[Slot]:
        own = [slot.name in self.own_nodes and _needs_node(slot, self.graph_wanted) for slot in slots]
        views = [
            Slot(slot.name, slot.origin.view_as(slot.origin)) if needs else slot
            for slot, needs in zip(slots, own, strict=True)
        ]
        self.namespace.update({slot.name: slot.origin for slot in views})
        return views

    def _require_room(self, kept: list[Any]) -> None:
        self._room = self._room or Room()
        try:
            self._room.require(len(self.entries), kept)
        except ProgramFault as fault:
            self._overflow = fault
            raise

    def guard(self) -> None:
        """The hook where the program may have kept from us that it was stopped."""
        if self.cancel.wanted:
            raise Cancelled
        if self._overflow is not None:
            raise self._overflow

    def copy_all(self, names: tuple[str, ...]) -> bool:
        """The hook before statements that change a tensor of a name each: whether all were copied."""
        tensors = alone(self.namespace, names)
        if tensors is None:
            return False
        self.copy(tensors)
        return True

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Keep the values of tensors that no others share memory with: they change, an entry each."""
        self.copies.add(len(self.entries), tensors)

    def save_before(self, going_back: Iterable[Slot]) -> None:
        """Keep what steps saw of tensors that are about to get back the values from before the record."""
        storages = {storage_of(slot.origin) for slot in going_back if slot.value is not slot.origin}
        for step in self.steps if storages else ():
            for slot in step.slots:
                if is_tensor(slot.origin) and storage_of(slot.origin) in storages:
                    slot.save()

    def settle(self) -> None:
        """Give the slots the values that were copied before tensors changed in place."""
        if self.copies:
            self._index()
        for history in self.copies.taken():
            for where in self._places_of(history.tensor, history.values):
                slot = self._slot(where)
                then = history.at(_BEFORE_ALL if isinstance(where, Slot) else where[0])
                if then is not None and slot.origin is history.tensor and slot.value is history.tensor:
                    slot.value = then

    def _places_of(self, tensor: Tensor, before: Iterable[Tensor]) -> Iterable[Slot | _Place]:
        """Where the record may have a tensor: one that was resized lies elsewhere than when it was noted."""
        groups = self._by_storage
        resized = any(value.nbytes != tensor.untyped_storage().nbytes() for value in before)
        if not resized:
            return groups.get(storage_of(tensor), ())
        return (where for group in groups.values() for where in group)

    def _watch_calls(self, statement: Statement) -> None:
        if statement.calls and any(may_change(self.namespace.get(name)) for name in statement.reads):
            self.settle()
            self._index()
            self._touch(list(self._by_storage))
        else:
            self.harmless |= {statement}

    def _changed(self, statement: Statement) -> list[Slot]:
        """Slots for what the statement changed and did not bind."""
        if all(slot.name in statement.binds for slot, _ in self._touched) and statement.rebinds:
            self._touched = []
            return []
        written = {
            slot.name for slot, version in self._touched if was_written(slot.origin, version, slot.value)
        }
        self._touched = []
        names = [*statement.changes, *sorted(written)]
        fresh = [name for name in dict.fromkeys(names) if name not in statement.binds]
        values = {name: self.namespace[name] for name in fresh if name in self.namespace}
        return [Slot(name, value) for name, value in values.items() if not is_a(value, ModuleType)]

    def _moved(self, told: Container[str]) -> list[Slot]:
        """Slots for what dictionaries hold that they did not hold before the statement."""
        before, self._held = self._held, {}
        now = held_values(self.namespace).items()
        return [Slot(n, value) for n, value in now if value is not before.get(n, MISSING) and n not in told]

    def newest(self, names: Container[str], since: int) -> Namespace:
        """What was bound last to each of the names, from an entry on."""
        found: Namespace = {}
        for entry in self.entries[since:]:
            if type(entry) is tuple:
                found.update(zip(self.statements[entry[0]].writes, entry[1:], strict=False))
            else:
                found.update({slot.name: slot.origin for slot in entry.slots})
        return {name: value for name, value in found.items() if name in names}

    def _touch(self, storages: Iterable[int]) -> None:
        for storage in storages:
            group = [self._slot(where) for where in self._by_storage.get(storage, ())]
            self.save_all(group)
            # what is saved and bound no longer, or recorded again since, needs no more attention
            bound = {s.name: s for s in group if self.namespace.get(s.name, MISSING) is s.origin}
            self._by_storage[storage] = list(bound.values())
            self._touched += [(slot, slot.origin._version) for slot in bound.values()]

    def _slot(self, where: Slot | _Place) -> Slot:
        return where if isinstance(where, Slot) else self.entries.step_at(where[0]).slots[where[1]]

    def save_all(self, slots: Iterable[Slot]) -> None:
        """Keep the values of slots that are about to change."""
        for slot in slots:
            slot.save()

    def forget_pending(self) -> None:
        """After a statement that raised: what it was about to change is not its write."""
        self._touched = []

    def _storages(self, values: Iterable[Any]) -> set[int]:
        self.settle()
        self._index()
        return {storage_of(tensor) for value in values for tensor in tensors_in(value)}

    def _index(self) -> None:
        """Note where every tensor of the record lies in memory, as far as that is not noted yet."""
        groups = self._by_storage
        for slot in self._start():
            value = slot.origin
            if type(value) is Tensor or is_tensor(value):
                groups.setdefault(storage_of(value), []).append(slot)
        self._start = tuple
        entries = self.entries
        for position in range(self._indexed, len(entries)):
            entry = entries[position]
            logged = type(entry) is tuple
            for place, held in enumerate(entry[1:] if logged else entry.slots):
                value = held if logged else held.origin
                if type(value) is Tensor or is_tensor(value):
                    groups.setdefault(storage_of(value), []).append((position, place))
        self._indexed = len(entries)


_Place = tuple[int, int]
"""A value of the record: the position of its entry, and which value of it."""
_BEFORE_ALL = -1
"""The position of what is not in the record: the values that the iteration began with."""


def _needs_node(slot: Slot, wanted: Container[str]) -> bool:
    value = slot.origin
    return can_have_gradient(value) and (value.requires_grad or slot.name in wanted)


def _with_graphs(slots: Iterable[Slot], wanted: Container[str]) -> set[str]:
    """Let the wanted ones among the values require grad that do not by themselves; their names."""
    given = set()
    for slot in slots:
        value = slot.origin
        if slot.name in wanted and is_tensor(value) and not value.requires_grad:
            value.requires_grad_(can_have_gradient(value))
            given.add(slot.name)
    return given


class Beginning(Recorder):
    """Setup and parameters: which statements ran, and none of the values that they passed through."""

    def __init__(self, namespace: Namespace, cancel: Cancel, statements: Sequence[Statement]) -> None:
        super().__init__(namespace, cancel, frozenset(), statements)
        self.ran: set[Statement] = set()

    def before(self, number: int) -> None:
        """Nothing is kept."""

    def step(self, number: int) -> None:
        """The hook after every statement."""
        if self.cancel.wanted:
            raise Cancelled
        self.ran.add(self.statements[number])
