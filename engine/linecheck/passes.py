"""Passes over the handwritten lines: each gradient taken at its last write, then replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ..iteration import Iteration
from ..recorder import Step
from ..session import Session
from ..statements import Statement
from .world import World


@dataclass(frozen=True, eq=False)
class Plan:
    """Which gradients there are, when each is complete, and which are read before any line writes them.

    `writes` counts the writes that complete a gradient; a name that is missing is not written at all.
    """

    names: tuple[str, ...]
    writes: Mapping[str, int]
    early: frozenset[str]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one pass gave: every gradient's value at its last write, and what raised."""

    values: Mapping[str, Any]
    raised: Mapping[str, tuple[int, BaseException]] = field(default_factory=dict)
    """By gradient: the line that raised, and what."""


def plan_of(session: Session, iteration: Iteration, names: tuple[str, ...]) -> Plan:
    """The plan for the gradients `names`, from the record of the iteration."""
    counts: Counter[str] = Counter()
    for step in iteration.steps:
        if step.statement.section == "backward":
            counts.update(slot.name for slot in step.slots if slot.name in names)
    return Plan(names, counts, early_reads(session, names))


def early_reads(session: Session, names: tuple[str, ...]) -> frozenset[str]:
    """Gradients that a line reads before any line writes them, or that no line writes."""
    section = session.program.section("backward")
    written: set[str] = set()
    early: set[str] = set()
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
) -> Outcome:
    """One pass. `taken` sees every value at the moment of its last write, before it is replaced."""
    namespace = world.session.namespace
    seen: Counter[str] = Counter()
    values: dict[str, Any] = {}

    def replace(name: str) -> None:
        if name in substitutes:
            namespace[name] = substitutes[name].clone()

    def after(step: Step) -> None:
        for slot in step.slots:
            if slot.name in plan.writes:
                seen[slot.name] += 1
                if seen[slot.name] == plan.writes[slot.name]:
                    values[slot.name] = taken(slot.name, slot.origin)
                    replace(slot.name)

    for name in plan.early:
        replace(name)
    failed: dict[str, tuple[int, BaseException]] = {}

    def failing(statements: list[Statement], error: BaseException) -> None:
        for statement in statements:
            for name in statement.writes:
                if name in plan.names and name not in values:
                    failed[name] = (_line_of(error, statements), error)
                    replace(name)

    world.lines(after, failing, graph=graph)
    return Outcome(values, failed)


def _line_of(error: BaseException, statements: list[Statement]) -> int:
    trace = error.__traceback__
    lines = {statement.line for statement in statements}
    while trace is not None:
        if trace.tb_lineno in lines and trace.tb_frame.f_code.co_name == "<module>":
            return trace.tb_lineno
        trace = trace.tb_next
    return statements[0].line
