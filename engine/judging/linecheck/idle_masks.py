"""Masks that mask nothing (`dh[h < 0] = 0` below a relu): the gradient is complete before them.

What they leave is then the gradient of another tensor, or ought to be, and is judged by value.
"""

from __future__ import annotations

from ...execution.iteration import Iteration
from ...tensors.differences import largest_difference
from ...tensors.inert import is_tensor
from ...verdict import Verdict
from .lines.chosen_entries import number_put
from .lines.outcome import LineCheck


def idle_masks(iteration: Iteration, check: LineCheck) -> dict[str, int]:
    """After how many writes gradients are complete whose last is such a mask, and that wrong ones read."""
    wrong = [check.judgements[name] for name in check.accused]
    read = {name for one in wrong for name in one.upstreams if name in check.judgements}
    right = sorted(name for name in read if check.judgements[name].verdict is Verdict.RIGHT)
    return {name: len(iteration.gradients[name].writes) - 1 for name in right if _is_idle(iteration, name)}


def _is_idle(iteration: Iteration, name: str) -> bool:
    """Whether the last write of a gradient puts a number into chosen entries, and changes none."""
    writes = iteration.gradients[name].writes if name in iteration.gradients else ()
    last = iteration.statement_at(writes[-1]) if len(writes) > 1 else None
    if last is None or not last.always or number_put(last) is None:
        return False
    before = iteration.value_at(name, writes[-2] + 1)
    after = iteration.value_at(name, writes[-1] + 1)
    if not is_tensor(before) or not is_tensor(after) or before.shape != after.shape:
        return False
    return largest_difference(before, after) == 0
