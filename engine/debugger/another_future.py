"""Another future for what is on the screen: other lines, another number of setup, something done by hand."""

from __future__ import annotations

from dataclasses import replace

from ..execution.cancel import Cancelled
from ..execution.expression import Expression, compiled
from ..execution.futures import NotRepeated, do_by_hand, run_again
from ..program.moves import Moves
from ..program.program import Program
from .background_line_check import BackgroundLineCheck
from .edits import in_place
from .histories.loss_history import LossHistory
from .sitting import Sitting
from .stop_notes import why_ended
from .view.numbers import assignment, why_no_number
from .wire.commands import DoByHand, Reload, SetNumber


def reload(now: Sitting, command: Reload) -> None:
    """Take another text of the file; where it goes on from what has run, at once."""
    goes_on = now.edits.received(command.text.program(), command.number, now.session)
    if not now.session.ready and now.edits.newest is not now.session.program:
        now.restart()
        now.say_more("begun anew with the file's new lines")
    elif goes_on and command.since is not None and now.standing.record is None:
        now.session.change(now.edits.newest, command.since)
    elif goes_on:
        before, judgements = now.standing.record, now.line_check.judgements
        _run_again(now, now.edits.newest)
        now.edits.edited(before, judgements)


def set_number(now: Sitting, command: SetNumber) -> None:
    """Set a name of setup to another number; what has run already runs again with it."""
    if reason := why_no_number(now.session, command.name):
        now.say(reason)
    else:
        _run_again(now, None, compiled(assignment(command.name, command.number), statement=True))


def done_by_hand(now: Sitting, command: DoByHand) -> None:
    """Do a statement where it does well on copies, and be at the beginning of the iteration that follows."""
    record = now.standing.record
    if command.first is not None and record is None:
        now.session.add_by_hand(command.first, compiled(command.text, statement=True))
        return
    now.pace.pause()
    told = now.beside.evaluations
    if told.add(command.text, now.session, record, now.view.ran):
        behind = record is not None and record.failure is None and now.view.ran > 0
        number = record.number + behind if record is not None else 0
        told.go_on(_done(now, number, compiled(command.text, statement=True)))


def _done(now: Sitting, number: int, statement: Expression) -> str:
    """Do it before an iteration, and show that at its beginning; what there is to say of it."""
    if not now.session.ready:
        return "not done: the program has not begun"
    if number == now.session.number and now.session.ended:
        return f"not done: {why_ended(now.session)}"
    try:
        do_by_hand(now.session, number, statement)
    except (Cancelled, NotRepeated) as error:
        now.cancel.clear()
        now.show_next()  # what is shown is where the session is, wherever that was
        return (
            "stopped, and not done"
            if isinstance(error, Cancelled)
            else "not done: the program does not repeat itself"
        )
    now.show_next()
    now.view = replace(now.view, ran=0)
    return f"done by hand: iteration {number} begins with it"


def _run_again(now: Sitting, program: Program | None, by_hand: Expression | None = None) -> None:
    """The iteration on the screen with other lines, or a number, from its own start; the view stays."""
    now.pace.pause()
    before, view, lines = now.standing.record, now.view, now.session.program.lines
    run_again(now.session, before, program, by_hand)
    if by_hand is not None:
        now.line_check = BackgroundLineCheck(now.cancel)
    now.losses = LossHistory(now.session.losses)
    moves = Moves(lines, now.session.program.lines)
    if before is None:
        now.follow_text()
        now.view = replace(now.view, written=moves.written)
        return
    record = now.iterate()
    now.view = in_place(view, before, record, moves).awaiting()
