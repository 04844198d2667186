"""What is done by hand: which numbers of setup can be set, and what is told of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from textwrap import shorten

from ...execution.by_hand import constant_of
from ...execution.session import Session
from ...program.names import OPAQUE
from ...program.program import BEGINNING
from ...tensors.inert import number_of
from ..wire.frame import ByHand

_TOLD = 3
_LONGEST = 60
"""So many statements are told, each with so many characters."""


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


def assignment(name: str, number: bool | int | float | complex) -> str:
    """The statement that binds a name to a number."""
    finite = not isinstance(number, float) or math.isfinite(number)
    return f"{name} = {number!r}" if finite else f'{name} = float("{number}")'


def done_by_hand(session: Session) -> tuple[ByHand, ...]:
    """What is done by hand, in the order of the iterations."""
    return tuple(ByHand(one.first, done.text) for one in session.versions.all for done in one.by_hand)


def words_of(session: Session, number: int) -> Iterator[str]:
    """What was done by hand up to an iteration, in words, with what has read it too early."""
    done = [one for one in done_by_hand(session) if one.first <= number]
    if len(done) > _TOLD:
        yield f"{len(done) - _TOLD} more were done by hand before"
    for one in done[-_TOLD:]:
        words = f"by hand before iteration {one.first}: {shorten(one.text, _LONGEST, placeholder=' …')}"
        reason = session.not_done.get((one.first, one.text), "")
        failed = f", could not be done: {reason}" if reason else ""
        yield words + failed + _read_before(session, constant_of(one.text))


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
