"""One accused line with everything that candidates are made from."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ...execution.iteration import Iteration
from ...execution.recording.steps import MISSING
from ...program.frame import Frame
from ...program.items.kinds import Kinds
from ...program.items.places import parsed_lines
from ...program.statements import Statement
from ...rules.derivation.derive import Derived
from ...rules.trees import copied
from ...tensors.held_names import all_names
from ...tensors.inert import is_a, is_any, is_given_name, is_tensor
from ..linecheck.lines.outcome import LineJudgement
from .edit import Line, Spot, number, place_in_text, spots_of
from .probes import Probe, constant_ratio, probed
from .slicing import unread
from .trial import Trial, on_trial, run
from .within_reach import gradients_within_reach, within_reach
from .wording import written

_NUMBERS = (Tensor, int, float)


@dataclass(frozen=True, eq=False)
class Varied:
    """The lines as they stand where the program has other numbers."""

    ratio: float | None
    """What the value is times what it should be, where that is the same in every entry."""
    values: Mapping[str, Any]
    """What every name holds once the forward has run."""
    decides: bool
    """Whether what is not so here is not so."""


@dataclass(frozen=True, eq=False)
class Case:
    """A gradient on trial: its lines, the values in them, and the program around."""

    trial: Trial
    derivation: Mapping[str, Derived]
    """What the rules derive, by the name of the tensor."""
    spots: Sequence[tuple[Line, Spot]]
    """Every expression of every line, own lines first."""
    standing: dict[str, Any]
    """What every name holds once the lines have run as they stand."""
    known: Mapping[int, Any]
    """By the id of its node, what an expression of the lines was."""
    made_from_it: Sequence[str] = ()
    """Of a helper variable, the tensors whose gradients are made from it."""

    @property
    def name(self) -> str:
        """The gradient's name."""
        return self.trial.name

    @property
    def tensor(self) -> str:
        """The name of the tensor whose gradient it is."""
        return self.trial.tensor

    @property
    def derived(self) -> Derived | None:
        """What the lines ought to be, where that is known."""
        return self.derivation.get(self.tensor)

    @property
    def values(self) -> Mapping[str, Any]:
        """What every name holds once the forward has run."""
        return self.trial.bench.values

    def value(self, node: ast.expr) -> Any:
        """What an expression of the lines was, MISSING if that is not known."""
        return self.known.get(id(node), MISSING)

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of an expression that is a tensor."""
        value = self.value(node)
        return tuple(value.shape) if is_tensor(value) else None

    def is_scalar(self, node: ast.expr) -> bool:
        """Whether an expression is one number."""
        value = self.value(node)
        if is_tensor(value):
            return value.dim() == 0
        return is_any(value, (int, float)) and not is_a(value, bool)

    def value_of(self, tree: ast.expr) -> Any:
        """The value of any other expression after the lines; MISSING where it raises."""
        return evaluated(copied(tree), self.standing)

    @cached_property
    def probes(self) -> list[Probe]:
        """What every part of the lines would have to be multiplied by."""
        numbers = [(line, spot) for line, spot in self.spots if isinstance(self.value(spot.node), _NUMBERS)]
        return probed(self.trial, numbers)

    @cached_property
    def ratio(self) -> float | None:
        """What the value is times what it should be, where that is the same in every entry."""
        return constant_ratio(self.trial)

    @cached_property
    def varied(self) -> Sequence[Varied]:
        """The lines in every variation of the program."""
        found = list[Varied]()
        for variation in self.trial.bench.variations:
            with self.trial.varied(variation) as there:
                found.append(Varied(constant_ratio(there), there.bench.values, variation.decides))
        return found

    @cached_property
    def beside(self) -> Sequence[LineJudgement]:
        """The right gradients that are made with some of the same lines."""
        bench, own = self.trial.bench, _places(self.trial)
        trials = [on_trial(bench, one) for one in bench.right]
        return [one.judgement for one in trials if own & _places(one) and one.stands.right]

    @cached_property
    def forward(self) -> Sequence[Statement]:
        """The statements of the forward."""
        section = self.trial.bench.program.section("forward")
        return section.statements if section else ()

    @cached_property
    def users(self) -> list[str]:
        """The tensors that the forward makes from this one, the last made first."""
        bench = self.trial.bench
        made = [name for s in self.forward if self.tensor in s.reads for name in s.binds]
        made = [name for name in made if bench.gradient_of(name) in bench.given and name != self.tensor]
        return list(dict.fromkeys(reversed(made)))

    @cached_property
    def user_gradients(self) -> list[str]:
        """The gradients of the users, as far as the lines may read them."""
        return self._reached(gradients_within_reach, map(self.trial.bench.gradient_of, self.users))

    @cached_property
    def near(self) -> list[Statement]:
        """The forward statements that read this tensor or bind it."""
        return [s for s in self.forward if self.tensor in s.reads or self.tensor in s.binds]

    @cached_property
    def nearby(self) -> frozenset[str]:
        """The names in the nearest statements, in the derived lines, and in those of the users."""
        names = {name for statement in self.near for name in (*statement.binds, *statement.reads)}
        names.update(self._derived_names)
        made = {name for statement in self.near for name in statement.binds}
        around = [s for s in self.forward if names.intersection(s.binds) or s.reads & made]
        return frozenset(names.union(*(statement.reads for statement in around)))

    @cached_property
    def unread(self) -> list[str]:
        """The helper variables that no line reads."""
        attempt = self.trial.bench.attempt
        return unread(attempt.session.facts, attempt.reading.names, attempt.apart)

    @cached_property
    def parts(self) -> list[tuple[str, Tensor]]:
        """Expressions of the forward around this tensor, and of the derived lines, with their values."""
        around = [s.node for s in self.forward if self.nearby.intersection(s.binds)]
        trees = [spot.node for node in (*around, *self.derived_nearby) for spot in spots_of(node)]
        texts = {written(tree): tree for tree in trees if not isinstance(tree, ast.Name | ast.Constant)}
        values = [(text, self.value_of(tree)) for text, tree in texts.items()]
        return [(text, value) for text, value in values if _is_floating(value)]

    @cached_property
    def tensors(self) -> list[str]:
        """The names of floating tensors that lines may read, those of the nearest statements first."""
        near = [name for s in self.near for name in (*s.binds, *sorted(s.reads))]
        every = self._reached(within_reach, [*self._derived_names, *near, *self.values])
        floating = [name for name in every if _is_floating(self.values.get(name))]
        loss = self.trial.bench.program.loss
        return [name for name in floating if name != loss and is_given_name(name)]

    @cached_property
    def gradients(self) -> list[str]:
        """The gradients that lines may read, those of the users first."""
        bench = self.trial.bench
        others = sorted(bench.given - {self.name, *self.user_gradients})
        bound = enumerate(self.forward)
        order = {bench.gradient_of(name): place for place, statement in bound for name in statement.binds}
        others = sorted(others, key=lambda gradient: order.get(gradient, -1))
        return self._reached(gradients_within_reach, [*self.user_gradients, *others])

    @cached_property
    def derived_statements(self) -> list[ast.stmt]:
        """The lines that the rules derive, where they do."""
        return _parsed(self.derived, self.trial.bench.program.kinds)

    @cached_property
    def derived_nearby(self) -> list[ast.stmt]:
        """Those, and the ones for what is made from a helper variable: they have the slopes on the way."""
        others = [
            _parsed(self.derivation.get(name), self.trial.bench.program.kinds) for name in self.made_from_it
        ]
        return [*self.derived_statements, *(statement for lines in others for statement in lines)]

    def _reached(
        self, reach: Callable[[Iterable[str], Frame | None, Iteration], list[str]], names: Iterable[str]
    ) -> list[str]:
        """Names that the gradient's own lines may read; all where no function is stepped."""
        statements = self.trial.bench.program.statements
        frames = {line.statement.caller for line in self.trial.lines if line.own}
        if len(frames) != 1 or all(one.frame is None for one in statements):
            return [*dict.fromkeys(names)]
        return reach(names, frames.pop(), self.trial.bench.attempt.iteration)

    @cached_property
    def _derived_names(self) -> list[str]:
        nodes = [node for statement in self.derived_statements for node in ast.walk(statement)]
        return [node.id for node in nodes if isinstance(node, ast.Name)]


def _parsed(derived: Derived | None, kinds: Kinds) -> list[ast.stmt]:
    lines = derived.lines if derived is not None else ()
    return [statement for line in lines for statement in parsed_lines(line, kinds)]


def case_of(trial: Trial, derivation: Mapping[str, Derived], made_from_it: Sequence[str] = ()) -> Case:
    """Everything that there is to know of lines as they stand; `derivation` says what they ought to be."""
    spots = [(line, spot) for line in trial.lines for spot in spots_of(line.node)]
    standing = _standing(trial)
    known = {id(spot.node): _known(spot.node, standing) for _, spot in spots}
    return Case(trial, derivation, spots, standing, known, made_from_it)


def _standing(trial: Trial) -> dict[str, Any]:
    """What every name holds after the lines, the gradients that they do not read among them."""
    bench = trial.bench
    laid_out = trial.laid_out(trial.stands.setting, bench.values.keys() | bench.given)
    with contextlib.suppress(Exception):  # what stands before a line that raises has its value
        run(bench, trial.parts, laid_out)
    return all_names(bench.namespace)


def _known(node: ast.expr, standing: dict[str, Any]) -> Any:
    literal = number(node)
    return evaluated(node, standing) if literal is None else literal


def _places(trial: Trial) -> set[tuple[object, ...]]:
    """Where the top-level statements stand that make a gradient."""
    return {place_in_text(top) for top in trial.slice.tops}


def evaluated(tree: ast.expr, names: dict[str, Any]) -> Any:
    """The value of an expression where names hold these values; MISSING where it raises."""
    try:
        code = compile(ast.fix_missing_locations(ast.Expression(tree)), "<diagnosis>", "eval")
        with torch.no_grad():
            return eval(code, names)
    except Exception:
        return MISSING


def _is_floating(value: object) -> bool:
    return is_tensor(value) and value.is_floating_point()
