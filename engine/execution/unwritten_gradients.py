"""Gradients that are not written: where lines read them autograd's stand in, so that the rest goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from ..program.program import Program
from ..program.statements import Statement
from .failure import Failure
from .reference_backward import References

if TYPE_CHECKING:
    from .session import Session


class Holes(NamedTuple):
    """Names of gradients that no line writes."""

    marked: frozenset[str]
    """Written as `dX = ...` and in no other way."""
    absent: frozenset[str]
    """Read, and not written at all. Whether they pair with a tensor shows when the forward has run."""


@lru_cache(maxsize=16)
def holes_of(program: Program) -> Holes:
    """The gradients that the backward section does not write."""
    section = program.section("backward")
    statements = section.statements if section is not None else ()
    read = {name for s in statements for name in s.reads if name.startswith("d") and len(name) > 1}
    written = {name for s in statements for name in s.writes}
    really = {name for s in statements if not s.hole for name in s.writes}
    before = {name for s in program.statements if s.section != "backward" for name in s.writes}
    return Holes(frozenset(written - really), frozenset(read - written - before))


def absent_gradients(program: Program, references: References) -> tuple[str, ...]:
    """Gradients of tensors that lines read although no line writes them."""
    return tuple(sorted(n for n in holes_of(program).absent if n[1:] in references.gradients))


class StandIns:
    """Inside the `with`, a line that reads a gradient that is not written finds autograd's."""

    def __init__(self, session: Session, references: References) -> None:
        self.namespace = session.namespace
        self.statements = session.program.statements
        self.holes = holes_of(session.program)
        self.absent = absent_gradients(session.program, references)
        self.gradients = references.gradients

    def __enter__(self) -> None:
        for name in self.absent:
            self.namespace[name] = self.gradients[name[1:]].clone()

    def put(self, number: int) -> None:
        """The hook after `dX = ...`."""
        for name in self.statements[number].binds:
            known = name in self.holes.marked and name[1:] in self.gradients
            if known and self.namespace[name] is Ellipsis:
                self.namespace[name] = self.gradients[name[1:]].clone()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self.absent:
            self.namespace.pop(name, None)
        for name in self.holes.marked & self.namespace.keys():
            self.namespace[name] = Ellipsis


def explained(failure: Failure, session: Session) -> Failure:
    """A failure, with the gradient that the line reads and nothing has written so far, if it reads one."""
    if failure.section != "backward" or failure.type not in ("NameError", "TypeError", "AttributeError"):
        return failure
    at_fault = [s for s in session.program.statements if s.line == failure.line]
    known = session.candidates.keys() - holes_of(session.program).marked
    reads = [name for s in at_fault for name in sorted(s.reads & known)]
    reasons = [_reason(session, name) for name in reads]
    words = [reason for reason in reasons if reason]
    return replace(failure, message="; ".join([failure.message, *words])) if words else failure


def _reason(session: Session, name: str) -> str:
    value = session.namespace.get(name)
    if value is Ellipsis:
        return f"it reads {name}, which is not written yet"
    if value is None and name not in session.namespace:
        return f"line {_first(session.program.statements, name)} writes {name}, which is too late"
    return ""


def _first(statements: tuple[Statement, ...], name: str) -> int:
    return next(s.line for s in statements if s.section == "backward" and name in s.writes)
