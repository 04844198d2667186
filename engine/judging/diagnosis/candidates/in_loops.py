"""What a line in a loop has lost of what changes from pass to pass: `hs[t]`, `1 - hs[t] ** 2`, a helper."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from torch import Tensor

from ....program.names import root_name
from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Spot, spots_of
from ..wording import binary, fit_together, parsed, swapped, written

_FORMS = ("{}", "(1 - {})", "(1 - {} ** 2)", "{} * (1 - {})")
"""What multiplies a gradient on its way through a product, a gate, tanh and sigmoid."""


def lost_in_a_pass(case: Case) -> Iterator[Edit]:
    """Every part of a line in a loop times, plus or minus what the lines of such loops read or bind."""
    read = _read_in_passes(case)
    for form in _FORMS:
        for text, value in read:
            factor = form.replace("{}", text)
            for line, spot in case.spots:
                if _may_take(case, spot, value) and not _in_product(spot):
                    new = binary(spot.node, ast.Mult(), parsed(factor))
                    yield Edit("factor_missing", f"missing the factor {factor}", line, spot, new)
    for text, value in read:
        for line, spot in case.spots:
            if _may_take(case, spot, value):
                for operator in (ast.Add(), ast.Sub()):
                    new = binary(spot.node, operator, parsed(text))
                    yield Edit("term_missing", f"missing the term {text}", line, spot, new)


def other_passes(case: Case) -> Iterator[Edit]:
    """Every part that a line reads by a counter, `hs[t]`, exchanged for that of the pass before or after."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.Subscript) and (counter := _counter(node.slice)) is not None:
            for index in (counter, *_beside(counter)):
                new = ast.Subscript(value=node.value, slice=index, ctx=ast.Load())
                if written(new) != written(node):
                    yield Edit("wrong_part", swapped(node, new), line, spot, new)


def _counter(index: ast.expr) -> ast.Name | None:
    """The name of a counter in an index that is it, or one more or less."""
    match index:
        case ast.Name():
            return index
        case ast.BinOp(left=ast.Name() as counter, op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)):
            return counter
    return None


def _beside(counter: ast.Name) -> list[ast.expr]:
    return [binary(counter, ast.Add(), ast.Constant(1)), binary(counter, ast.Sub(), ast.Constant(1))]


def _read_in_passes(case: Case) -> list[tuple[str, Tensor]]:
    """By its text, every tensor that a line in a loop reads or binds, where the accused line is in one."""
    if all(line.statement.always for line in case.trial.lines if line.own):
        return []
    own = {written(spot.node) for line, spot in case.spots if line.own}
    statements = [s for s in case.trial.bench.program.statements if not s.always]
    texts = {name: parsed(name) for s in statements for name in s.binds}
    texts |= {written(spot.node): spot.node for s in statements for spot in spots_of(s.node)}
    plain = {text: node for text, node in texts.items() if isinstance(node, ast.Name | ast.Subscript)}
    ordered = sorted(plain, key=lambda text: text not in own)
    values = [(text, case.value_of(plain[text])) for text in ordered if _is_read(case, plain[text])]
    return [(text, value) for text, value in values if is_tensor(value) and value.is_floating_point()]


def _is_read(case: Case, node: ast.expr) -> bool:
    """Whether it is not the accused value itself, nor the loss."""
    return root_name(node) not in (case.name, case.trial.bench.program.loss)


def _may_take(case: Case, spot: Spot, value: Tensor) -> bool:
    shape = case.shape(spot.node)
    return shape is not None and not spot.exponent and fit_together(value.shape, shape)


def _in_product(spot: Spot) -> bool:
    return isinstance(spot.parent, ast.BinOp) and isinstance(spot.parent.op, ast.Mult)
