"""Which of the lines that build a wrong gradient are wrong, told by what each of them wrote.

A line is right where it wrote no entry that is wrong in the end, or where all that it added up is what
flows back through some of the tensor's uses.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from typing import NamedTuple

import torch
from torch import Tensor

from ...execution.replay.noted_forward import noted_forward
from ...program.names import read_names
from ...program.statements import Statement
from ...program.torch_operations import allocates
from ...verdict import Verdict
from .attempt import Attempt
from .helper_places import Spot
from .outcome import LineJudgement
from .watched_helpers import Scene, scene_of

_MOST = 8
"""So many uses of a tensor are told apart."""
_ROUNDING = 1e-9


class _Write(NamedTuple):
    """What a gradient was after one of its writes."""

    line: int
    value: Tensor
    overwrites: bool
    """Whether it puts what it writes in the place of what was there."""


def narrowed(attempt: Attempt, judgements: Mapping[str, LineJudgement]) -> dict[str, LineJudgement]:
    """The wrong gradients that several lines build, as far as not all of these are wrong."""
    several = [
        one
        for one in judgements.values()
        if one.verdict is Verdict.WRONG_HERE and len(one.lines) > 1 and one.name in attempt.reading.tensor_of
    ]
    noted = noted_forward(attempt.session.program) if several and attempt.dtype is not None else None
    if noted is None:
        return {}
    found: dict[str, LineJudgement] = {}
    for one in several:
        others = frozenset(attempt.reading.names) - {one.name}
        lines = _wrong_lines(scene_of(attempt, noted, None, others), one) or _filling(attempt, one)
        if lines and lines != frozenset(one.lines):
            found[one.name] = one._replace(accused_lines=tuple(sorted(lines)))
    return found


def _filling(attempt: Attempt, judgement: LineJudgement) -> frozenset[int]:
    """The lines that do more than make memory to be filled."""
    section = attempt.session.program.section("backward")
    names = frozenset(attempt.reading.names)
    making = {
        statement.line
        for statement in (section.statements if section else ())
        if any(map(allocates, statement.called)) and not statement.reads & names
    }
    return frozenset(judgement.lines) - making


def _wrong_lines(scene: Scene, judgement: LineJudgement) -> frozenset[int]:
    """Those of a gradient's lines that are wrong; none where what they wrote does not tell."""
    expected, writes = scene.expected(judgement.name), _writes(scene, judgement.name)
    if len(writes) < 2 or any(one.value.shape != expected.shape for one in writes):
        return frozenset()
    added = _added(writes)
    room = _ROUNDING * expected.abs().max()
    wrong = (writes[-1].value - expected).abs() > room
    changed = {line: any(bool((one != 0)[wrong].any()) for one in some) for line, some in added.items()}
    suspects = {line: sum(some, torch.zeros_like(expected)) for line, some in added.items() if changed[line]}
    arrival = scene.flows.named.get(scene.attempt.reading.tensor_of[judgement.name])
    edges = scene.flows.into(arrival) if arrival is not None else {}
    unknown = {
        line: value for line, value in suspects.items() if not _flows(value, _by_expression(edges), room)
    }
    if len(unknown) > 1:
        finer = {line for line, value in unknown.items() if not _flows(value, [*edges.values()], room)}
        return frozenset(finer or unknown)
    return frozenset(unknown)


def _by_expression(edges: Mapping[Spot, Tensor]) -> list[Tensor]:
    """What flows back through every use of a tensor: `x * x` uses it once."""
    uses: dict[Spot, Tensor] = {}
    for edge, value in edges.items():
        use = edge._replace(edge=None)
        uses[use] = uses[use] + value if use in uses else value
    return [*uses.values()]


def _writes(scene: Scene, name: str) -> list[_Write]:
    """What a gradient was after each of its writes, where all that its lines read is right."""
    writes, namespace = list[_Write](), scene.attempt.session.namespace

    def after(statement: Statement) -> None:
        value = namespace.get(name)
        if name in statement.writes and isinstance(value, Tensor):
            writes.append(_Write(statement.line, value.detach().clone(), _overwrites(statement, name)))

    scene.watched(after)
    return writes


def _overwrites(statement: Statement, name: str) -> bool:
    """Whether it assigns what has nothing to do with what the name held."""
    node = statement.node
    return isinstance(node, ast.Assign) and name not in read_names(node.value)


def _added(writes: Sequence[_Write]) -> dict[int, list[Tensor]]:
    """By line, what each of its writes added to the gradient, as far as none overwrote it."""
    added: dict[int, list[Tensor]] = {}
    before = torch.zeros_like(writes[0].value)
    for line, value, overwrites in writes:
        change = value - before
        if overwrites:
            for earlier in chain.from_iterable(added.values()):
                earlier[change != 0] = 0
            change = torch.where(change != 0, value, 0)
        added.setdefault(line, []).append(change)
        before = value
    return added


def _flows(value: Tensor, uses: Sequence[Tensor], room: Tensor) -> bool:
    """Whether a value is what flows back through some of the uses; unknown where these are too many."""
    if len(uses) > _MOST:
        return False
    some = chain.from_iterable(combinations(uses, count) for count in range(len(uses) + 1))
    return any(bool(((sum(one, torch.zeros_like(value)) - value).abs() <= room).all()) for one in some)
