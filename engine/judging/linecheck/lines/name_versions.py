"""Names that the backward binds afresh: which of its writes build a gradient, and which something else.

After `dz = dp * (1 - p * p); dA = x.T @ dz; dz = dq * q * (1 - q)` dz is the gradient of another z, where
the forward binds that again, too. What it was before is a helper variable: no name pairs it with a tensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ....execution.iteration import Iteration
from ....program.statements import Statement


def own_writes(iteration: Iteration, name: str, count: int | None = None) -> Sequence[int]:
    """The positions of the writes that build a gradient, of the first `count` or of all."""
    writes = iteration.writes.get(name, ())[:count]
    if len(writes) < 2 or not _is_bound_again(iteration, iteration.gradients[name].tensor):
        return writes
    fresh = [index for index, position in enumerate(writes) if index and _afresh(iteration, name, position)]
    return writes[fresh[-1] :] if fresh else writes


def other_versions(
    iteration: Iteration, names: Iterable[str], complete: Mapping[str, int]
) -> frozenset[Statement]:
    """The statements in no block that make the name of a gradient stand for something else.

    The gradients in `complete` are so after that many writes.
    """
    found: set[Statement] = set()
    for name in names:
        own = own_writes(iteration, name, complete.get(name))
        rest = set(iteration.writes.get(name, ())).difference(own)
        statements = map(iteration.statement_at, rest)
        found.update(one for one in statements if one.always and one.writes == (name,))
        found.difference_update(map(iteration.statement_at, own))
    return frozenset(found)


def _is_bound_again(iteration: Iteration, tensor: str) -> bool:
    """Whether the forward binds a name more than once, in no block."""
    statements = iteration.recorder.statements
    return sum(one.always and one.section == "forward" and tensor in one.binds for one in statements) > 1


def _afresh(iteration: Iteration, name: str, position: int) -> bool:
    """Whether a write binds what does not come of what the name held before, and what others read."""
    statement = iteration.statement_at(position)
    if not statement.always or name not in statement.binds or name in statement.reads:
        return False
    old, read = {name}, False
    for earlier in range(iteration.writes[name][0], position):
        passing = iteration.statement_at(earlier)
        read |= name in passing.reads and name not in passing.writes
        made = set(passing.writes).difference(iteration.writes)
        old = old | made if passing.reads & old else old.difference(passing.binds) | {name}
    return read and not statement.reads & old
