"""The course of an iteration through its statements: the same in most, so what follows is found once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from ...program.statements import Statement
from ...tensors.inert import is_tensor
from ..recording.recorder import Recorder
from ..recording.steps import Slot, Step
from .reference_backward import References

_T = TypeVar("_T")
Steps = Sequence[tuple[Statement, tuple[str, ...]]]
"""Statements that ran, in order, each with the names that it wrote."""
_MOST = 4
"""So many paths of a program are remembered: a loop of other lengths makes another."""


class Ran(NamedTuple):
    """A statement that wrote otherwise than its text alone says."""

    number: int
    names: tuple[str, ...]
    """What it wrote."""
    sizes: tuple[int, ...]
    """Where it wrote several, how many entries each has: it tells which are parts of others."""


@dataclass(frozen=True, eq=False)
class ExecutionPath:
    """What ran in an iteration and what it wrote, without values. What follows from it is kept with it."""

    statements: Sequence[Statement]
    course: Sequence[int | Ran]
    """In order, the numbers of the statements that ran."""
    begins: Mapping[str, int]
    """Where in the course each section begins."""
    differentiated: Sequence[str]
    """The tensors that autograd has a gradient for."""
    undifferentiated: Sequence[str]
    """What else was asked for."""
    _kept: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def steps(self) -> Steps:
        """Every statement that ran, with the names that it wrote."""
        return tuple(map(self._step, self.course))

    def _step(self, ran: int | Ran) -> tuple[Statement, tuple[str, ...]]:
        if isinstance(ran, Ran):
            return self.statements[ran.number], ran.names
        statement = self.statements[ran]
        return statement, statement.writes

    def once(self, derive: Callable[..., _T], *given: Any) -> _T:
        """What a function makes of this path and of what is the same for all paths of a session."""
        if derive not in self._kept:
            self._kept[derive] = derive(self, *given)
        made: _T = self._kept[derive]
        return made


class KnownPaths:
    """The paths that the iterations of a session took; the last few are remembered."""

    def __init__(self) -> None:
        self._known: list[ExecutionPath] = []

    def taken(self, recorder: Recorder, references: References) -> ExecutionPath:
        """The path of a recorded iteration."""
        course = [entry[0] if type(entry) is tuple else _ran(entry) for entry in recorder.entries]
        has, has_not = [*references.gradients], [*references.others]
        for path in self._known:
            if path.course == course and path.differentiated == has and path.undifferentiated == has_not:
                return path
        path = ExecutionPath(recorder.statements, course, recorder.begins, has, has_not)
        self._known = [path, *self._known[: _MOST - 1]]
        return path


def _ran(step: Step) -> int | Ran:
    statement, slots = step
    names = tuple([slot.name for slot in slots])
    if names == statement.writes and (len(names) == 1 or not statement.changes):
        return statement.number
    return Ran(statement.number, names, tuple(map(size_of, slots)) if len(slots) > 1 else ())


def size_of(slot: Slot) -> int:
    """How many entries a value has; 0 where it is no tensor."""
    return slot.origin.numel() if is_tensor(slot.origin) else 0
