"""A number of the line exchanged for one that the forward has where the tensor is read or made."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..case import Case
from ..edit import Edit, literal, number, spots_of
from ..wording import swapped

_MOST = 8


def forward_numbers(case: Case) -> Iterator[Edit]:
    """Every literal number, but for exponents, as each other one in the nearest lines of the forward."""
    there = [number(spot.node) for s in case.near for spot in spots_of(s.node) if not spot.exponent]
    known = [*dict.fromkeys(value for value in there if value is not None)][:_MOST]
    for line, spot in case.spots:
        own = number(spot.node)
        if own is None or spot.exponent or isinstance(spot.parent, ast.Compare):
            continue
        for value in known:
            if value != own:
                new = literal(value)
                yield Edit("constant_factor", swapped(spot.node, new), line, spot, new)
