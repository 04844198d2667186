"""Two slips in one line: pairs of small edits, within a count."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain, combinations, islice

from ..case import Case
from ..edit import Edit, exchanged
from .factors import extra_factors
from .powers import exponents
from .products import products
from .signs import signs
from .sums import means
from .terms import extra_terms

_FEW = 12
"""So many edits of each kind."""
_MOST = 400
"""So many pairs."""


def two_slips(case: Case) -> Iterator[Edit]:
    """Every line with two of its parts changed at once: signs, powers, factors, terms, transpositions."""
    kinds = (signs, exponents, means, extra_factors, extra_terms, products)
    singles = list(chain.from_iterable(islice(kind(case), _FEW) for kind in kinds))
    pairs = (_both(first, second) for first, second in combinations(singles, 2))
    yield from islice(filter(None, pairs), _MOST)


def _both(first: Edit, second: Edit) -> Edit | None:
    """Both edits of one line; None where one changes what the other does."""
    if first.spot is None or second.spot is None or first.line is not second.line:
        return None
    inside = {id(node) for node in ast.walk(first.spot.node)}
    outside = {id(node) for node in ast.walk(second.spot.node)}
    if id(second.spot.node) in inside or id(first.spot.node) in outside:
        return None
    assert isinstance(second.new, ast.AST)
    twice = exchanged(first.statements[0], second.spot.node, [second.new])
    return Edit("two_slips", _said(first, second), first.line, None, twice)


def _said(first: Edit, second: Edit) -> Callable[[], str]:
    return lambda: f"two slips: {first.message}; {second.message}"
