"""Passes over the handwritten lines: each gradient taken at its last write, then replaced."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ....execution.gradients.written_gradients import written_gradients
from ....execution.iteration import Iteration
from ....execution.recording.steps import Slot, Step
from ....execution.replay.world import World
from ....execution.session import Session
from ....program.program import Program
from ....program.statements import Statement
from ....tensors.aliasing import copied
from ....tensors.inert import is_any, is_tensor, trace_of
from ....tensors.kinds import plain
from .gradient_lines import allocated_gradients, known_before


@dataclass(frozen=True, eq=False)
class Plan:
    """Which gradients there are, when each is complete, and which are read before any line writes them.

    `writes` counts the writes that complete a gradient; a name that is missing is not written at all.
    `before` counts those that the forward has made of them.
    """

    names: tuple[str, ...]
    writes: Mapping[str, int]
    early: frozenset[str]
    before: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one pass gave: every gradient's value at its last write, and what raised."""

    values: Mapping[str, Any]
    raised: Mapping[str, tuple[int, BaseException]] = field(default_factory=dict)
    """By gradient: the line that raised, and what."""
    seen: Mapping[str, int] = field(default_factory=dict)
    """How often each gradient was written."""


def plan_of(iteration: Iteration, names: tuple[str, ...], early: frozenset[str]) -> Plan:
    """The plan for the gradients `names`, from the record of the iteration."""
    writes = {name: at for name, at in iteration.writes.items() if at and name in names}
    sections = {name: [iteration.statement_at(one).section for one in at] for name, at in writes.items()}
    before = {name: some.count("forward") for name, some in sections.items()}
    counts = {name: len(at) for name, at in writes.items()}
    return Plan(names, counts, early, {name: count for name, count in before.items() if count})


def planned_anew(world: World, plan: Plan, instead: Mapping[str, Tensor]) -> Plan:
    """The plan where the record ends early: a pass that goes on after lines that raise.

    What such a line would have written is what autograd says (`instead`), so that others can run.
    """
    never = dict.fromkeys(plan.names, sys.maxsize)
    outcome = run_lines(world, replace(plan, writes=never), instead)
    return replace(plan, writes=outcome.seen)


def early_reads(session: Session, names: tuple[str, ...]) -> frozenset[str]:
    """Gradients that a line reads before any line writes them, or that no line writes."""
    section = session.program.section("backward")
    written: set[str] = set()
    early: set[str] = set()
    known = known_before(session)
    names = tuple(name for name in names if name not in known)
    for statement in section.statements if section else ():
        outside = statement.reads.difference(_accumulated(statement))
        early |= {name for name in names if name in outside and name not in written}
        written.update(statement.writes)
    return frozenset(early)


def _accumulated(statement: Statement) -> tuple[str, ...]:
    """Names that a statement reads only to change them: `dX += ...` is no early read of dX."""
    return statement.changes


def run_lines(
    world: World,
    plan: Plan,
    substitutes: Mapping[str, Tensor],
    taken: Callable[[str, Any], Any] = lambda name, value: value,
    *,
    graph: bool = False,
    after: Callable[[Statement], None] | None = None,
) -> Outcome:
    """One pass. `taken` sees every value at the moment of its last write, before it is replaced.

    `after` is called after every statement.
    """
    one = _Pass(world, plan, substitutes, taken, after)
    for name in plan.early:
        one.put(name)
    one.take_from_forward()
    world.lines(one.after, one.after_line, one.failing, graph=graph)
    return Outcome(one.values, one.failed, one.seen)


def kept(name: str, value: Any) -> Any:
    """What is taken of a gradient that is looked at when the pass is over."""
    return copied(value) if is_tensor(value) else value


def referred(name: str, value: Any) -> Any:
    """The same where no line changes anything."""
    return plain(value) if is_tensor(value) else value


def lines_change(session: Session) -> bool:
    """Whether a handwritten line may change a tensor in place."""
    section = session.program.section("backward")
    return any(
        one.changes or one.unnamed or (one.calls and one not in session.learned.harmless)
        for one in (section.statements if section is not None else ())
    )


class _Pass:
    """One pass under way. A write that raises counts as a write, so that the last one is known."""

    def __init__(
        self,
        world: World,
        plan: Plan,
        substitutes: Mapping[str, Tensor],
        taken: Callable[[str, Any], Any],
        after: Callable[[Statement], None] | None,
    ) -> None:
        self.told = after
        self.program = world.session.program
        self.namespace = world.session.namespace
        self.kept = world.session.roles.parameter_gradients
        self.allocated = allocated_gradients(world.session)
        self.plan = plan
        self.names = frozenset(plan.names)
        self.substitutes = substitutes
        self.taken = taken
        self.clones = lines_change(world.session)
        self.seen = dict(plan.before)
        self.placed: dict[str, Tensor] = {}
        self.values: dict[str, Any] = {}
        self.failed: dict[str, tuple[int, BaseException]] = {}

    def put(self, name: str) -> None:
        """Replace a gradient by its substitute, if it has one."""
        if name in self.substitutes:
            substitute = self.substitutes[name]
            self.placed[name] = self.namespace[name] = substitute.clone() if self.clones else substitute

    def take_from_forward(self) -> None:
        """Take and replace what the forward has completed."""
        for name, count in self.plan.before.items():
            if count == self.plan.writes.get(name) and name in self.namespace:
                self.values[name] = self.taken(name, self.namespace[name])
                self.put(name)

    def _renew(self, written: Container[str], unseen: bool = False) -> None:
        """Put substitutes again that a line of another gradient changed through shared memory.

        Whoever reads them next is judged as if that had not happened; that it did is told elsewhere. What
        numpy or `.data` changes, `unseen`, no version tells.
        """
        for name, tensor in list(self.placed.items()):
            if name in written or self.namespace.get(name) is not tensor:
                continue
            if tensor._version or (unseen and not torch.equal(tensor, self.substitutes[name])):
                self.put(name)

    def after(self, step: Step) -> None:
        """After every step: take and replace what it completes."""
        if step.statement.changes or step.statement.unnamed:
            unseen = ".data" in step.statement.text or any(_is_foreign(slot) for slot in step.slots)
            self._renew(step.statement.writes, unseen)
        for slot in written_gradients(step, self.names, self.kept, self.allocated):
            self._written(slot.name, slot.origin)
        if self.told is not None:
            self.told(step.statement)

    def after_line(self, statement: Statement, values: tuple[Any, ...]) -> None:
        """After a straight line: the same, for the values of what it writes."""
        if statement.changes:
            self._renew(statement.writes, ".data" in statement.text)
        for name, value in zip(statement.writes, values, strict=True):
            if name in self.names:
                self._written(name, value)
        if self.told is not None:
            self.told(statement)

    def _written(self, name: str, value: Any) -> None:
        self.seen[name] = count = self.seen.get(name, 0) + 1
        if count == self.plan.writes.get(name):
            if name not in self.failed:
                self.values[name] = self.taken(name, value)
            self.put(name)

    def failing(self, statements: list[Statement], error: BaseException) -> None:
        """After a top-level statement that raised: what it did not write is taken from the substitutes."""
        line = _line_of(error, statements)
        unfinished = _unfinished(self.program, statements, line)
        for name in dict.fromkeys(name for statement in unfinished for name in statement.writes):
            if name in self.names and name not in self.values:
                self.seen[name] = self.seen.get(name, 0) + 1
                self.failed[name] = (line, error)
                self.put(name)


def _unfinished(program: Program, statements: Sequence[Statement], line: int) -> list[Statement]:
    """Those of a top-level statement that did not run, or would have run once more, when a line raised."""
    section = program.section("backward")
    parts = ast.walk(section.tree.body[statements[0].top]) if section else ()
    loops = [node for node in parts if isinstance(node, ast.For | ast.While)]
    rounds = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in loops]
    outermost = next((lines for lines in rounds if line in lines), range(0))
    return [one for one in statements if one.line >= line or one.line in outermost]


def _is_foreign(slot: Slot) -> bool:
    """Whether it holds something that is no tensor and may share a tensor's memory."""
    return not is_any(slot.origin, (Tensor, int, float, str, type(None)))


def _line_of(error: BaseException, statements: list[Statement]) -> int:
    trace = trace_of(error)
    lines = {statement.line for statement in statements}
    while trace is not None:
        if trace.tb_lineno in lines and trace.tb_frame.f_code.co_name == "<module>":
            return trace.tb_lineno
        trace = trace.tb_next
    return statements[0].line
