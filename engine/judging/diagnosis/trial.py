"""Trying edits: the lines of one gradient run in the check's own world, compared with what arrived."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ...execution.reference_backward import differentiate
from ...execution.replay import World
from ...execution.steps import MISSING
from ...execution.vjps import arrivals
from ...tensors.comparison import finite_max
from ...tensors.vjp_agreement import Agreement, agreement
from ...verdict import Verdict
from ..linecheck.attempt import Attempt, random_cuts, random_like
from ..linecheck.dependence import Own, downstream, own_cuts
from ..linecheck.isolated_lines import compared_exactly, opened_moved
from ..linecheck.outcome import LineJudgement
from ..linecheck.perturbation import Moved
from ..linecheck.zero_one_parameters import plain_parameters
from .edit import Edit, Part, compiled
from .slicing import Behind, behind, reads_of

_SEED = 7_919


@dataclass(frozen=True, eq=False)
class Setting:
    """What stands for every other gradient, and what ought to come out."""

    gradients: Mapping[str, Tensor]
    expected: Tensor
    upstream: float


class Bench:
    """One world, prepared: the forward has run, and no line can spoil it for another."""

    def __init__(self, attempt: Attempt, complete_lines: Mapping[str, tuple[int, ...]]) -> None:
        self.attempt = attempt
        self.session = self.attempt.session
        self.iteration = self.attempt.iteration
        self.complete_lines = complete_lines
        self.names = self.attempt.reading.names
        self.plan = self.attempt.plan

    def open(self) -> AbstractContextManager[World]:
        """A world to prepare."""
        return self.attempt.open()

    def prepare(self, world: World) -> None:
        """Run the forward; afterwards the names hold tensors without a graph."""
        graph = self.attempt.forward(world)
        self.graph, self.loss = graph.tensors, graph.loss
        self.reads_of = dict(self.attempt.reading.static)
        self.cuts = {**self._more_cuts(), **random_cuts(self.attempt, graph)}
        reading = self.attempt.reading
        judged = frozenset(self.names) - reading.woven
        self.given = frozenset(map(reading.gradient_of, self.graph)) & judged
        self.below = _Below(self.graph, self.attempt.reading.tensor_of)
        self._arrived: dict[frozenset[str], dict[str, Tensor]] = {}
        namespace = self.session.namespace
        for name, value in list(namespace.items()):
            if isinstance(value, Tensor) and value.requires_grad:
                namespace[name] = value.detach()
        self.values = dict(namespace)

    def _more_cuts(self) -> dict[str, Tensor]:
        """Random gradients for the tensors whose gradients no line reads yet, but an edited one may."""
        return random_like(self.attempt, {name: self.graph[name] for name in sorted(self.graph)}, _SEED)

    @cached_property
    def plain(self) -> frozenset[str]:
        """The parameters that are 0 or 1 throughout: a line may be right because of that alone."""
        return plain_parameters(self.attempt)

    @cached_property
    def unused(self) -> frozenset[str]:
        """The tensors that the loss does not depend on."""
        found = differentiate(
            (self.loss,), (torch.ones_like(self.loss),), tuple(self.graph.values()), keep=True
        )
        return frozenset(name for name, one in zip(self.graph, found, strict=True) if one is None)

    def another(self) -> Bench:
        """One like it, to be prepared in another world."""
        return Bench(self.attempt, self.complete_lines)

    def elsewhere(self) -> AbstractContextManager[World]:
        """A world where these have moved a little."""
        still = self.attempt.parameters - self.plain | compared_exactly(self.attempt, self.cuts)
        return opened_moved(self.attempt, Moved(data=False, still=still))

    def arrived(self, cuts: frozenset[str]) -> dict[str, Tensor]:
        """What arrives everywhere with these cuts."""
        if cuts not in self._arrived:
            chosen = {name: self.cuts[name] for name in cuts}
            self._arrived[cuts] = arrivals(self.loss, self.graph, chosen)
        return self._arrived[cuts]

    def arrived_so_far(self) -> list[dict[str, Tensor]]:
        """All that arrived anywhere, with any cuts that were tried."""
        return list(self._arrived.values())

    def setting(self, name: str, reads: frozenset[str]) -> Setting:
        """For the lines of one gradient that read the gradients `reads`: cut there and nowhere else."""
        tensor = self.attempt.reading.tensor_of
        reading = {one: frozenset(self.reads_of.get(one, ())) & self.given for one in self.names}
        own: Own = own_cuts(name, {**reading, name: reads & self.given}, self.below, tensor)
        arrived = self.arrived(own.cuts)
        gradients = {
            one: self.cuts[tensor[one]] if tensor[one] in own.cuts else arrived[tensor[one]]
            for one in reads & self.given
        }
        upstream = max((finite_max(self.cuts[cut]) for cut in own.cuts), default=0.0)
        upstream = upstream or max(map(finite_max, arrived.values()), default=0.0)
        return Setting(gradients, arrived[tensor[name]], upstream)


class _Below(dict[str, frozenset[str]]):
    """The tensors downstream of each gradient's own, looked up when asked for."""

    def __init__(self, tensors: Mapping[str, Tensor], tensor_of: Mapping[str, str]) -> None:
        super().__init__()
        self.tensors = tensors
        self.tensor_of = tensor_of

    def get(self, name: str, default: Any = frozenset()) -> Any:
        """Those downstream of the tensor of the gradient `name`."""
        if name not in self:
            tensor = self.tensor_of.get(name, "")
            self[name] = downstream(self.tensors, tensor) if tensor in self.tensors else default
        return self[name]


class Trial:
    """The lines of one gradient on the bench."""

    def __init__(self, bench: Bench, judgement: LineJudgement, lines: Behind | None = None) -> None:
        self.bench = bench
        self.name = judgement.name
        self.tensor = judgement.name[1:]
        self.judgement = judgement
        program = bench.session.program
        others = bench.given - {self.name}
        self.behind = lines or behind(program, self.name, judgement.lines, others, bench.complete_lines)
        self.lines = self.behind.lines
        self.tries = 0
        self._parts = [self._part(at, top) for at, top in enumerate(self.behind.tops)]
        self._touched = {name for line in self.lines for name in line.statement.writes} | {self.name}
        self._work: dict[str, tuple[Tensor, int]] = {}
        self._settings: dict[frozenset[str], Setting] = {}
        live, self.setting = self._live(self._parts)
        self.reads = frozenset[str]().union(*(part.reads for part in live)) & bench.given - {self.name}
        self.value = self._attempted(live, self.setting)

    def _part(self, at: int, top: ast.stmt) -> Part:
        code = compiled([top], self.bench.session.program.filename)
        writes = {name for line in self.lines if line.top == at for name in line.statement.writes}
        reads = reads_of([top])
        return Part(code, reads.values, reads.names, frozenset(writes))

    @property
    def expected(self) -> Tensor:
        """What arrives at the tensor where the lines as they stand are cut."""
        return self.setting.expected

    def agrees(self, value: Any, setting: Setting | None = None) -> bool:
        """Whether a value is the gradient."""
        setting = setting or self.setting
        return _is_right(agreement(value, setting.expected, upstream=setting.upstream), value)

    def given(self, name: str) -> Tensor:
        """What stands for another gradient."""
        found = self.setting.gradients.get(name)
        return self.bench.cuts[name[1:]] if found is None else found

    def value_without_overwriting(self) -> Any:
        """The value where no statement changes what the forward left."""
        kept = [one for one in self._parts if not (one.writes - {self.name}) & self.bench.values.keys()]
        parts, setting = self._live(kept)
        return self._attempted(parts, setting)

    def agrees_with(self, value: Any, other: Tensor) -> bool:
        """Whether a value is what arrived at another tensor."""
        return agreement(value, other, upstream=self.setting.upstream).verdict is Verdict.RIGHT

    def holds(self, edit: Edit) -> bool:
        """Whether the edited lines compute what arrives."""
        found = self._with(edit)
        return found is not None and self.agrees(*found)

    def holds_elsewhere(self, edit: Edit) -> bool:
        """Whether that is so where parameters that are 0 or 1 throughout have moved, if they are in it."""
        with edit.made() as statements:
            new = reads_of(statements).names
        if not (new ^ edit.line.statement.reads) & self.bench.plain:
            return True
        bench = self.bench.another()
        with self.bench.elsewhere() as world:
            bench.prepare(world)
            return Trial(bench, self.judgement, self.behind).holds(edit)

    def tried(self, edit: Edit) -> Any:
        """The value of the edited lines; MISSING where they raise."""
        found = self._with(edit)
        return MISSING if found is None else found[0]

    def _with(self, edit: Edit) -> tuple[Any, Setting] | None:
        self.tries += 1
        with edit.made() as statements:
            top = edit.line.top
            whole = edit.line.node is not self.behind.tops[top]
            changed = [self.behind.tops[top]] if whole else list(statements)
            try:
                code = compiled(changed, self.bench.session.program.filename)
            except (ValueError, TypeError, SyntaxError):
                return None
            reads = reads_of(changed)
        part = Part(
            code, reads.values, reads.names, self._parts[top].writes | {self.name if edit.line.own else ""}
        )
        parts = [*self._parts[:top], part, *self._parts[top + 1 :]]
        parts, setting = self._live(parts)
        return self._attempted(parts, setting), setting

    def _live(self, parts: list[Part]) -> tuple[list[Part], Setting]:
        """The statements that the gradient comes from, and the setting for what they read."""
        needed, live = {self.name}, list[Part]()
        for part in reversed(parts):
            if part.writes & needed:
                live.insert(0, part)
                needed |= part.reads
        reads = frozenset[str]().union(*(part.reads for part in live))
        return live, self._setting(reads & self.bench.given - {self.name})

    def _setting(self, reads: frozenset[str]) -> Setting:
        if reads not in self._settings:
            self._settings[reads] = self.bench.setting(self.name, reads)
        return self._settings[reads]

    def _attempted(self, parts: Sequence[Part], setting: Setting) -> Any:
        """The gradient's value; MISSING where a line raises."""
        namespace = self.bench.session.namespace
        self._lay_out(setting, frozenset[str]().union(*(part.names for part in parts)))
        try:
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for part in parts:
                    exec(part.code, namespace)
            value = namespace.get(self.name, MISSING)
            return value.clone() if isinstance(value, Tensor) else value
        except Exception:
            return MISSING

    def _lay_out(self, setting: Setting, names: frozenset[str]) -> None:
        """Every name as it is before the lines run; what the last try changed in place is copied anew."""
        namespace, values = self.bench.session.namespace, self.bench.values
        for name in self._touched - values.keys():
            namespace.pop(name, None)
        for name in (self._touched | names) & values.keys():
            namespace[name] = self._fresh(name, values[name], "")
        for name in names & self.bench.given - {self.name} - setting.gradients.keys():
            namespace[name] = self._fresh(name, self.bench.cuts[name[1:]], "shape")
        for name, tensor in setting.gradients.items():
            namespace[name] = self._fresh(name, tensor, str(id(tensor)))
        if self.name in self.bench.plan.early and self.tensor in self.bench.cuts:
            namespace[self.name] = self._fresh(self.name, self.bench.cuts[self.tensor], "early")

    def _fresh(self, name: str, value: Any, mark: str) -> Any:
        if not isinstance(value, Tensor):
            return value
        tensor, version = self._work.get(name + mark, (None, 0))
        if tensor is None or tensor._version != version:
            tensor = value.clone()
            self._work[name + mark] = (tensor, tensor._version)
        return tensor

    def value_of(self, tree: ast.expr) -> Any:
        """The value of an expression once the lines have run as they stand; MISSING where it raises."""
        try:
            code = compile(ast.fix_missing_locations(ast.Expression(tree)), "<diagnosis>", "eval")
            with torch.no_grad():
                return eval(code, self.bench.session.namespace)
        except Exception:
            return MISSING

    def as_it_stands(self) -> None:
        """Run the lines as they stand, so that names have their values."""
        self._attempted(self._parts, self.setting)


def _is_right(found: Agreement, value: Any) -> bool:
    if found.verdict is Verdict.NOT_EXERCISED:
        return bool(value.any())  # zeros are no formula, though the gradient may cancel to zero
    return found.verdict is Verdict.RIGHT
