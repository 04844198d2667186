"""One term of the pieces that a tensor was taken apart into."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .style import style
from .term import Helper, Term
from .trees import filled, text_of
from .trees import name as name_tree


def joined(terms: Sequence[Term]) -> Term:
    """One term of the pieces; what comes to the same piece twice is added."""
    pieces: dict[int, ast.expr] = {}
    helpers: dict[str, Helper] = {}
    for own in terms:
        term = _told_apart(own, helpers)
        assert term.piece is not None
        helpers.update({helper.name: helper for helper in term.helpers})
        before, tree = pieces.get(term.piece.place), term.written()
        pieces[term.piece.place] = tree if before is None else ast.BinOp(before, ast.Add(), tree)
    first = terms[0]
    assert first.piece is not None
    return Term(first.piece.joined(pieces), first.shape, first.shape, helpers=tuple(helpers.values()))


def _told_apart(term: Term, others: Mapping[str, Helper]) -> Term:
    """The term with other names for helpers that have the name of another value."""
    for helper in term.helpers:
        other = others.get(helper.name)
        if other is not None and not _is_same(helper, other):
            taken = frozenset({*others, *(own.name for own in term.helpers)})
            term = _renamed(term, helper.name, style().fresh(helper.name, taken))
    return term


def _is_same(helper: Helper, other: Helper) -> bool:
    return text_of(helper.tree) == text_of(other.tree) and helper.then == other.then


def _renamed(term: Term, old: str, new: str) -> Term:
    holes: dict[str, ast.expr] = {old: name_tree(new)}
    helpers = tuple(
        Helper(
            new if helper.name == old else helper.name,
            filled(helper.tree, holes),
            tuple(re.sub(rf"\b{old}\b", new, then) for then in helper.then),
        )
        for helper in term.helpers
    )
    factors = tuple(replace(factor, tree=filled(factor.tree, holes)) for factor in term.factors)
    base = filled(term.base, holes) if term.base is not None else None
    return replace(term, base=base, factors=factors, helpers=helpers)
