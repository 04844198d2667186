"""Programs without blocks: all lines proved right in one go, by code that cuts where it runs.

The quick pass asks Python after every line and at every tensor that is cut. Here the forward goes on from
a cut tensor as from a leaf, so that one backward pass from all of them gives what arrives at each, and the
code of the handwritten lines itself puts the random tensors in place of the gradients. What is found right
is right; where anything else comes out, or anything raises, nothing is said and the lines are judged by
the quick pass.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, is_
from types import CodeType
from typing import Any

import torch
from torch import Tensor

from ...execution.instrumentation import STRAY, NotStraight, compile_straight, stray
from ...execution.iteration import Iteration
from ...execution.recorder import Recorder
from ...execution.reference_backward import differentiate, make_leaves
from ...execution.session import Session
from ...program.program import Section
from ...program.random_draws import draws_whole_numbers
from ...program.statements import Statement
from .plain import tells_nothing_apart

CUT = "__backprop_tui_cut__"
PUT = "__backprop_tui_put_"


@dataclass(eq=False)
class Straight:
    """What is compiled of a program for one course of it."""

    forward: CodeType
    backward: CodeType
    order: tuple[str, ...]
    """The tensors that the forward binds and that are cut, in the order in which it does."""
    places: Mapping[str, tuple[int, int]]
    """By gradient: after which handwritten line it is complete, and which of its values it is."""
    worth: bool = True
    """Whether the lines were right when they were proved last: else it is not tried first."""

    def run(
        self,
        session: Session,
        tensors: tuple[str, ...],
        cuts_for: Callable[[Mapping[str, Tensor]], dict[str, Tensor]],
    ) -> Proof:
        """Run both sections in a world. `cuts_for` draws the random upstream gradients.

        Raises:
            NotStraight: the program does otherwise than when it was compiled.
        """
        cut = self._forward(session, tensors)
        found: dict[str, Any] = {name: session.namespace.get(name) for name in tensors}
        _require_doubles_with_graphs([*found.values()])
        cuts = cuts_for(found)
        arrived = _arrived(session.namespace["loss"], found, cut, cuts)
        return Proof(self._lines(session, cuts), arrived, cuts)

    def _forward(self, session: Session, tensors: tuple[str, ...]) -> dict[str, Tensor]:
        """Run the forward; the tensors that were cut, as they were before."""
        before: list[Tensor] = []
        after: list[Tensor] = []

        def cut(value: Any) -> Tensor:
            if type(value) is not Tensor or not value.requires_grad:
                raise NotStraight
            before.append(value)
            after.append(value.detach().requires_grad_())
            return after[-1]

        make_leaves(session.namespace, session.parameters, session.data.intersection(tensors))
        session.namespace[CUT] = cut
        with torch.enable_grad():
            exec(self.forward, session.namespace)
        if not all(map(is_, map(session.namespace.get, self.order), after)):
            raise NotStraight  # a function bound a name anew
        return dict(zip(self.order, before, strict=True))

    def _lines(self, session: Session, cuts: Mapping[str, Tensor]) -> dict[str, Any]:
        """Run the handwritten lines; what each gradient was when it was complete."""
        recorder = Recorder(session.namespace, session.cancel, session.harmless, session.program.statements)
        session.watched_by(recorder).look("backward")
        session.namespace.update({f"{PUT}{name}": one for name, one in cuts.items()})
        session.namespace[STRAY] = stray
        with torch.no_grad():
            exec(self.backward, session.namespace)
        entries, copies = recorder.entries, recorder.copies
        changed = copies.last_changes()
        values = {name: entries[at][place] for name, (at, place) in self.places.items()}
        if changed.keys().isdisjoint(map(id, values.values())):
            return values
        return {name: copies.value_at(self.places[name][0], value) for name, value in values.items()}


@dataclass(frozen=True, eq=False)
class Proof:
    """What the lines wrote, what arrived at their tensors, and the random tensors in between."""

    values: dict[str, Any]
    arrived: dict[str, Tensor]
    cuts: dict[str, Tensor]


def _require_doubles_with_graphs(tensors: Sequence[Any]) -> None:
    if set(map(type, tensors)) != {Tensor} or len({*map(id, tensors)}) != len(tensors):
        raise NotStraight
    if {*map(_kind, tensors)} != {(True, torch.float64)}:
        raise NotStraight


_kind = attrgetter("requires_grad", "dtype")


def _arrived(
    loss: Tensor, tensors: Mapping[str, Tensor], cut: Mapping[str, Tensor], cuts: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """What arrives at each tensor; those that were `cut` begin with the random ones.

    Raises:
        NotStraight: something goes on from a tensor as it was before it was cut: another name of it, or
            the statement that bound it. Then more than the random one arrives there.
    """
    begun = [cuts[name] for name in cut]
    inputs = (*tensors.values(), *cut.values())
    found = differentiate((loss, *cut.values()), (torch.ones_like(loss), *begun), inputs)
    if not all(map(is_, found[len(tensors) :], begun)):
        raise NotStraight
    return {
        name: torch.zeros_like(tensor) if gradient is None else gradient
        for (name, tensor), gradient in zip(tensors.items(), found, strict=False)
    }


def straight_of(
    session: Session, iteration: Iteration, names: tuple[str, ...], read: frozenset[str]
) -> Straight | None:
    """The compiled program, if it is so plain; `read` are the gradients among `names` to cut at."""
    program = session.program
    forward, backward = program.section("forward"), program.section("backward")
    if forward is None or backward is None or not _is_plain(session, forward):
        return None
    last = {name: s for s in backward.statements for name in s.writes}
    if not all(name in last and _complete_after(last[name], name, iteration, backward) for name in names):
        return None
    bound = {name: s.number for s in forward.statements for name in s.binds}
    order = sorted((name[1:] for name in read if name[1:] in bound), key=bound.__getitem__)
    cut = _by_number((bound[name], f"{name} = {CUT}({name})") for name in order)
    put = _by_number((last[name].number, f"{name} = {PUT}{name[1:]}") for name in sorted(read))
    first = backward.statements[0].number
    places = {name: (last[name].number - first, 1 + last[name].writes.index(name)) for name in names}
    try:
        return Straight(
            forward=compile_straight(program, forward, session.harmless, cut, logs=False),
            backward=compile_straight(program, backward, session.harmless, put, logs=True),
            order=tuple(order),
            places=places,
        )
    except NotStraight:
        return None


def _is_plain(session: Session, forward: Section) -> bool:
    """Whether nothing in it could tell a leaf from another tensor, or change one unseen."""
    if session.mutating or session.facts.calls_backward or session.given_graphs:
        return False
    if any(statement.changes for statement in forward.statements):
        return False
    return draws_whole_numbers(session.program) and tells_nothing_apart(session.program)


def _complete_after(last: Statement, name: str, iteration: Iteration, backward: Section) -> bool:
    """Whether the record, too, took a gradient to be complete after the last statement that writes it."""
    writes = iteration.writes.get(name, ())
    count = sum(name in statement.writes for statement in backward.statements)
    return len(writes) == count and iteration.statement_at(writes[-1]) is last


def _by_number(lines: Iterable[tuple[int, str]]) -> Mapping[int, Sequence[ast.stmt]]:
    """What is to be done after each statement."""
    found: dict[int, list[ast.stmt]] = {}
    for number, text in lines:
        found.setdefault(number, []).extend(ast.parse(text).body)
    return found
