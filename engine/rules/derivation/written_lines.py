"""From the terms of a gradient to the lines that a student would hand in."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from ..joined_terms import joined
from ..term import Factor, Term, at_index
from ..trees import in_quotes, name, negative, template, text_of
from .common_subexpressions import shorter
from .reverse_walk import Contribution


def lines_of(
    gradient: str, tensor: str, contributions: Sequence[Contribution], shape: tuple[int, ...]
) -> list[str]:
    """The lines of one gradient: `=` for the last use of the tensor, `+=` for those before it."""
    terms = _merged([contribution.term for contribution in contributions])
    lines: list[str] = []
    for position, term in enumerate(terms):
        for helper in term.helpers:
            lines += [f"{helper.name} = {text_of(helper.tree)}", *helper.then]
        if term.into is not None:
            lines += _into(gradient, tensor, term, first=position == 0)
        elif position:
            lines.append(_added(gradient, term))
        else:
            more = len(terms) > 1
            lines.append(f"{gradient} = {text_of(_whole(tensor, replace(term, shape=shape), keep=more))}")
    return _once([text for line in map(in_quotes, lines) for text in shorter(line)])


def _once(lines: Sequence[str]) -> list[str]:
    """Without variables that have that value already."""
    kept: list[str] = []
    held: dict[str, str] = {}
    for line in lines:
        variable, sign, _ = line.partition(" = ")
        sign = sign if variable.isidentifier() else ""
        if sign and held.get(variable) == line:
            continue
        held.pop(re.split(r"\W", line)[0], None)  # whatever it does to it
        if sign:
            held[variable] = line
        kept.append(line)
    return kept


def _merged(terms: Sequence[Term]) -> list[Term]:
    """The pieces of a tensor that was taken apart, joined again."""
    merged: list[Term] = []
    while terms:
        first, terms = terms[0], terms[1:]
        if first.piece is not None:
            same = [other for other in terms if other.piece and other.piece.source is first.piece.source]
            terms = [other for other in terms if other not in same]
            first = joined([first, *same])
        elif first.into is None and not first.helpers:
            same = [other for other in terms if _says_the_same(other, first)]
            terms = [other for other in terms if other not in same]
            first = (
                first if not same else replace(first, factors=(Factor(_number(same), None), *first.factors))
            )
        merged.append(first)
    return merged


def _says_the_same(term: Term, other: Term) -> bool:
    plain = term.into is None and term.piece is None and not term.helpers
    return plain and text_of(term.written()) == text_of(other.written())


def _number(same: Sequence[Term]) -> ast.expr:
    return ast.Constant(len(same) + 1)


def _whole(tensor: str, term: Term, *, keep: bool) -> ast.expr:
    """The first term: of the whole shape, and a tensor of its own where more is added to it."""
    like = name(tensor)
    if not term.factors and term.base is None:
        ones = template("torch.ones_like(like)", like=like)
        return template("-ones", ones=ones) if term.minus else ones
    if term.bare and term.actual != term.shape and not keep:
        assert term.base is not None
        return template("up.expand_as(like)", up=term.base, like=like)
    tree = term.full(like).written()
    shares = term.shares and term.bare and term.actual == term.shape
    if keep and (shares or isinstance(tree, ast.Name)):
        return template("up.clone()", up=tree)
    return tree


def _added(gradient: str, term: Term) -> str:
    tree = term.written()
    if text_of(tree).startswith("-") and (isinstance(tree, ast.UnaryOp) or _is_product(tree)):
        return f"{gradient} -= {text_of(negative(tree))}"
    return f"{gradient} += {text_of(tree)}"


def _is_product(tree: ast.expr) -> bool:
    return isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult | ast.Div)


def _into(gradient: str, tensor: str, term: Term, *, first: bool) -> list[str]:
    """The gradient of a part goes to where the part was read."""
    lines = [text_of(template(f"torch.zeros_like({tensor})"))] if first else []
    return [*(f"{gradient} = {start}" for start in lines), gradient + at_index(term, "=" if first else "+=")]
