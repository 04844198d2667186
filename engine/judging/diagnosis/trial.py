"""The lines of one gradient on the bench: run as they stand, and with edits."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any

import torch
from torch import Tensor

from ...execution.recording.steps import MISSING
from ...execution.replay.world import World
from ...program.program import Program
from ...tensors.aliasing import copied
from ...tensors.inert import is_tensor
from ...tensors.kinds import plain, unreadable
from ...tensors.vjp_agreement import agreement
from ...verdict import Verdict
from ..linecheck.lines.outcome import LineJudgement
from ..linecheck.passes.attempt import Attempt
from .bench import Bench, Setting, prepared
from .edit import Edit, Line, Part, compiled
from .slicing import Slice, reads_of, sliced
from .variations import Variation


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of lines that ran."""

    value: Any
    """The gradient's; MISSING where a line raised."""
    setting: Setting
    reads: frozenset[str]
    """The other gradients that the lines read."""
    most: int = 0
    """The entries of the largest tensor that the lines read or made."""

    @cached_property
    def right(self) -> bool:
        """Whether it is what arrives at the tensor."""
        return self.setting.agrees(self.value)


@dataclass(frozen=True, eq=False)
class Trial:
    """The lines of one gradient on the bench."""

    bench: Bench
    judgement: LineJudgement
    tensor: str
    slice: Slice
    parts: tuple[Part, ...]
    """Its top-level statements, compiled."""
    setting: Callable[[frozenset[str]], Setting]
    """The setting for lines that read these gradients, found once for each choice."""
    remade: Callable[[Attempt, World], Trial]
    """The same lines in another world."""

    @property
    def name(self) -> str:
        """The gradient's name."""
        return self.judgement.name

    @property
    def lines(self) -> Sequence[Line]:
        """The statements that may be edited, the gradient's own first."""
        return self.slice.lines

    @cached_property
    def stands(self) -> Outcome:
        """What comes of the lines as they stand."""
        return self.outcome(self.parts)

    @property
    def value(self) -> Any:
        """The gradient that the lines compute as they stand."""
        return self.stands.value

    @property
    def expected(self) -> Tensor:
        """What arrives at the tensor where the lines as they stand are cut."""
        return self.stands.setting.expected

    def is_also(self, other: Tensor) -> bool:
        """Whether the value is what arrived at another tensor."""
        upstream = self.stands.setting.upstream
        return agreement(self.value, other, upstream=upstream).verdict is Verdict.RIGHT

    def instead_of(self, gradient: str) -> Tensor:
        """What stands for another gradient."""
        given = self.stands.setting.gradients.get(gradient)
        return self.bench.cuts[self.bench.tensor_of(gradient)] if given is None else given

    def without_overwriting(self) -> Outcome:
        """What comes of the lines without those that change what the forward left."""
        others = self.bench.values.keys() - {self.name}
        return self.outcome([part for part in self.parts if not part.writes & others])

    def outcome(self, parts: Sequence[Part]) -> Outcome:
        """What comes of the gradient where `parts` run."""
        live = _live(parts, self.name)
        reads = _union(part.reads for part in live) & self.bench.given - {self.name}
        setting = self.setting(reads)
        laid_out = self.laid_out(setting, _union(part.names for part in live))
        try:
            run(self.bench, live, laid_out)
        except Exception:
            return Outcome(MISSING, setting, reads)
        held = map(self.bench.namespace.get, _union(part.names | part.writes for part in live))
        most = max((value.numel() for value in held if is_tensor(value)), default=0)
        value = _legible(self.bench.namespace.get(self.name, MISSING))
        return Outcome(value, setting, reads, most)

    def laid_out(self, setting: Setting, names: Collection[str]) -> dict[str, Any]:
        """Copies of what names hold before the lines run; `setting` has the gradients whose numbers count."""
        bench = self.bench
        given = bench.given.intersection(names) - {self.name}
        held = {name: bench.values[name] for name in names if name in bench.values}
        held |= {name: bench.cuts[bench.tensor_of(name)] for name in given}
        held |= setting.gradients
        if self.name in bench.attempt.plan.early and self.tensor in bench.cuts:
            held[self.name] = bench.cuts[self.tensor]
        return {name: _copy(value) for name, value in held.items()}

    def tried(self, edit: Edit) -> Outcome | None:
        """What comes of the edited lines; None where they are no Python."""
        top = edit.line.top
        changed = edit.of(self.slice.tops[top])
        try:
            code = compiled(changed, self.bench.program.filename)
        except (ValueError, TypeError, SyntaxError):
            return None
        beside, reads = self.slice.beside[edit.line], reads_of(edit.statements)
        own = {self.name} if edit.line.own else set[str]()
        names, values = beside.names | reads.names, beside.values | reads.values
        part = Part(code, values, names, self.parts[top].writes | own)
        return self.outcome([*self.parts[:top], part, *self.parts[top + 1 :]])

    def holds(self, edit: Edit) -> bool:
        """Whether the edited lines compute what arrives, and leave alone what else their line binds."""
        outcome = self.tried(edit)
        return outcome is not None and outcome.right and self._leaves_the_others(edit)

    def _leaves_the_others(self, edit: Edit) -> bool:
        """Whether the other gradients that the line fills stay what they are."""
        others = self.bench.given.intersection(edit.line.statement.binds) - {self.name}
        if not edit.line.own or not others:
            return True
        top = edit.line.top
        stands = self._values(others, [self.slice.tops[top]], top)
        changed = self._values(others, edit.of(self.slice.tops[top]), top)
        return all(_same(stands[name], changed[name]) for name in others)

    def _values(self, names: Collection[str], nodes: Sequence[ast.stmt], top: int) -> dict[str, Any]:
        """What names hold after statements in the place of a top-level one, with the same upstream."""
        parts = [*self.parts[:top], part_of_statements(self.bench.program, nodes)]
        laid_out = self.laid_out(self.stands.setting, _union(part.names for part in parts))
        with contextlib.suppress(Exception):
            run(self.bench, parts, laid_out)
        return {name: _legible(self.bench.namespace.get(name, MISSING)) for name in names}

    def holds_elsewhere(self, edit: Edit) -> bool:
        """Whether that is so where parameters that are 0 or 1 throughout have moved, if they are in it."""
        names = reads_of(edit.statements).names
        if not (names ^ edit.line.statement.reads) & self.bench.plain:
            return True
        with self.bench.elsewhere() as world:
            return self.remade(self.bench.attempt, world).holds(edit)

    @contextmanager
    def varied(self, variation: Variation) -> Iterator[Trial]:
        """The same lines where the program has other numbers."""
        with variation.open() as world:
            yield self.remade(variation.attempt, world)


def on_trial(bench: Bench, judgement: LineJudgement) -> Trial:
    """The lines that a judgement is about."""
    others = bench.given - {judgement.name}
    facts, apart = bench.attempt.session.facts, bench.attempt.apart
    behind = sliced(facts, judgement.name, judgement.lines, others, bench.complete_lines, apart)
    doubted = judgement.doubted_lines
    right = set(judgement.lines).difference(judgement.accused_lines or judgement.lines, doubted)
    edited = [line for line in behind.lines if _may_be_edited(line, right)]
    return _of_slice(bench, judgement, replace(behind, lines=edited))


def _may_be_edited(line: Line, right: Collection[int]) -> bool:
    if line.own:
        return line.statement.line not in right
    return not line.statement.hands_on


def _of_slice(bench: Bench, judgement: LineJudgement, behind: Slice) -> Trial:
    parts = tuple(part_of(bench.program, behind, place, top) for place, top in enumerate(behind.tops))
    setting = cache(partial(bench.setting, judgement.name))
    remade = partial(_remade, judgement, behind, bench.complete_lines)
    return Trial(bench, judgement, bench.tensor_of(judgement.name), behind, parts, setting, remade)


def _remade(
    judgement: LineJudgement,
    behind: Slice,
    complete_lines: Mapping[str, tuple[int, ...]],
    attempt: Attempt,
    world: World,
) -> Trial:
    return _of_slice(prepared(attempt, complete_lines, world), judgement, behind)


def part_of(program: Program, behind: Slice, place: int, top: ast.stmt) -> Part:
    """A top-level statement of a slice, compiled."""
    reads = reads_of([top])
    return Part(compiled([top], program.filename), reads.values, reads.names, behind.writes[place])


def part_of_statements(program: Program, nodes: Sequence[ast.stmt]) -> Part:
    """Statements that stand in the place of some, compiled."""
    reads = reads_of(nodes)
    stored = {node.id for top in nodes for node in ast.walk(top) if isinstance(node, ast.Name)}
    return Part(compiled(nodes, program.filename), reads.values, reads.names, frozenset(stored))


def _live(parts: Sequence[Part], name: str) -> list[Part]:
    """The statements that a name's value comes from."""
    needed, live = {name}, list[Part]()
    for part in reversed(parts):
        if part.writes & needed:
            live.insert(0, part)
            needed |= part.reads
    return live


def _copy(value: Any) -> Any:
    return copied(value) if is_tensor(value) else value


def _same(value: Any, other: Any) -> bool:
    if not is_tensor(value) or not is_tensor(other):
        return value is other
    return value.shape == other.shape and torch.allclose(value, other, equal_nan=True)


def _legible(value: Any) -> Any:
    """The value, of a tensor the numbers alone; one without any is none at all."""
    if not is_tensor(value):
        return value
    return MISSING if unreadable(value) else plain(value)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def run(bench: Bench, parts: Iterable[Part], laid_out: Mapping[str, Any]) -> None:
    """Run statements in the bench's namespace, where names hold what is laid out for them.

    What a statement raises is passed on.
    """
    namespace = bench.namespace
    namespace.clear()
    namespace.update(bench.values)
    bench.state.put_back()
    namespace.update(laid_out)
    with torch.no_grad():
        for part in parts:
            exec(part.code, namespace)
