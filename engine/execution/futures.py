"""Another future of a training: from an iteration on other lines, or a state that was changed by hand."""

from __future__ import annotations

from ..program.program import Program
from .cancel import Cancelled
from .expression import Expression
from .iteration import Iteration
from .session import Session
from .silence import silenced


class NotRepeated(Exception):
    """What was complete fails when it runs again."""


def go_before(session: Session, number: int) -> None:
    """Be where the program was before an iteration.

    Raises:
        Cancelled: somebody stopped it on the way.
        NotRepeated: an iteration on the way fails.
    """
    with silenced():
        session.go_to(number)
        while session.number < number:
            run(session)


def run(session: Session) -> Iteration:
    """Run the next iteration, which has been complete before."""
    record = session.iterate()
    if record.failure is None:
        return record
    raise Cancelled if record.failure.cancelled else NotRepeated


def run_again(
    session: Session,
    iteration: Iteration | None,
    program: Program | None = None,
    by_hand: Expression | None = None,
) -> None:
    """Be before an iteration that has just run, or before the next: from there on other lines run.

    Without other lines those of the newest text do. `by_hand` is done before it.

    They go on from the beginning that ran, which is to be theirs, too. What came after is forgotten.
    """
    number = session.number if iteration is None else iteration.number
    changed = session.versions.by_hand_before(number)
    session.change(program or session.versions.newest.program, number, by_hand)
    if changed:
        _where_the_one_before_ended(session, number)
    elif iteration is not None:
        session.take_back(iteration)
    session.go_on()


def do_by_hand(session: Session, number: int, statement: Expression) -> None:
    """Be before an iteration, and do a statement there, now and whenever it comes to that iteration again.

    Raises:
        Cancelled: somebody stopped it on the way; no statement is to be done.
        NotRepeated: an iteration on the way fails; no statement is to be done.
    """
    before = session.versions
    session.change(before.newest.program, number, statement)
    try:
        _where_the_one_before_ended(session, number)
        session.go_on()
    except BaseException:
        session.versions = before
        raise


def _where_the_one_before_ended(session: Session, number: int) -> None:
    """Be before an iteration, with all that is left of the one before and nothing done by hand since."""
    if number:
        go_before(session, number - 1)
    with silenced():
        if number:
            run(session)
        elif session.begin_again() is not None:
            raise NotRepeated
