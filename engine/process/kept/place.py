"""Where somebody was in a program, as plain data that can stand in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ...debugger.wire.frame import ByHand, Frame
from ...debugger.wire.inspected import Tab
from ...debugger.wire.stops import Stops
from ...program.program import Program
from ..begun_again import kept_beside


@dataclass(frozen=True)
class Lines:
    """A text of the program, and the first of the iterations in a row that ran with it."""

    first: int
    text: str
    choice: int = 0
    gradient: str = ""


@dataclass(frozen=True)
class Place:
    """So many complete iterations, the lines that they ran with, and what was looked at."""

    iterations: int
    loss: str | None
    """That of the last complete iteration, if it is known: whoever comes back sees whether it is the same."""
    lines: tuple[Lines, ...]
    seed: int
    selected: str
    tab: Tab
    stops: Stops
    watches: tuple[str, ...]
    by_hand: tuple[ByHand, ...] = ()
    format: int = 2
    """A file of another format is left alone."""


def place_of(frame: Frame, texts: Sequence[Program], seed: int) -> Place:
    """Where a picture is; the lines are those of the texts, by their numbers."""
    stops, watches = kept_beside(frame)
    lines = tuple(_lines(first, texts[number]) for first, number in frame.file.versions)
    return Place(
        frame.complete,
        _loss(frame),
        tuple(line for line in lines if line.first <= frame.complete),
        seed,
        frame.inspector.name,
        frame.inspector.tab,
        stops,
        watches,
        frame.by_hand,
    )


def to_bytes(place: Place) -> bytes:
    """A place as JSON."""
    return msgspec.json.encode(place)


def of_bytes(data: bytes) -> Place | None:
    """The place that JSON tells of; None where it tells of none that this program could have written."""
    try:
        place = msgspec.json.decode(data, type=Place)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return place if place.format == Place.format and _makes_sense(place) else None


def _lines(first: int, program: Program) -> Lines:
    return Lines(first, program.text, program.choice, program.naming.pattern)


def _loss(frame: Frame) -> str | None:
    """As it is written, since JSON knows neither NaN nor infinity; none where it is not on the screen."""
    curve = frame.losses
    return repr(curve.last) if curve.last is not None and curve.iterations == frame.complete else None


def _makes_sense(place: Place) -> bool:
    firsts = [line.first for line in place.lines]
    return place.iterations >= 0 and firsts[:1] == [0] and firsts == sorted(set(firsts))
