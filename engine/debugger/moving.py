"""Moving through time: statement by statement, to an iteration, to what last changed, at a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ..execution.cancel import Cancelled
from ..execution.futures import NotRepeated, go_before
from ..execution.iteration import Iteration
from ..execution.silence import silenced
from .breakpoints import stop_on_the_way
from .cursor import moved
from .histories.loss_history import LossHistory
from .last_change import change_before, last_changed, looked_at, may_have_changed, never_changed
from .sitting import Sitting
from .standing import Standing
from .stop_notes import why_ended
from .wire.commands import Unit
from .wire.stops import Stop

_AT_ONCE = 0.05
"""Seconds of work that a run to an iteration does before the next key, which would pause it, is looked at.

Of the processor's time: how busy the machine is makes no difference to where keys typed in one go lead.
"""


def run_until(now: Sitting, deadline: float, asked: Callable[[], bool] = lambda: False) -> None:
    """Iterate while running, at the chosen speed, until the deadline or until something is asked for."""
    while now.pace.running:
        travels = now.pace.straight or (now.pace.target is not None and now.session.was_here)
        record = now.iterate()
        if not travels and (stop := _met_in(now, record)) is not None:
            now.stop_at(stop)
        if record.failure is not None or now.session.ended or now.pace.reached(now.session.number):
            now.pace.pause()
        moment = time.monotonic()
        if now.pace.passed(moment) or moment >= deadline or asked():
            break
    now.look_at_rest()


def _met_in(now: Sitting, record: Iteration) -> Stop | None:
    """What stops a run in an iteration: no breakpoint where it goes somewhere."""
    lines = now.pace.target is None
    return now.beside.within(record, now.session, lambda: now.line_check.judgements, lines=lines)


def go_to(now: Sitting, iteration: int, *, straight: bool = False) -> None:
    """To the end of an iteration, before or after this one: so many are then complete."""
    now.pace.pause()
    if iteration <= 0:
        now.restart()
    elif iteration > now.session.number and now.session.ended:
        now.say(why_ended(now.session))
    else:
        travel(now, iteration, straight=straight)


def travel(now: Sitting, iteration: int, *, straight: bool = False) -> None:
    """Go to a state that is known, and run from there."""
    before = now.session.number
    with silenced():
        failure = now.session.go_to(iteration - 1)
    if now.session.number < before:
        now.losses = LossHistory(now.session.losses)
    if failure is not None:
        now.standing = Standing(failure=failure)
        return
    now.pace.run(iteration, straight=straight)
    began = time.thread_time()
    while now.pace.running and time.thread_time() - began < _AT_ONCE:
        run_until(now, 0.0)


def go_to_change(now: Sitting) -> None:
    """To the last change of what is looked at, before the one that the cursor stands at."""
    now.pace.pause()
    record, name = now.standing.record, looked_at(now.scene, now.view)
    if record is None:
        now.say("there is no iteration yet that could have changed anything")
        return
    stop = change_before(record, name, now.view.ran)
    by_hand = now.session.versions.touched_before(name, record.number + (now.view.ran > 0))
    if stop is None and (by_hand is not None or may_have_changed(now.session, record, name)):
        try:
            stop = _earlier_change(now, record, name, by_hand)
        except NotRepeated:
            now.show_next()
            return
    if stop is None:
        now.say(never_changed(now.session.program, name))
        return
    now.standing = replace(now.standing, stop=stop)
    now.view = replace(now.view, ran=stop.ran, changed=frozenset({name}), attended="", follow=True)


def _earlier_change(now: Sitting, record: Iteration, name: str, by_hand: int | None) -> Stop | None:
    """The last change in the iterations before, which is on the screen then; else the first iteration.

    `by_hand` is the last one that it was changed before by hand.
    """
    try:
        found = last_changed(now.session, name, record.number) if record.number else None
        if by_hand is not None and (found is None or found < by_hand):
            go_before(now.session, by_hand)
            now.show_next()
            return Stop(f"{name} was changed by hand before iteration {by_hand}", 0)
    except Cancelled:
        now.cancel.clear()
        now.show_next()  # what is shown is where the session is, wherever that was stopped
        raise
    record = now.show_next() if record.number else record
    if found is None:
        now.view = replace(now.view, ran=0)
        return None
    return change_before(record, name, len(record.steps) + 1)


def advance(now: Sitting, unit: Unit, by: int) -> None:
    """One unit forth or back; back from the beginning of an iteration is the end of the one before."""
    goal = now.pace.target if now.session.was_here else None
    now.pace.pause()
    record, ran = now.standing.record, now.view.ran
    if by < 0 and unit is Unit.ITERATION and goal is not None:
        travel(now, max(goal - 1, 1))  # from where it is on its way to
        return
    if by < 0 and record is not None and record.number and (unit is Unit.ITERATION or not ran):
        travel(now, record.number)
        return
    fresh = by > 0 and (record is None or ran >= len(record.steps))
    if fresh and now.session.ended:
        now.say(why_ended(now.session))
        return
    if fresh:
        record, ran = now.iterate(), 0
    if record is not None:
        stop = stop_on_the_way(record, now.beside.stops, now.view, unit, fresh=fresh) if by > 0 else None
        to = stop.ran if stop is not None else moved(record, ran, unit, by)
        now.view = now.view.moving(record, to, fresh=fresh)
        now.standing = replace(now.standing, stop=stop)
