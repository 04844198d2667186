"""Two gradients that hold each other's value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import permutations

from ....tensors.inert import is_tensor
from ..edit import Edit, Line
from ..trial import Trial


def swapped(trials: Sequence[Trial]) -> Iterator[tuple[str, Edit]]:
    """By gradient, the other's line under its own name, where each is what arrives at the other's tensor."""
    for one, other in permutations(trials, 2):
        mine, others = _only_line(one), _only_line(other)
        if mine is None or others is None or not (_holds(one, other) and _holds(other, one)):
            continue
        target = ast.Name(id=one.name, ctx=ast.Store())
        new = ast.copy_location(ast.Assign(targets=[target], value=_value_of(others)), mine.node)
        edit = Edit("swapped", f"{one.name} and {other.name} are swapped", mine, None, [new])
        if one.holds(edit):
            yield one.name, edit


def _only_line(trial: Trial) -> Line | None:
    """The one plain assignment that builds a gradient."""
    own = [line for line in trial.lines if line.own]
    plain = len(own) == 1 and isinstance(own[0].node, ast.Assign) and own[0].statement.always
    return own[0] if plain and own[0].statement.writes == (trial.name,) else None


def _value_of(line: Line) -> ast.expr:
    assert isinstance(line.node, ast.Assign)
    return line.node.value


def _holds(trial: Trial, other: Trial) -> bool:
    """Whether the value is what arrives at the other's tensor, and not at its own."""
    arrived = trial.stands.setting.arrived.get(other.tensor)
    value = trial.value
    if arrived is None or not is_tensor(value) or trial.stands.right:
        return False
    return arrived.shape == value.shape and bool(arrived.any()) and trial.is_also(arrived)
