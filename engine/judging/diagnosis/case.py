"""One accused line with everything that candidates are made from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from torch import Tensor

from ...execution.steps import MISSING
from ...program.statements import Statement
from ...rules.derivation.derive import Derived
from ...rules.trees import copied, text_of, unparsed
from .edit import Edit, Line, Spot, number, spots_of
from .probes import Probe, constant_ratio, probed
from .trial import Trial


class Case:
    """A gradient on trial: its lines, the values in them, and the program around."""

    def __init__(self, trial: Trial, derived: Derived | None) -> None:
        self.trial = trial
        self.derived = derived
        self.name = trial.name
        self.tensor = trial.tensor
        self.program = trial.bench.session.program
        self.values = trial.bench.values
        self.lines = trial.lines
        trial.as_it_stands()
        self._spots = {id(line): spots_of(line.node) for line in self.lines}
        self._known: dict[int, Any] = {}
        self._values_of_spots()

    def _values_of_spots(self) -> None:
        for _, spot in self.spots():
            known = number(spot.node)
            self._known[id(spot.node)] = known if known is not None else self.trial.value_of(spot.node)

    def spots(self) -> Iterator[tuple[Line, Spot]]:
        """Every expression of every line, own lines first."""
        for line in self.lines:
            for spot in self._spots[id(line)]:
                yield line, spot

    def value(self, node: ast.expr) -> Any:
        """What an expression of the lines was, MISSING if that is not known."""
        return self._known.get(id(node), MISSING)

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of an expression that is a tensor."""
        value = self.value(node)
        return tuple(value.shape) if isinstance(value, Tensor) else None

    def is_scalar(self, node: ast.expr) -> bool:
        """Whether an expression is one number."""
        value = self.value(node)
        if isinstance(value, Tensor):
            return value.dim() == 0
        return isinstance(value, int | float) and not isinstance(value, bool)

    @cached_property
    def probes(self) -> list[Probe]:
        """What every part of the lines would have to be multiplied by."""
        return probed(self.trial, [one for one in self.spots() if self._measurable(one[1])])

    @cached_property
    def ratio(self) -> float | None:
        """What the value is times what it should be, where that is the same in every entry."""
        return constant_ratio(self.trial)

    def _measurable(self, spot: Spot) -> bool:
        known = self.value(spot.node)
        return not isinstance(spot.parent, ast.Compare) and isinstance(known, Tensor | int | float)

    @cached_property
    def forward(self) -> Sequence[Statement]:
        """The statements of the forward."""
        section = self.program.section("forward")
        return section.statements if section else ()

    @cached_property
    def users(self) -> list[str]:
        """The tensors that the forward makes from this one, the last made first."""
        found = [name for one in self.forward if self.tensor in one.reads for name in one.binds]
        found = [name for name in found if f"d{name}" in self.trial.bench.given and name != self.tensor]
        return list(dict.fromkeys(reversed(found)))

    @cached_property
    def near(self) -> list[Statement]:
        """The forward statements that read this tensor or bind it."""
        return [s for s in self.forward if self.tensor in s.reads or self.tensor in s.binds]

    @cached_property
    def nearby(self) -> frozenset[str]:
        """The names in the nearest statements, in the derived lines, and in those of the users."""
        found = {name for one in self.near for name in (*one.binds, *one.reads)}
        if self.derived is not None:
            found |= {name for line in self.derived.lines for name in _names(line)}
        made = {name for one in self.near for name in one.binds}
        around = [one for one in self.forward if set(one.binds) & found or one.reads & made]
        return frozenset(found.union(*(one.reads for one in around)))

    @cached_property
    def parts(self) -> list[tuple[str, Tensor]]:
        """Expressions of the forward around this tensor, and of the derived lines, with their values."""
        trees = [
            spot.node for one in self.forward if set(one.binds) & self.nearby for spot in spots_of(one.node)
        ]
        for line in self.derived.lines if self.derived is not None else ():
            trees += [spot.node for statement in ast.parse(line).body for spot in spots_of(statement)]
        texts = {written(tree): tree for tree in trees if not isinstance(tree, ast.Name | ast.Constant)}
        found = [(text, self.trial.value_of(copied(tree))) for text, tree in texts.items()]
        return [
            (text, value) for text, value in found if isinstance(value, Tensor) and value.is_floating_point()
        ]

    @cached_property
    def tensors(self) -> list[str]:
        """The names of floating tensors that lines may read, those of the nearest statements first."""
        near = [name for one in self.near for name in (*one.binds, *sorted(one.reads))]
        if self.derived is not None:
            near = [name for line in self.derived.lines for name in _names(line)] + near
        every = [*near, *self.values]
        return [
            name
            for name in dict.fromkeys(every)
            if isinstance(self.values.get(name), Tensor)
            and self.values[name].is_floating_point()
            and name != "loss"
            and not name.startswith("__")
        ]

    @cached_property
    def gradients(self) -> list[str]:
        """The gradients that lines may read, those of the users first."""
        users = [f"d{name}" for name in self.users]
        others = sorted(self.trial.bench.given - {self.name, *users})
        order = {f"d{name}": i for i, one in enumerate(self.forward) for name in one.binds}
        return users + sorted(others, key=lambda one: order.get(one, -1))

    def edit(self, kind: str, say: str | Callable[[], str], line: Line, spot: Spot | None, new: Any) -> Edit:
        """One thing to try."""
        return Edit(kind, say if callable(say) else lambda: say, line, new, spot)


def _names(text: str) -> list[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def swapped(was: ast.expr, new: ast.expr) -> Callable[[], str]:
    """`A where B belongs`, written out when it is wanted."""
    return lambda: f"{written(was)} where {written(new)} belongs"


def written(node: ast.AST) -> str:
    """An expression or a statement as a program would have it."""
    if isinstance(node, ast.expr):
        return text_of(node)
    return unparsed(ast.fix_missing_locations(copied(node)))


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    """An operation of two expressions."""
    return ast.BinOp(left=left, op=operator, right=right)


def method(of: ast.expr, which: str, *args: ast.expr, **keywords: Any) -> ast.expr:
    """`of.which(...)`."""
    named = [ast.keyword(arg=key, value=ast.Constant(value)) for key, value in keywords.items()]
    return ast.Call(func=ast.Attribute(value=of, attr=which, ctx=ast.Load()), args=list(args), keywords=named)


def first(edits: Iterable[Edit], trial: Trial) -> Edit | None:
    """The first edit that makes the lines right."""
    return next((edit for edit in edits if trial.holds(edit)), None)
