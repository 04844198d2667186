"""What the text and the course of an iteration say of its gradients: found once for every course."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ...execution.iteration import Iteration
from ...execution.session import Session
from ...program.naming import NamingScheme
from ...program.pairing import Candidate
from ...program.program import Program
from .dependence import course_of, read_gradients, upstreams, woven
from .gradient_lines import copied_gradients, gradient_names
from .reused_names import ambiguous, overwritten
from .substitution import early_reads

_MOST = 4
"""So many courses of a program are remembered: a loop of other lengths makes another."""


class _Key(NamedTuple):
    """What a reading depends on; the first two are the same objects as long as nothing changes."""

    pairs: Sequence[Candidate]
    kept: frozenset[str]
    course: Hashable

    def is_that_of(self, other: _Key) -> bool:
        return self.pairs is other.pairs and self.kept is other.kept and self.course == other.course


@dataclass(frozen=True, eq=False)
class Reading:
    """The gradients, where to cut, and which tensor each belongs to."""

    naming: NamingScheme
    tensor_of: Mapping[str, str]
    """By gradient, its tensor."""
    names: tuple[str, ...]
    """Every gradient that can be judged: those that lines write, and those that lines only read."""
    ambiguous: frozenset[str]
    """Those that cannot, as their name stands for several."""
    woven: frozenset[str]
    """Those that a loop reads while it builds them."""
    read: frozenset[str]
    """Those that lines read, the woven ones left out: where to cut."""
    cut_names: tuple[str, ...]
    """Their tensors."""
    static: Mapping[str, tuple[str, ...]]
    """By gradient, those that its lines read, by their text."""
    early: frozenset[str]
    """Those that a line reads before any line writes them."""
    copied: frozenset[str]
    """Those that are taken from autograd."""

    def gradient_of(self, tensor: str) -> str:
        """The gradient of a tensor."""
        return self.naming.gradient(tensor)


_known: WeakKeyDictionary[Program, list[tuple[_Key, Reading]]] = WeakKeyDictionary()


def reading_of(session: Session, iteration: Iteration) -> Reading:
    """What there is to read of a recorded iteration."""
    key = _Key(iteration.judged.pairs, session.roles.defined, iteration.recorder.entries.course())
    readings = _known.setdefault(session.program, [])
    for other, reading in readings:
        if key.is_that_of(other):
            return reading
    del readings[_MOST - 1 :]
    readings.insert(0, (key, _reading(session, iteration, gradient_names(session, iteration))))
    return readings[0][1]


def _reading(session: Session, iteration: Iteration, every: tuple[str, ...]) -> Reading:
    course = course_of(iteration)
    program = session.program
    several = ambiguous(course, every, program.naming) | (overwritten(program).keys() & set(every))
    names = tuple(name for name in every if name not in several)
    gradients = frozenset(names)
    interwoven = woven(course, gradients)
    read = read_gradients(program, gradients) - interwoven
    early, copied = early_reads(session, names), copied_gradients(program)
    tensor_of = {name: program.naming.tensor(name) for name in every}
    return Reading(
        naming=program.naming,
        tensor_of=tensor_of,
        names=names,
        ambiguous=several,
        woven=interwoven,
        read=read,
        cut_names=tuple(sorted(tensor_of[name] for name in read)),
        static=upstreams(program, gradients),
        early=early,
        copied=copied,
    )
