"""Breakpoints on an iteration that is recorded whole: a stop is a place of the cursor in its record."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from ..execution.gradients.execution_path import ExecutionPath
from ..execution.iteration import Iteration
from ..program.frame import Frame
from ..program.program import BEGINNING, Program
from ..program.statements import Statement
from .cursor import View, moved
from .scene import Scene
from .wire.commands import Unit
from .wire.stops import Stop, Stops, at_breakpoint


def next_stop(record: Iteration, stops: Stops, begin: int) -> Stop | None:
    """The first breakpoint that is met with `begin` or more steps behind it."""
    if not stops.lines:
        return None
    met = record.path.once(_met)
    ahead = [(at, line) for line in stops.lines if (at := _from(met.get(line, []), begin)) is not None]
    return at_breakpoint(min(ahead)[1], min(ahead)[0]) if ahead else None


def stop_on_the_way(record: Iteration, stops: Stops, view: View, unit: Unit, *, fresh: bool) -> Stop | None:
    """The breakpoint that a move forth by one unit meets; one that the cursor stands at is passed."""
    if unit is Unit.STATEMENT:
        return None
    ran = 0 if fresh else view.ran
    stop = next_stop(record, stops, ran if fresh else ran + 1)
    return stop if stop is not None and stop.ran < moved(record, ran, unit, 1) else None


def toggled(scene: Scene, view: View, line: int | None) -> tuple[Stops, str]:
    """The stops with another breakpoint, or one less; with the reason where a run cannot stop there."""
    wanted = line_of_cursor(scene, view) if line is None else line
    if wanted is None:
        return scene.stops, "the program has no iteration that could be stopped in"
    reason = why_no_breakpoint(scene.session.program, wanted)
    return (scene.stops, reason) if reason else (scene.stops.toggled(wanted), "")


def line_of_cursor(scene: Scene, view: View) -> int | None:
    """The line that a breakpoint is set before: where a run stopped, else that of what ran last.

    Before the first statement it is the one that runs first.
    """
    stop, record = scene.standing.stop, scene.record
    if stop is not None and stop.ran == view.ran and stop.line is not None:
        return stop.line
    if record is not None and record.steps:
        return record.steps[max(view.ran - 1, 0)].statement.line
    return min(_breakable(scene.session.program), default=None)


def why_no_breakpoint(program: Program, line: int) -> str:
    """Why a run cannot stop before a line; '' where it can."""
    if line in _breakable(program):
        return ""
    if any(one.section in BEGINNING and one.line == line for one in program.statements):
        return f"line {line} runs once, before the first iteration: no run stops there"
    return f"no statement of the iteration begins on line {line}"


def _breakable(program: Program) -> set[int]:
    return {one.line for one in program.statements if one.section not in BEGINNING}


def _met(path: ExecutionPath) -> Mapping[int, list[int]]:
    """By line, how many steps are behind each time it is met: what else stands on a line is part of it."""
    first: dict[tuple[int, Frame | None], Statement] = {}
    for statement in path.statements:
        first.setdefault((statement.line, statement.caller), statement)
    met: dict[int, list[int]] = {}
    for position, (statement, _) in enumerate(path.steps):
        if first[statement.line, statement.caller] is statement:
            met.setdefault(statement.line, []).append(position)
    return met


def _from(positions: list[int], begin: int) -> int | None:
    at = bisect_left(positions, begin)
    return positions[at] if at < len(positions) else None
