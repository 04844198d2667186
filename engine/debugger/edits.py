"""The texts of a program's file while it is stepped: which of them run, and what there is to say of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..execution.iteration import Iteration
from ..execution.namespace import files_beside
from ..execution.session import Session
from ..judging.judgement import Judgement
from ..program.beginning import begins_otherwise
from ..program.frame import in_function
from ..program.moves import Moves
from ..program.program import Program
from ..verdict import Verdict
from .cursor import View
from .wire.frame import FileState

_TICK = 10_000_000
"""Nanoseconds by which the clock of a file system may be late."""
_NAMED = 3
"""So many gradients that became right are named."""


class Edits:
    """The newest text, why it cannot go on from what has run, and what passed before the last edit."""

    def __init__(self, program: Program) -> None:
        self.newest = program
        self.modules: frozenset[str] = frozenset()
        """The names of the modules that have other texts than those that were imported."""
        self.asks = False
        """Whether there is to be told what became right."""
        self._otherwise = ""
        """Why the newest text cannot go on from what has run; '' where it can."""
        self._numbers = {program: 0}
        """What the screen calls each text."""
        self._passed: frozenset[str] = frozenset()
        self._inherited: frozenset[str] = frozenset()
        self._files: tuple[str, ...] = ()

    def began(self, program: Program, moment: int) -> None:
        """A text has begun anew, at this moment in nanoseconds: a module may have been saved since."""
        self.asks, self._otherwise, self._passed = False, "", frozenset()
        self._files = files_beside(program)
        self.modules = frozenset(Path(file).name for file in self._files if _saved_since(file, moment))

    def received(self, program: Program, number: int, session: Session) -> bool:
        """There is a newer text; whether it is another one that goes on from what has run."""
        known = session.versions.newest.program
        self.newest = known if program.text == known.text else program
        self._numbers.setdefault(self.newest, number)
        self._otherwise = begins_otherwise(known, self.newest) if session.ready else ""
        return not self._otherwise and self.newest is not known

    def edited(self, before: Iteration | None, judgements: Mapping[str, Judgement]) -> None:
        """Other lines are to run: what they put right is told once it is known."""
        if before is not None and before.failure is None:
            self._passed = frozenset(_passing(judgements))
            self._inherited = frozenset(
                name for name, one in judgements.items() if one.verdict is Verdict.INHERITED
            )
        self.asks = before is not None

    def moved_on(self) -> None:
        """What is on the screen now says nothing of the last edit any more."""
        self.asks = False

    def became_right(self, record: Iteration | None, judgements: Mapping[str, Judgement], others: int) -> str:
        """`dh right · 13 of 26`, once; `others` is how many gradients more there are to be written.

        What was wrong only as another was goes without saying.
        """
        if not self.asks or record is None:
            return ""
        self.asks = False
        passing = [name for name in _passing(judgements) if name in record.gradients]
        right = [name for name in passing if name not in self._passed]
        right = [name for name in right if name not in self._inherited] or right
        every = len(record.gradients) + others
        names = [*dict.fromkeys(map(in_function, right))]
        return f"{_listed(names)} right · {len(passing)} of {every}" if right else ""

    def state(self, session: Session, record: Iteration | None) -> FileState:
        """What the screen is told of the file."""
        versions = tuple([(one.first, self._numbers[one.program]) for one in session.versions.all])
        older = session.version.program is not session.versions.newest.program
        changed = [*filter(None, [self._otherwise]), *(f"{name} changed" for name in sorted(self.modules))]
        words = [f"{', '.join(changed)}: home starts anew with that"] if changed else []
        if older and record is not None:
            words.append(f"iteration {record.number} ran with these older lines; the file has others by now")
        return FileState(
            number=self._numbers[session.program],
            versions=versions,
            behind=bool(words),
            words=tuple(words),
            modules=self._files,
        )


def _saved_since(file: str, moment: int) -> bool:
    with suppress(OSError):
        return moment - _TICK <= os.stat(file).st_mtime_ns <= time.time_ns()  # clocks may disagree
    return False


def in_place(view: View, before: Iteration, after: Iteration, moves: Moves) -> View:
    """The view of an iteration that has run again with other lines: where it was, as well as that goes."""
    ran = _ran(view.ran, before, after, moves)
    return replace(view, ran=ran, program_top=moves(view.program_top), written=moves.written)


def _ran(ran: int, before: Iteration, after: Iteration, moves: Moves) -> int:
    if not 0 < ran < len(before.steps):
        return len(after.steps) if ran else 0
    statement = before.steps[ran - 1].statement
    line = moves(statement.line)
    times = sum(step.statement is statement for step in before.steps[:ran])
    same = [at for at, step in enumerate(after.steps, 1) if step.statement.line == line]
    if same:
        return same[min(times, len(same)) - 1]
    return max((at for at, step in enumerate(after.steps, 1) if step.statement.line <= line), default=0)


def _passing(judgements: Mapping[str, Judgement]) -> Iterable[str]:
    return (name for name, judgement in judgements.items() if judgement.verdict.passes)


def _listed(names: list[str]) -> str:
    """`dh`, `dh and dW`, `dh, dW, db and 4 more`."""
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    *first, last = [*names[:_NAMED], *more]
    return f"{', '.join(first)} and {last}" if first else last
