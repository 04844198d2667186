"""Numbers of setup that are changed by hand: which can be, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator

from ..execution.session import Session
from ..program.names import OPAQUE
from ..program.program import BEGINNING
from ..tensors.inert import number_of
from .frame import NumberSet


def numbers_of(session: Session) -> list[str]:
    """The names that setup and parameters have bound to numbers."""
    names = dict.fromkeys((*session.facts.bound("setup"), *session.facts.bound("parameters")))
    return [name for name in names if _is_number(session.namespace.get(name))]


def _is_number(value: object) -> bool:
    return type(value) is bool or number_of(value) is not None


def why_no_number(session: Session, name: str) -> str:
    """Why a name cannot be set to another number; '' where it can."""
    names = numbers_of(session)
    if name in names:
        return ""
    if not names:
        return f"{name} cannot be changed: setup has bound no name to a number"
    return f"{name} is no number of setup; there are {', '.join(names)}"


def numbers_set(session: Session) -> tuple[NumberSet, ...]:
    """What was set by hand, in the order of the iterations."""
    versions = session.versions.all
    return tuple(
        NumberSet(one.first, name, number) for one in versions for name, number in one.numbers.items()
    )


def words_of(session: Session, number: int) -> Iterator[str]:
    """What was set by hand for an iteration, in words, with what has read it too early."""
    for one in numbers_set(session):
        if one.first <= number:
            since = f"since iteration {one.first}, set by hand"
            yield f"{one.name} = {one.number} {since}{_read_before(session, one.name)}"


def _read_before(session: Session, name: str) -> str:
    lines = [
        str(statement.line)
        for statement in session.program.statements
        if statement.section in BEGINNING
        and name in statement.reads
        and name not in statement.writes
        and not isinstance(statement.node, OPAQUE)  # it reads when it is called
    ]
    if not lines:
        return ""
    return f"; what line{'s' * (len(lines) > 1)} {', '.join(lines)} made of it before stays"
