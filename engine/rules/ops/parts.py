"""Rules of a change of a part: what was there gets no gradient, what is there now gets it."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..node import Node
from ..table import Use, rule
from ..term import Term
from ..trees import template, text_of


@rule(
    "set_part(x, like, value)",
    "x",
    "change of a part",
    "What was written over gets no gradient, the rest passes.",
    "dx += dout, zero where it was written over",
)
def before(use: Use) -> Term:
    index = _index(use)
    elements = (
        ", ".join(text_of(element) for element in index.elts)
        if isinstance(index, ast.Tuple)
        else text_of(index)
    )
    up = use.full_up
    copy = template("up.clone()", up=up.written())
    bare = replace(up, factors=(), minus=False, shares="", base_shape=use.out_shape)
    term, base = bare.with_helper("rest", copy, [f"{{name}}[{elements}] = 0"])
    return replace(term, base=base)


@rule(
    "set_part(x, like, value)",
    "value",
    "change of a part",
    "What was written there gets the gradient from there, summed over what it was broadcast along.",
    "dvalue += dout[part]",
)
def written(use: Use) -> Term:
    part = use.operands["like"]
    assert isinstance(part, Node)
    return use.summed(use.through("up[index]", tuple(part.value.shape), view=True, index=_index(use)))


def _index(use: Use) -> ast.expr:
    part = use.operands["like"]
    assert isinstance(part, Node)
    assert isinstance(part.written, ast.Subscript)
    return part.say(part.written.slice)
