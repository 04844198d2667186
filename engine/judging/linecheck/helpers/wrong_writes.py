"""Which of the lines that build a wrong gradient are wrong, told by what each of them wrote.

A single wrong line wrote every entry that is wrong in the end: of those that did, one that wrote the fewest
others. A line is right where it wrote no such entry, or where all that it added up is what flows back
through some of the tensor's uses.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from typing import NamedTuple

import torch
from torch import Tensor

from ....execution.replay.noted_forward import noted_forward
from ....program.names import read_names
from ....program.statements import Statement
from ....program.torch_operations import allocates, gives_size
from ....tensors.inert import is_tensor
from ....verdict import Verdict
from ..lines.chosen_entries import chooses_wrongly, number_put
from ..lines.helper_places import Spot
from ..lines.outcome import LineJudgement
from ..lines.written_entries import able_alone, written_entries
from ..passes.attempt import Attempt
from .carried_lines import carried
from .watched_helpers import Scene, scene_of

_MOST = 8
"""So many uses of a tensor are told apart."""
_ROUNDING = 1e-9
_IN_SINGLE = 1e-6
"""What a line computes in single precision, as with a mask made a float, is off by no more."""


class _Lines(NamedTuple):
    """Those of a gradient's lines that are wrong, and others that may be instead."""

    wrong: frozenset[int] = frozenset()
    doubted: frozenset[int] = frozenset()


class _Write(NamedTuple):
    """What a gradient was after one of its writes."""

    line: int
    value: Tensor
    overwrites: bool
    """Whether it puts what it writes in the place of what was there."""
    entries: Tensor
    """True for each that it wrote."""
    makes_memory: bool
    """Whether it only makes memory to be filled."""
    idle: bool
    """Whether nothing changed by it, and it is none of those."""
    puts: float | None
    """The number that it puts into chosen entries, if it does that."""


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
        lines, doubted = _wrong_lines(scene_of(attempt, noted, None, others), one)
        lines = lines or _filling(attempt, one)
        if lines and lines != frozenset(one.lines):
            accused, others_in_doubt = tuple(sorted(lines)), tuple(sorted(doubted))
            found[one.name] = one._replace(accused_lines=accused, doubted_lines=others_in_doubt)
    return found


def _filling(attempt: Attempt, judgement: LineJudgement) -> frozenset[int]:
    """The lines that do more than make memory to be filled."""
    names = frozenset(attempt.reading.names)
    statements = attempt.session.facts.handwritten.statements
    making = {statement.line for statement in statements if _makes_memory(statement, names)}
    return frozenset(judgement.lines) - making


def _makes_memory(statement: Statement, gradients: frozenset[str]) -> bool:
    """Whether it makes memory to be filled: not where it computes what that has the shape of."""
    called = [one for one in statement.called if not gives_size(one)]
    return len(called) == 1 and allocates(called[0]) and not statement.reads & gradients


def _wrong_lines(scene: Scene, judgement: LineJudgement) -> _Lines:
    """Those of a gradient's lines that are wrong; none where what they wrote does not tell."""
    expected, writes = scene.expected(judgement.name), _writes(scene, judgement.name)
    if len(writes) < 2 or any(one.value.shape != expected.shape for one in writes):
        return _Lines()
    room = _room(writes[-1].value, expected)
    if masks := _wrong_choices(writes, expected, room):
        return _Lines(masks)
    arrival = scene.flows.named.get(scene.attempt.reading.tensor_of[judgement.name])
    edges = scene.flows.into(arrival) if arrival is not None else {}
    steps = [(one.line, one.value) for one in writes]
    before = carried(scene.flows, arrival, steps) if arrival is not None else frozenset[int]()
    added = _added(writes)
    left = _suspects(writes, added, expected, edges, room) or frozenset(one.line for one in writes if before)
    if not left:
        return _Lines()
    whole = {line: sum(some, torch.zeros_like(expected)) for line, some in added.items()}
    flowing = {line for line, one in whole.items() if flows_through(one, [*edges.values()], room, fewest=1)}
    if not left <= before | flowing:
        return _Lines(left - before, left & before)
    filling = frozenset(one.line for one in writes if not one.makes_memory and one.puts is None)
    others = filling - before - flowing
    return _Lines(others, left) if others else _Lines(left)


def _wrong_choices(writes: Sequence[_Write], expected: Tensor, room: Tensor) -> frozenset[int]:
    """The lines that put a number into chosen entries, where another choice makes all right."""
    after = writes[-1].value
    return frozenset(
        one.line
        for one, (_, before, *_) in zip(writes[1:], writes, strict=False)
        if one.puts is not None and chooses_wrongly(one.puts, before, after, expected, one.entries, room)
    )


def _suspects(
    writes: Sequence[_Write],
    added: Mapping[int, Sequence[Tensor]],
    expected: Tensor,
    edges: Mapping[Spot, Tensor],
    room: Tensor,
) -> frozenset[int]:
    """The lines that wrote what is wrong, where that is not what flows back through some uses."""
    wrong = (writes[-1].value - expected).abs() > room
    scaled = _in_proportion(writes[-1].value, expected, room)
    able = frozenset[int]() if scaled else able_alone(_entries(writes), [wrong])
    if len(able) == 1:
        return able
    idle = {line for line in added if all(one.idle for one in writes if one.line == line)}
    added = {line: some for line, some in added.items() if line in able or not able}
    changed = {line: any(_any(one[wrong]) for one in some) for line, some in added.items()}
    suspects = {line: sum(some, torch.zeros_like(expected)) for line, some in added.items() if changed[line]}
    unknown = {
        line: value
        for line, value in suspects.items()
        if not flows_through(value, _by_expression(edges), room)
    }
    if len(unknown) > 1:
        finer = {line for line, value in unknown.items() if not flows_through(value, [*edges.values()], room)}
        unknown = {line: unknown[line] for line in finer or unknown}
    return frozenset(unknown) | (idle & able)


def _room(value: Tensor, expected: Tensor) -> Tensor:
    """By how much entries may differ that are right: as single precision rounds, if others differ by more."""
    wide = _IN_SINGLE * expected.abs().max()
    return wide if bool(((value - expected).abs() > wide).any()) else _ROUNDING * expected.abs().max()


def _in_proportion(value: Tensor, expected: Tensor, room: Tensor) -> bool:
    """Whether all entries are off by one factor: a line that scales them may be wrong, or missing."""
    square = (expected * expected.conj()).sum()
    factor = (value * expected.conj()).sum() / square
    return bool(square != 0) and bool(factor != 0) and bool(((value - factor * expected).abs() <= room).all())


def _any(tensor: Tensor) -> bool:
    return bool((tensor != 0).any())


def _entries(writes: Sequence[_Write]) -> dict[int, list[Tensor]]:
    """By line, every entry that it wrote."""
    entries: dict[int, list[Tensor]] = {}
    for one in writes:
        before = entries.get(one.line, [torch.zeros_like(one.entries)])
        entries[one.line] = [before[0] | one.entries]
    return entries


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

    names = frozenset(scene.attempt.reading.names)

    def after(statement: Statement) -> None:
        value = namespace.get(name)
        if name not in statement.writes or not is_tensor(value):
            return
        value = scene.attempt.once(name, value.detach().clone())
        fits = bool(writes) and writes[-1].value.shape == value.shape
        change = value - writes[-1].value if fits else value
        entries = written_entries(statement, name, namespace, change)
        makes = _makes_memory(statement, names)
        idle = not (makes or _any(change))
        overwrites, puts = _overwrites(statement, name), number_put(statement)
        writes.append(_Write(statement.line, value, overwrites, entries, makes, idle, puts))

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
    for line, value, overwrites, *_ in writes:
        change = value - before
        if overwrites:
            for earlier in chain.from_iterable(added.values()):
                earlier[change != 0] = 0
            change = torch.where(change != 0, value, 0)
        added.setdefault(line, []).append(change)
        before = value
    return added


def flows_through(value: Tensor, uses: Sequence[Tensor], room: Tensor | None = None, fewest: int = 0) -> bool:
    """Whether a value is what flows back through some of the uses; unknown where these are too many."""
    if len(uses) > _MOST or any(one.shape != value.shape for one in uses):
        return False
    if room is None:
        room = _ROUNDING * sum((one.abs() for one in uses), torch.zeros_like(value)).max()
    some = chain.from_iterable(combinations(uses, count) for count in range(fewest, len(uses) + 1))
    return any(bool(((sum(one, torch.zeros_like(value)) - value).abs() <= room).all()) for one in some)
