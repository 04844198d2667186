"""What one use of a tensor adds to its gradient: a product of factors with the upstream gradient."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from .style import style
from .trees import filled, names_in, negative, product, quotient, template, text_of
from .trees import name as name_tree

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Factor:
    """One factor or divisor of a term."""

    tree: ast.expr
    shape: Shape | None
    """None of a number that is no tensor."""
    divides: bool = False
    mask: bool = False
    """Whether it is a tensor of truth values, which has no minus."""

    @property
    def scalar(self) -> bool:
        """Whether it is one number: it may stand outside of sums and products of matrices."""
        return not self.shape


@dataclass(frozen=True, eq=False)
class Helper:
    """A variable that a term needs, as it is used more than once or made in steps."""

    name: str
    tree: ast.expr
    then: tuple[str, ...] = ()
    """Statements that change it."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One of several pieces that a tensor was taken apart into."""

    source: Any
    """The expression that takes it apart; the same one for all of its pieces."""
    place: int
    total: int
    call: ast.expr
    """The expression as it can be written in the backward."""
    dim: ast.expr
    function: str
    """What joins the pieces again: `cat` or `stack`."""

    def joined(self, pieces: Mapping[int, ast.expr]) -> ast.expr:
        """The gradients of all pieces in one; a piece that has none gets zeros."""
        parts = [pieces.get(at) or self._zeros(at) for at in range(self.total)]
        listed = ast.List(elts=parts, ctx=ast.Load())
        if isinstance(self.dim, ast.Constant) and self.dim.value == 0:
            return template(f"torch.{self.function}(parts)", parts=listed)
        return template(f"torch.{self.function}(parts, dim)", parts=listed, dim=self.dim)

    def _zeros(self, at: int) -> ast.expr:
        return template(f"torch.zeros_like(call[{at}])", call=self.call)


@dataclass(frozen=True, eq=False)
class Term:
    """`sign * factors * base / divisors`.

    `shape` is that of the expression whose gradient this is. The text may yield less, which broadcasting
    makes up for: `actual`.
    """

    base: ast.expr | None
    """The upstream gradient, or what sums and products of matrices made of it; None stands for one."""
    shape: Shape
    base_shape: Shape
    factors: tuple[Factor, ...] = ()
    minus: bool = False
    shares: str = ""
    """The name whose memory the base is or may be a view of."""
    into: ast.expr | None = None
    """Where in the tensor it belongs, if it is the gradient of a part: an index."""
    accumulates: bool = False
    """Whether that index may name an entry more than once."""
    adds: tuple[int, int] | None = None
    """If it may, and only one dimension is indexed: which one, and of how many dimensions the index is."""
    piece: Piece | None = None
    """Which piece of the tensor it belongs to, if that was taken apart."""
    helpers: tuple[Helper, ...] = ()
    """Variables that have to be there before the text is read."""

    @property
    def actual(self) -> Shape:
        """The shape that the text yields."""
        shapes = [self.base_shape, *(factor.shape or () for factor in self.factors)]
        return tuple(torch.broadcast_shapes(*shapes))  # type: ignore[no-untyped-call]

    @property
    def bare(self) -> bool:
        """Whether it is the base alone."""
        return not self.factors and not self.minus

    @property
    def number(self) -> bool:
        """Whether the text yields a number and no tensor."""
        return self.base is None and all(factor.shape is None for factor in self.factors)

    def times(self, tree: ast.expr, shape: Shape | None = None, *, mask: bool = False) -> Term:
        """With one more factor; `shape` is that of a tensor, a mask is one of truth values."""
        return replace(self, factors=(*self.factors, Factor(tree, shape, mask=mask)))

    def over(self, tree: ast.expr, shape: Shape | None = None) -> Term:
        """With one more divisor; `shape` is that of a tensor."""
        return replace(self, factors=(*self.factors, Factor(tree, shape, divides=True)))

    def negated(self) -> Term:
        """With the other sign."""
        return replace(self, minus=not self.minus)

    def of_shape(self, shape: Shape) -> Term:
        """The same text as the gradient of an expression of another shape that broadcasts to it."""
        return replace(self, shape=tuple(shape))

    def full(self, like: ast.expr) -> Term:
        """With text that yields the whole shape; `like` is an expression of that shape."""
        if self.actual == self.shape and not self.number:
            return self
        ones = Factor(template("torch.ones_like(like)", like=like), self.shape)
        return replace(self, factors=(ones, *self.factors))

    def through(self, text: str, shape: Shape, *, view: bool = False, **holes: ast.expr) -> Term:
        """After a linear operation, `text` with `up` for what comes in; numbers stay outside of it.

        `shape` is what it yields.
        """
        inside = [factor for factor in self.factors if not factor.scalar]
        outside = tuple(factor for factor in self.factors if factor.scalar)
        shares = self.shares if view and not inside else ""
        base, helpers = self._core(inside), self.helpers
        if names_in(text).count("up") > 1 and not isinstance(base, ast.Name):
            helper = self._helper("upstream", base)
            base, helpers = name_tree(helper.name), (*helpers, helper)
        return replace(
            self,
            base=template(text, up=base, **holes),
            shape=tuple(shape),
            base_shape=tuple(shape),
            factors=outside,
            shares=shares,
            helpers=helpers,
        )

    def through_all(self, text: str) -> Term:
        """After what keeps the shape and is linear for real numbers alone, `text` with `up` for all of it."""
        up = replace(self, minus=False).written()
        base = template(text, up=up)
        return replace(self, base=base, base_shape=self.actual, factors=(), shares="")

    def whole(self, like: ast.expr) -> Term:
        """The gradient of the whole where this is that of a part; `like` is what it is a part of."""
        if self.piece is not None:
            base = self.piece.joined({self.piece.place: self.written()})
            return replace(self, base=base, factors=(), minus=False, shares="", piece=None)
        if self.into is None:
            return self
        up = "{name}" + at_index(self)
        term = replace(self, factors=(), minus=False, shares="", into=None, base_shape=self.shape)
        spread, base = term.with_helper("spread", template("torch.zeros_like(like)", like=like), [up])
        return replace(spread, base=base)

    def with_helper(self, wanted: str, tree: ast.expr, then: Sequence[str] = ()) -> tuple[Term, ast.expr]:
        """With one more variable, called as wanted if that is free, and its name to be read.

        The statements `then` have `{name}` in its place.
        """
        helper = self._helper(wanted, tree, then)
        return replace(self, helpers=(*self.helpers, helper)), name_tree(helper.name)

    def _helper(self, wanted: str, tree: ast.expr, then: Sequence[str] = ()) -> Helper:
        free = style().fresh(wanted, frozenset(helper.name for helper in self.helpers))
        return Helper(free, tree, tuple(line.replace("{name}", free) for line in then))

    def _core(self, factors: list[Factor]) -> ast.expr:
        core = _multiplied(factors, self.base)
        return core if core is not None else template("torch.ones(())")

    def written(self) -> ast.expr:
        """The whole term, its helpers by their names."""
        masked = [factor for factor in self.factors if factor.mask]
        tree = _multiplied(self.factors, self.base)
        if tree is None:
            tree = template("torch.ones(())")
        if not self.minus:
            return tree
        if (
            self.base is None
            or any(not factor.mask for factor in self.factors if not factor.divides)
            or not masked
        ):
            return negative(tree)
        negated = _multiplied(self.factors, negative(self.base))
        assert negated is not None
        return negated

    def tree(self) -> ast.expr:
        """The whole term as one expression, what helpers stand for in their places where that can be said."""
        tree = self.written()
        for helper in reversed(self.helpers):
            if not helper.then:
                tree = filled(tree, {helper.name: helper.tree})
        return tree


def _multiplied(factors: tuple[Factor, ...] | list[Factor], base: ast.expr | None) -> ast.expr | None:
    numbers = [factor.tree for factor in factors if not factor.divides and factor.scalar]
    tensors = [factor for factor in factors if not factor.divides and not factor.scalar]
    # truth values come last: a minus in front of one is an error
    ordered = [factor.tree for factor in sorted(tensors, key=lambda factor: factor.mask)]
    divisors = [factor.tree for factor in factors if factor.divides]
    numerator = product([*numbers, *ordered, *([base] if base is not None else [])])
    if numerator is None and divisors:
        numerator = ast.Constant(1)
    return quotient(numerator, divisors) if numerator is not None else None


def at_index(term: Term, sign: str = "=") -> str:
    """What puts a term where a part was read, to follow the name of a tensor."""
    assert term.into is not None
    value = term.written()
    if term.adds is not None:
        return _added_at(term.into, value, *term.adds)
    if term.accumulates:
        index = term.into if isinstance(term.into, ast.Tuple) else ast.Tuple(elts=[term.into], ctx=ast.Load())
        return f".index_put_({text_of(index)}, {text_of(value)}, accumulate=True)"
    text = text_of(term.into)
    if isinstance(term.into, ast.Tuple) and term.into.elts:
        text = ", ".join(text_of(element) for element in term.into.elts)
    return f"[{text}] {sign} {text_of(value)}"


def _added_at(into: ast.expr, value: ast.expr, dim: int, rank: int) -> str:
    """Added along one dimension, to which an index of so many dimensions led."""
    index = into.elts[dim] if isinstance(into, ast.Tuple) else into
    if isinstance(index, ast.List):
        index = template("torch.tensor(index)", index=index)
    if rank > 1:
        index = template("index.flatten()", index=index)
        value = template(f"value.flatten({dim}, {dim + rank - 1})", value=value)
    return text_of(
        template(f"x.index_add_({dim}, index, value)", x=name_tree("x"), index=index, value=value)
    )[1:]
