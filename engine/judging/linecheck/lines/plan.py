"""What the text and the course of an iteration say of its gradients: found once for every course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....execution.gradients.execution_path import ExecutionPath
from ....execution.iteration import Iteration
from ....execution.session import Session
from ....program.naming import NamingScheme
from .dependence import read_gradients, upstreams, woven
from .gradient_lines import copied_gradients, gradient_names
from .reused_names import ambiguous, overwritten
from .substitution import early_reads


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


def reading_of(session: Session, iteration: Iteration, apart: frozenset[str] = frozenset()) -> Reading:
    """What there is to read of a recorded iteration, where the names in `apart` are of no gradients."""
    if apart:
        return _reading(iteration.path, session, iteration, apart)
    return iteration.path.once(_reading, session, iteration)


def _reading(
    path: ExecutionPath, session: Session, iteration: Iteration, apart: frozenset[str] = frozenset()
) -> Reading:
    every = tuple(name for name in gradient_names(session, iteration) if name not in apart)
    program = session.program
    several = ambiguous(path.steps, every, program.naming) | (overwritten(program).keys() & set(every))
    names = tuple(name for name in every if name not in several)
    gradients = frozenset(names)
    interwoven = woven(path.steps, gradients)
    read = read_gradients(session.facts, gradients) - interwoven
    early, copied = early_reads(session, names), copied_gradients(program, session.namespace)
    tensor_of = {name: program.naming.tensor(name) for name in every}
    return Reading(
        naming=program.naming,
        tensor_of=tensor_of,
        names=names,
        ambiguous=several,
        woven=interwoven,
        read=read,
        cut_names=tuple(sorted(tensor_of[name] for name in read)),
        static=upstreams(session.facts, gradients),
        early=early,
        copied=copied,
    )
