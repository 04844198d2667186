"""Other lines, or another number of setup, for what is on the screen: it runs again with them."""

from __future__ import annotations

from dataclasses import replace

from ..program.moves import Moves
from ..program.program import Program
from .background_line_check import BackgroundLineCheck
from .commands import (
    Reload,
    SetNumber,
)
from .edits import in_place
from .loss_history import LossHistory
from .numbers import why_no_number
from .sitting import Sitting


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
    elif command.since is not None and now.standing.record is None:
        now.session.set_number(command.since, command.name, command.number)
    else:
        _run_again(now, None, command)


def _run_again(now: Sitting, program: Program | None, number: SetNumber | None = None) -> None:
    """The iteration on the screen with other lines, or a number, from its own start; the view stays."""
    now.pace.pause()
    before, view, lines = now.standing.record, now.view, now.session.program.lines
    now.session.run_again(before, program)
    if number is not None:
        now.session.set_number(now.session.number, number.name, number.number)
        now.line_check = BackgroundLineCheck(now.cancel)
    now.losses = LossHistory(now.session.losses)
    moves = Moves(lines, now.session.program.lines)
    if before is None:
        now.follow_text()
        now.view = replace(now.view, written=moves.written)
        return
    record = now.iterate()
    now.view = in_place(view, before, record, moves).awaiting()
