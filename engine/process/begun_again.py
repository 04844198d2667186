"""A fresh process in the place of one that is gone: what it is told, and what is seen until it answers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..debugger.jobs import AT_EXPRESSION
from ..debugger.wire.commands import Command, DoByHand, GoTo, SetStops, SetWatches
from ..debugger.wire.frame import Frame, opening_frame
from ..debugger.wire.looks import Layout, SelectName, ShowTab
from ..debugger.wire.stops import Stops
from ..program.program import Program
from .ended import EXPRESSION


def begins_again(program: Program, before: Frame, handled: int, iterations: int) -> Frame:
    """The picture until a fresh process sends its first; what is shown of the program stays where it is."""
    fresh = opening_frame(program)
    shown = slice(before.lines[0].number - 1, before.lines[-1].number) if before.lines else slice(0)
    status = replace(fresh.status, target=iterations or None)
    stops, _ = kept_beside(before)
    lines, by_hand = fresh.lines[shown], before.by_hand
    return replace(fresh, handled=handled, status=status, lines=lines, stops=stops, by_hand=by_hand)


def told_again(before: Frame, layout: Layout, iterations: int) -> Iterator[Command]:
    """What a fresh process is told to come to where `before` was, at the end of so many iterations."""
    yield layout
    yield ShowTab(before.inspector.tab)
    stops, watches = kept_beside(before)
    yield SetStops(stops)
    yield SetWatches(watches)
    for one in before.by_hand:
        yield DoByHand(one.text, one.first)
    if before.inspector.name:
        yield SelectName(before.inspector.name, by_hand=False)
    if iterations:
        yield GoTo(iterations, again=True)


def kept_beside(frame: Frame) -> tuple[Stops, tuple[str, ...]]:
    """Where runs stop and what is watched from a new beginning on; no expression, if one held up the last."""
    ended = frame.failure is not None and frame.failure.section == EXPRESSION
    if ended or frame.status.busy == AT_EXPRESSION:
        return replace(frame.stops, expression=""), ()
    return frame.stops, tuple(watched.text for watched in frame.watches)
