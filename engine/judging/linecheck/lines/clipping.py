"""Gradients that are clipped once they are complete, by value or by norm: no error of their lines."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import torch

from ....execution.iteration import Iteration
from ....program.statements import Statement
from ....program.torch_operations import clips
from ....tensors.aliasing import once_in_both
from ....tensors.inert import is_tensor


def clipped_after(iteration: Iteration, name: str, count: int) -> bool:
    """Whether all that changes a gradient after so many writes clips it, by value or by norm.

    Clipped by value, an entry is what it was or the largest that there is; by norm all of them are smaller
    by one factor, and the factor is computed from a gradient. Where nothing had to be clipped, the line has
    to be one that clips.
    """
    writes = iteration.gradients[name].writes
    before = iteration.value_at(name, writes[count - 1] + 1)
    after = iteration.value_at(name, writes[-1] + 1)
    if not is_tensor(before) or not is_tensor(after) or before.shape != after.shape:
        return False
    before, after = once_in_both(before, after)
    if not after.numel() or not bool(after.any()):
        return False
    changes = [iteration.statement_at(position) for position in writes[count:]]
    measured = _is_measured(iteration, name, count, changes)
    limited = any(any(map(clips, one.called)) for one in changes)
    if torch.equal(before, after):
        return measured or limited
    most = after.abs().max()
    factor = most / before.abs().max()
    by_norm = measured and bool(factor < 1) and torch.allclose(before * factor, after)
    by_value = torch.allclose(before.clamp(-most, most), after)
    return by_norm or (by_value and (limited or bool((before == after).any())))


def _is_measured(iteration: Iteration, name: str, count: int, changes: Sequence[Statement]) -> bool:
    """Whether the factor of a change comes from a value that was computed from the gradient before."""
    writes = iteration.gradients[name].writes
    aliases = {name}.union(*(one.writes for one in changes))
    measured: set[str] = set()
    for position in range(writes[count - 1] + 1, writes[-1]):
        statement = iteration.statement_at(position)
        if statement.reads & (aliases | measured):
            measured |= set(statement.binds) - aliases
    return all(one.reads & measured or _loads(one, aliases) > 1 for one in changes)


def _loads(statement: Statement, names: set[str]) -> int:
    """How often a statement reads one of the names; what it changes by an operator counts as read."""
    nodes = [node for node in ast.walk(statement.node) if isinstance(node, ast.Name) and node.id in names]
    loads = sum(isinstance(node.ctx, ast.Load) for node in nodes)
    return loads + isinstance(statement.node, ast.AugAssign)
