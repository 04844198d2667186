"""The factors that a helper line in a loop has lost, measured pass by pass: `flow * (1 - updates[t])`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

import torch
from torch import Tensor

from ....program.names import root_name
from ..case import Case
from ..edit import Edit, Line, spots_of
from ..pass_values import pass_values
from ..probes import Probe
from ..wording import binary, parsed, written

_FORMS = ("{}", "(1 - {})", "(1 - {} ** 2)")
_FEW = 16
"""So many places are subtracted from each other."""
_MOST = 12
"""So many of those that fit are tried."""
_ROUNDING = 1e-7


def lost_factors(case: Case) -> Iterator[Edit]:
    """Every part of the line times one or two of what its loop and that of the forward read."""
    line = case.trial.lines[0]
    if line.statement.always or not isinstance(line.node, ast.Assign) or case.name in case.trial.bench.given:
        return
    expected = case.trial.expected
    probes = [one for one in case.probes if one.line is line and one.share.shape == expected.shape]
    probes = [one for one in probes if expected.dim() and not _in_product(one)]
    factors = _factors(case, line, line.node.value) if probes else {}
    for probe in probes:
        for texts in _fitting((expected - probe.rest) / probe.share, factors):
            product = parsed(" * ".join(texts))
            words = f"missing the factor{'s' * (len(texts) > 1)} {' and '.join(map(_bare, texts))}"
            new = binary(product, ast.Mult(), probe.spot.node)
            yield Edit("factor_missing", words, line, probe.spot, new)


def _bare(text: str) -> str:
    """Without parentheses around it."""
    return written(parsed(text))


def _in_product(probe: Probe) -> bool:
    parent = probe.spot.parent
    return isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.MatMult)


def _factors(case: Case, line: Line, own: ast.expr) -> dict[str, Tensor]:
    """By its text, whatever may be a factor, as large as what is expected, pass by pass."""
    places, others = _texts(case, line)
    values = pass_values(case, line, [written(own), *places, *others])
    first = _first_pass(case, values.get(written(own)))
    if first is None:
        return {}
    passes = slice(first, first + len(case.trial.expected))
    known = {text: one[passes] for text, one in values.items() if text != written(own)}
    forms = {form.replace("{}", text): _formed(form, known[text]) for form in _FORMS for text in known}
    subtracted = permutations([text for text in places if text in known][:_FEW], 2)
    apart = {f"({a} - {b})": known[a] - known[b] for a, b in subtracted if known[a].shape == known[b].shape}
    wide = {text: _expanded(value, case.trial.expected) for text, value in {**forms, **apart}.items()}
    return {text: value for text, value in wide.items() if value is not None}


def _texts(case: Case, line: Line) -> tuple[list[str], list[str]]:
    """The places that lines in loops read or bind, and other expressions in them."""
    statements = [one for one in case.trial.bench.program.statements if not one.always]
    nodes = [spot.node for one in statements if one is not line.statement for spot in spots_of(one.node)]
    places = {name: None for one in statements for name in one.binds if name != "loss"}
    places |= {written(one): None for one in nodes if isinstance(one, ast.Name | ast.Subscript)}
    others = {f"({written(one)})": None for one in nodes if isinstance(one, ast.BinOp | ast.Call)}
    return list(places), [text for text in others if _changes_nothing(parsed(text))]


def _changes_nothing(node: ast.expr) -> bool:
    """Whether it may be computed once more: it calls functions of torch alone."""
    return all(root_name(one) in ("torch", "F") for one in ast.walk(node) if isinstance(one, ast.Call))


def _first_pass(case: Case, values: Tensor | None) -> int | None:
    """Where in the passes of the line those begin for which it is known what belongs there."""
    value = case.trial.value
    for first in range(len(values) - len(value) + 1) if values is not None else ():
        if values is not None and torch.equal(values[first : first + len(value)], value):
            return first
    return None


def _formed(form: str, value: Tensor) -> Tensor:
    return value if form == "{}" else 1 - value**2 if "**" in form else 1 - value


def _expanded(value: Tensor, like: Tensor) -> Tensor | None:
    """Pass by pass as large as another tensor; None where it does not fit."""
    if value.dim() > like.dim():
        return None
    try:
        return value.reshape(len(value), *[1] * (like.dim() - value.dim()), *value.shape[1:]).expand_as(like)
    except RuntimeError:
        return None


def _fitting(wanted: Tensor, factors: Mapping[str, Tensor]) -> Iterator[Sequence[str]]:
    """The factors that are what is wanted, alone or two together."""
    some = wanted.isfinite()
    if not factors or not bool(some.any()):
        return
    texts, goal = list(factors), wanted[some]
    rows = torch.stack([factors[text][some] for text in texts])
    room = _ROUNDING * goal.abs().max()
    yield from ((texts[at],) for at in _close(rows, goal, room)[:_MOST])
    found = 0
    for first, row in enumerate(rows):
        for second in _close(rows[first:] * row, goal, room):
            yield texts[first], texts[first + second]
            found += 1
        if found >= _MOST:
            return


def _close(rows: Tensor, goal: Tensor, room: Tensor) -> list[int]:
    return [int(at) for at in ((rows - goal).abs() <= room).all(1).nonzero()]
