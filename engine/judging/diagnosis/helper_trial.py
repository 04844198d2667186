"""A helper line on the bench: run in every pass of its loop, each time with what it reads right."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...execution.replay.noted_forward import noted_forward
from ...execution.replay.world import World
from ...program.analysis import ProgramFacts
from ...program.around import HIDDEN
from ...program.items.places import parsed_lines
from ...program.program import Program
from ..linecheck.helpers.flows import flows_of
from ..linecheck.lines.helper_lines import passes_of
from ..linecheck.lines.helper_places import WrongHelper
from ..linecheck.lines.listed_values import as_one, in_form
from ..linecheck.lines.outcome import LineJudgement
from ..linecheck.passes.attempt import Attempt, sizes_of
from .bench import Bench, Setting, prepared
from .edit import Line, Part, blocks, compiled, exchanged
from .slicing import Slice, reads_of, sliced
from .trial import Trial, part_of

_BOUND = f"{HIDDEN}bound__"
"""What the line bound, pass by pass."""
_RIGHT = f"{HIDDEN}right__"
"""Keeps what the line bound in a pass, and gives what belongs there."""
_STACKED = f"{HIDDEN}stacked__"
"""Makes one tensor of all passes."""


@dataclass(frozen=True, eq=False)
class _Helper:
    """What is the same of a helper line in every world."""

    helper: WrongHelper
    judgement: LineJudgement
    complete_lines: Mapping[str, tuple[int, ...]]
    tensor: str
    slice: Slice
    parts: tuple[Part, ...]


def helper_on_trial(
    judgement: LineJudgement,
    helper: WrongHelper,
    complete_lines: Mapping[str, tuple[int, ...]],
    attempt: Attempt,
    world: World,
) -> Trial:
    """The helper line in an open world. What it gives is compared pass by pass, stacked into one tensor."""
    facts, reading = attempt.session.facts, attempt.reading
    given = frozenset(reading.names) - reading.woven
    behind, parts = _sliced(facts, helper, given, complete_lines)
    named = judgement._replace(name=helper.line.root)
    return _in_world(
        _Helper(helper, named, complete_lines, _tensor(facts.program, helper), behind, parts),
        attempt,
        world,
    )


def _in_world(one: _Helper, attempt: Attempt, world: World) -> Trial:
    noted = noted_forward(attempt.session.program)
    assert noted is not None
    flows = flows_of(attempt, world, noted)
    right = flows.at(one.helper.place, passes_of(attempt.iteration, one.helper.line))
    functions = {_RIGHT: partial(_kept, right), _STACKED: partial(_stacked, right)}
    bench = prepared(attempt, one.complete_lines, world, flows.graph)
    bench = replace(bench, values={**bench.values, **functions})
    setting = partial(_setting, bench, bench.arrived(frozenset()), _stacked(right, right))
    return Trial(bench, one.judgement, one.tensor, one.slice, one.parts, setting, partial(_in_world, one))


def _kept(right: Mapping[int, Tensor], bound: list[Any], value: Any) -> Any:
    """The hook after the line; what it gives may be changed in place."""
    bound.append(as_one(value))
    belongs = right.get(len(bound) - 1)
    return value if belongs is None else in_form(value, belongs.clone())


def _stacked(right: Mapping[int, Tensor], bound: Sequence[Any] | Mapping[int, Any]) -> Tensor:
    """One tensor of those passes for which it is known what belongs there."""
    values = [bound[at] for at in right]
    return values[0] if len(values) == 1 else torch.stack(values)


def _setting(bench: Bench, arrived: Mapping[str, Tensor], expected: Tensor, reads: frozenset[str]) -> Setting:
    """Every gradient that the lines read is autograd's own."""
    gradients = {read: arrived[bench.tensor_of(read)] for read in reads}
    return Setting(gradients, expected, sizes_of(arrived.values()), arrived)


def _tensor(program: Program, helper: WrongHelper) -> str:
    """What the forward makes where the gradient belongs; the helper's own name where that has no name."""
    section = program.section("forward")
    near = [
        one for one in (section.statements if section else ()) if helper.made_in in (one.line, one.end_line)
    ]
    return next((name for one in near for name in one.writes), helper.line.root)


def _sliced(
    facts: ProgramFacts,
    helper: WrongHelper,
    given: frozenset[str],
    complete_lines: Mapping[str, tuple[int, ...]],
) -> tuple[Slice, tuple[Part, ...]]:
    """What has to run, with a hook after the line; only that and the data it reads may be edited."""
    line, program = helper.line, facts.program
    whole = sliced(facts, line.root, (), given, complete_lines)
    own = next(one for one in whole.lines if one.statement.number == line.statement.number)
    parts = [part_of(program, whole, place, top) for place, top in enumerate(whole.tops)]
    tops = list(whole.tops)
    hook = _statement(f"{line.text} = {_RIGHT}({_BOUND}, {line.text})", own.node)
    around = next(block for block in blocks(tops) if own.node in block)
    around.insert(around.index(own.node) + 1, hook)
    part = partial(_part, program.filename)
    if around is tops:
        parts.insert(own.top + 1, part(hook, {line.root, _BOUND}))
    else:
        parts[own.top] = part(tops[own.top], {*parts[own.top].writes, _BOUND})
    first = _statement(f"{_BOUND} = []", tops[0])
    last = _statement(f"{line.root} = {_STACKED}({_BOUND})", tops[-1])
    parts = [part(first, {_BOUND}), *parts, part(last, {line.root})]
    return _with_lines(helper, own, [first, *tops, last], whole), tuple(parts)


def _with_lines(helper: WrongHelper, own: Line, tops: Sequence[ast.stmt], whole: Slice) -> Slice:
    """The slice whose lines that may be edited come one top-level statement later."""
    building = {one.statement.number for one in (*helper.line.earlier, helper.line)}
    edited = building | {statement.number for statement in helper.data}
    lines = [
        Line(line.statement, line.node, line.top + 1, line.statement.number in building)
        for line in sorted(whole.lines, key=lambda line: line is not own)
        if line.statement.number in edited
    ]
    beside = {line: reads_of(exchanged(tops[line.top], line.node, [ast.Pass()])) for line in lines}
    return Slice(tops, lines, whole.ran, beside, ())


def _statement(text: str, like: ast.stmt) -> ast.stmt:
    statement = parsed_lines(text)[0]
    for node in ast.walk(statement):
        ast.copy_location(node, like)
    return statement


def _part(filename: str, top: ast.stmt, writes: set[str]) -> Part:
    reads = reads_of([top])
    return Part(compiled([top], filename), reads.values, reads.names, frozenset(writes))
