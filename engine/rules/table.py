"""The table of rules: for every operation and operand, the term that the operand's gradient gets."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .node import Node, Refused
from .operation import Operand, Operation, value_of
from .term import Shape, Term
from .trees import is_number, names_in, template

Yields = Callable[["Use"], Term]


@dataclass(frozen=True, eq=False)
class Rule:
    """One row: the vector-Jacobian product of an operation for one of its operands."""

    operation: str
    operand: str
    parameters: tuple[str, ...]
    title: str
    sentence: str
    """One plain sentence, with the condition under which it holds."""
    formula: str
    """In symbols, `dx += ...`; `out` is the result, `dout` the upstream gradient."""
    source: str
    term: Yields


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a tensor: an operation, the operand that it is, and what comes in from above."""

    operation: Operation
    operands: Mapping[str, Operand]
    rule: Rule
    up: Term
    node: Node
    """The operand in question."""
    place: int = 0
    """Its place among several that stand for one parameter."""

    def tree(self, parameter: str) -> ast.expr:
        """An operand as it stands in a slope: of complex numbers, conjugated.

        A gradient in torch's convention is the upstream gradient times the conjugate of the slope, and the
        slope of what has one for complex numbers, at the conjugate, is its conjugate.
        """
        operand = self._given(parameter)
        if isinstance(operand, Node):
            return conjugate(operand)
        return ast.Tuple(elts=[_tree(part) for part in operand], ctx=ast.Load())

    def as_it_is(self, parameter: str) -> ast.expr:
        """An operand as it can be written in the backward, for what has no slope for complex numbers."""
        return _tree(self._given(parameter))

    def _given(self, parameter: str) -> Node | tuple[Operand, ...]:
        operand = self.operands.get(parameter)
        if operand is None:
            raise Refused(f"{self.operation.name} without {parameter} has no rule", self.line)
        return operand

    def value(self, parameter: str, default: Any = None) -> Any:
        """The value of an operand; the default where it was left out."""
        return value_of(self.operands[parameter]) if parameter in self.operands else default

    def shape(self, parameter: str) -> Shape:
        """The shape of an operand that is a tensor, () of a number."""
        return self.shape_or_none(parameter) or ()

    def shape_or_none(self, parameter: str) -> Shape | None:
        """The shape of an operand; None of a number that is no tensor."""
        value = self.value(parameter)
        return tuple(value.shape) if isinstance(value, Tensor) else None

    def is_literal(self, parameter: str) -> bool:
        """Whether an operand is a number that stands in the program, or is left out.

        A name may stand for another number later on.
        """
        operand = self.operands.get(parameter)
        if isinstance(operand, Node):
            return not operand.name and is_number(operand.written)
        return operand is None

    def is_mask(self, parameter: str) -> bool:
        """Whether an operand is a tensor of truth values."""
        value = self.value(parameter)
        return isinstance(value, Tensor) and value.dtype is torch.bool

    @property
    def line(self) -> int:
        """The line of the forward."""
        return self.operation.node.line

    @property
    def out(self) -> ast.expr:
        """The result as it stands in a slope: of complex numbers, conjugated."""
        return conjugate(self.operation.node)

    @property
    def is_complex(self) -> bool:
        """Whether the operand in question is a tensor of complex numbers."""
        return _is_complex(self.node.value)

    @property
    def out_shape(self) -> Shape:
        """The shape of the result."""
        return tuple(self.operation.node.value.shape)

    def write(self, text: str, **holes: ast.expr) -> ast.expr:
        """A template with operands by their parameters, and `out`, in place."""
        names = set(names_in(text))
        trees = {
            parameter: self.tree(parameter)
            for parameter in names & set(self.operands)
            if parameter not in holes
        }
        if "out" in names and "out" not in holes:
            trees["out"] = self.out
        return template(text, **trees, **holes)

    @property
    def full_up(self) -> Term:
        """What comes in, in the whole shape of the result."""
        up = self.up
        return up if up.actual == up.shape and not up.number else up.full(self.out)

    def through(
        self, text: str, shape: Shape | None = None, *, view: bool = False, **holes: ast.expr
    ) -> Term:
        """What comes in after a linear operation: a template with `up`, operands and `out`.

        `shape` is what it yields, by default that of the operand.
        """
        names = {
            parameter: self.tree(parameter)
            for parameter in {*names_in(text)} & self.operands.keys() - holes.keys()
        }
        up = self.full_up
        if "out" in names_in(text) and "out" not in holes:
            up, names["out"] = self.result(up, names_in(text).count("out"))
        shape = tuple(self.node.value.shape) if shape is None else shape
        return up.through(text, shape, view=view, **names, **holes)

    def result(self, up: Term, times: int) -> tuple[Term, ast.expr]:
        """The result, as a variable if it has no name and is needed more than once."""
        if times < 2 or isinstance(self.out, ast.Name):
            return up, self.out
        return up.with_helper(self.operation.name, self.out)

    def summed(self, term: Term) -> Term:
        """Summed over what the operand was broadcast along."""
        shape = tuple(self.node.value.shape)
        if term.shape == shape:
            return term
        whole = term.actual == term.shape and not term.number
        return _summed(term if whole else term.full(self.out), shape)


def _tree(operand: Operand) -> ast.expr:
    if isinstance(operand, Node):
        return operand.tree()
    if isinstance(operand, tuple):
        return ast.Tuple(elts=[_tree(part) for part in operand], ctx=ast.Load())
    return ast.Constant(None)


def conjugate(node: Node) -> ast.expr:
    """An expression as it can be written in the backward; conjugated if its numbers are complex."""
    tree = node.tree()
    if isinstance(tree, ast.Constant) and isinstance(tree.value, complex):
        return ast.UnaryOp(ast.USub(), tree)  # a literal has no real part
    if isinstance(node.value, complex):
        return template("z.conjugate()", z=tree)
    return template("z.conj()", z=tree) if _is_complex(node.value) else tree


def _is_complex(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_complex()


def unbroadcast(term: Term, shape: Shape, like: ast.expr) -> Term:
    """Sum a term over the dimensions along which an operand of `shape` was repeated."""
    return term if term.shape == shape else _summed(term.full(like), shape)


def _summed(term: Term, shape: Shape) -> Term:
    leading = len(term.shape) - len(shape)
    kept = [at for at, size in enumerate(shape) if size == 1 and term.shape[leading + at] != 1]
    if shape == () or not (leading or kept):
        return term.through("up.sum()", shape)
    if leading:
        rest = term.shape[leading:]
        term = term.through(f"up.sum({_dims(range(leading))})", rest)
    if kept:
        term = term.through(f"up.sum({_dims(kept)}, keepdim=True)", shape)
    return term


def _dims(dims: Any) -> str:
    listed = list(dims)
    return str(listed[0]) if len(listed) == 1 else str(tuple(listed))


RULES: dict[tuple[str, str], Rule] = {}
"""Every row, by operation and operand."""


def rule(
    signature: str, of: str, title: str, sentence: str, formula: str, source: str = ""
) -> Callable[[Yields], Yields]:
    """Enter a row: `signature` is `name(x, dim, *shape)`, `of` the operand that it is about."""
    operation, _, rest = signature.partition("(")
    parameters = tuple(parameter.strip() for parameter in rest.rstrip(")").split(",") if parameter.strip())

    def enter(term: Yields) -> Yields:
        yields = partial(_of_its_kind, term)
        RULES[operation, of] = Rule(operation, of, parameters, title, sentence, formula, source, yields)
        return term

    return enter


def _of_its_kind(term: Yields, use: Use) -> Term:
    """What a rule yields; of a real operand of a complex result only the real part is its gradient."""
    yielded = term(use)
    is_part = _is_complex(use.operation.node.value) and not use.is_complex
    return yielded.through_all("up.real") if is_part else yielded


def text_rule(
    signature: str,
    of: str,
    title: str,
    sentence: str,
    text: str,
    *,
    view: bool = False,
    formula: str = "",
    source: str = "",
) -> None:
    """Enter a row that is one template: linear in `up`, with the operands by their parameters and `out`."""
    said = formula or f"d{of} += " + re.sub(r"\bup\b", "dout", text)

    @rule(signature, of, title, sentence, said, source)
    def term(use: Use) -> Term:
        return use.through(text, view=view)
