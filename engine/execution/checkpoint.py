"""What an iteration begins with: captured before it, restored after a failure, copied for a replay."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from torch import Tensor

from ..program.analysis import ProgramFacts
from ..tensors.aliasing import Namespace
from ..tensors.held_names import held_values
from ..tensors.inert import is_tensor
from ..tensors.rng_state import Generator, RandomState, random_state
from .carried_over import CarriedOver
from .containers import WITHOUT, Contents
from .recording.steps import Slot
from .roles import Roles


@dataclass(frozen=True, eq=False)
class Values:
    """What names were bound to when an iteration began. Knows of no recorder, which knows of it."""

    bound: Mapping[str, Any]
    """Every name that is state, and what it was bound to."""
    contents: Contents
    """What everything held that can be reached from them."""
    held: Mapping[str, Slot] = field(default_factory=dict)
    """What dictionaries among these held under names of its own; it is kept with what they hold."""

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """The values of the names that are state."""
        return {name: Slot(name, value) for name, value in self.bound.items()}

    def watched(self) -> Iterable[Slot]:
        """The slots whose tensors may change: of the names, inside containers, and given by iterators."""
        return [*self.slots.values(), *self.held.values(), *self.contents.slots, *self.contents.given]


def _is_settled() -> None:
    """All values are in their slots."""


class Checkpoint(NamedTuple):
    """The state of a program at one moment: what its names were bound to, and its generators' states.

    Values are kept by reference; whoever lets them change in place from then on saves them first, as a
    recorder does, and sees to it that `settle` gives the slots what it has saved elsewhere.
    """

    values: Values
    random: RandomState | None
    """None where nothing draws."""
    grads: Sequence[tuple[Tensor, Tensor | None]]
    """What `.grad` held, where the program looks at it."""
    roles: Roles
    settle: Callable[[], None] = _is_settled

    def settled_by(self, settle: Callable[[], None]) -> Checkpoint:
        """The same, watched by somebody else."""
        return Checkpoint(self.values, self.random, self.grads, self.roles, settle)

    @property
    def bound(self) -> Mapping[str, Any]:
        """Every name that is state, and what it was bound to."""
        return self.values.bound

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The values of the names that are state."""
        self.settle()
        return self.values.slots

    @property
    def contents(self) -> Contents:
        """What its containers held, with the values of then."""
        self.settle()
        return self.values.contents


@dataclass(frozen=True, eq=False)
class StateNames:
    """Which of the names that are bound are state: the same from one iteration to the next, mostly."""

    bound: Sequence[str] = ()
    """Every name, in the order in which it was bound."""
    state: Sequence[str] = ()
    within_reach: Sequence[str] = ()
    """Those among these that an iteration can change, or what they hold."""

    def of_now(
        self, namespace: Namespace, facts: ProgramFacts, roles: Roles, touched: frozenset[str]
    ) -> StateNames:
        """These as long as no other names are bound; else those of now.

        Names that are `touched` by hand may hold what no line changes.
        """
        bound = [*namespace]
        if bound == self.bound:
            return self
        state = [name for name in bound if name not in roles.stateless]
        hidden = facts.out_of_reach - touched
        return StateNames(bound, state, [name for name in state if name not in hidden])


def capture(namespace: Namespace, names: StateNames, facts: ProgramFacts, roles: Roles) -> Checkpoint:
    """The state of now. What is bound anew before it is read would only live as long as it: not kept.

    What was carried over from the iteration before is made fit for the next.
    """
    carried = CarriedOver(roles.own_modules, roles.graphs)
    for name in names.within_reach:
        if carried.changes(namespace[name]):
            namespace[name] = carried(namespace[name])
    bound = {name: namespace[name] for name in names.state}
    holders = [bound[name] for name in names.within_reach if may_hold(bound[name])]
    held = {name: Slot(name, value) for name, value in held_values(namespace).items()}
    values = Values(bound, Contents(holders, carried.own, carried), held)
    random = _random_state(facts, values.contents.generators)
    for iterator in values.contents.iterators:
        iterator.watched_by(values.contents.given, None if random is None else values.contents.generators)
    return Checkpoint(values, random, _grads(facts, values), roles)


def may_hold(value: Any) -> bool:
    """Whether a value may hold others that change."""
    return bool(vars(value)) if type(value) is Tensor else type(value) not in WITHOUT


def restore(checkpoint: Checkpoint, namespace: Namespace) -> None:
    """Let everything be again as it was at a checkpoint."""
    rebind(namespace, checkpoint.bound, checkpoint.roles.stateless)
    for slot in checkpoint.slots.values():
        slot.put_back()
    checkpoint.contents.put_back()
    for tensor, grad in checkpoint.grads:
        tensor.grad = grad
    if checkpoint.random is not None:
        checkpoint.random.restore()


def rebind(namespace: Namespace, bound: Mapping[str, Any], stateless: Container[str] = ()) -> None:
    """Let names be bound to what they were, and no others but the stateless ones."""
    others = {n: value for n, value in namespace.items() if n in stateless and n not in bound}
    namespace.clear()
    namespace.update(bound)
    namespace.update(others)


def _random_state(facts: ProgramFacts, generators: Sequence[Generator]) -> RandomState | None:
    elsewhere = facts.draws.elsewhere
    if facts.draws.none and not generators and not elsewhere:
        return None
    return random_state(generators, others=elsewhere)


def _grads(facts: ProgramFacts, values: Values) -> list[tuple[Tensor, Tensor | None]]:
    if not (facts.autograd.reads_grad or facts.autograd.calls_backward or facts.autograd.fills_grad_itself):
        return []
    tensors = [slot.origin for slot in values.watched()]
    leaves = [tensor for tensor in tensors if is_tensor(tensor) and tensor.is_leaf]
    return [(leaf, None if leaf.grad is None else leaf.grad.clone()) for leaf in leaves]
