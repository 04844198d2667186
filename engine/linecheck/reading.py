"""What the text and the course of an iteration say of its gradients: found once for every course."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ..iteration import Iteration
from ..program import Program
from ..session import Session
from .dependence import course_of, read_gradients, upstreams, woven
from .lines import copied_gradients, gradient_names
from .passes import early_reads
from .reuse import ambiguous, overwritten
from .straight import Straight, straight_of

_MOST = 4
"""So many courses of a program are remembered: a loop of other lengths makes another."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Gradients with the d, tensors without it."""

    names: tuple[str, ...]
    """Every gradient that can be judged: those that lines write, and those that lines only read."""
    ambiguous: frozenset[str]
    """Those that cannot, as their name stands for several."""
    woven: frozenset[str]
    """Those that a loop reads while it builds them."""
    read: frozenset[str]
    """Those that lines read, the woven ones left out: where to cut."""
    static: Mapping[str, tuple[str, ...]]
    """By gradient, those that its lines read, by their text."""
    early: frozenset[str]
    """Those that a line reads before any line writes them."""
    copied: frozenset[str]
    """Those that are taken from autograd."""
    straight: Straight | None
    """The program in a form that proves all of them at once, where it is so plain."""


_known: WeakKeyDictionary[Program, dict[Hashable, Reading]] = WeakKeyDictionary()


def reading_of(session: Session, iteration: Iteration) -> Reading:
    """What there is to read of a recorded iteration."""
    readings = _known.setdefault(session.program, {})
    every = gradient_names(session, iteration)
    key = (every, iteration.recorder.entries.course(), session.kept)
    if key not in readings:
        if len(readings) >= _MOST:
            readings.clear()
        readings[key] = _reading(session, iteration, every)
    return readings[key]


def _reading(session: Session, iteration: Iteration, every: tuple[str, ...]) -> Reading:
    course = course_of(iteration)
    several = ambiguous(course, every).union(overwritten(session.program).keys() & set(every))
    names = tuple(name for name in every if name not in several)
    gradients = frozenset(names)
    interwoven = woven(course, gradients)
    program = session.program
    read = read_gradients(program, gradients) - interwoven
    early, copied = early_reads(session, names), copied_gradients(program)
    plain = not (several or interwoven or early or copied)
    return Reading(
        names=names,
        ambiguous=several,
        woven=interwoven,
        read=read,
        static=upstreams(program, gradients),
        early=early,
        copied=copied,
        straight=straight_of(session, iteration, names, read) if plain else None,
    )
