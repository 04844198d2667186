"""Lines that are right only where a parameter is 0 or 1 throughout, as gains and biases begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from ....tensors.aliasing import once
from ....tensors.inert import is_tensor
from ....tensors.vjp_agreement import Agreement
from ....verdict import Verdict
from ..lines.perturbation import Moved
from ..lines.substitution import kept
from .attempt import Attempt
from .isolated_lines import compared_exactly, judged_alone, opened_moved, own_cuts_of
from .quick_pass import QuickPass, agreed

_BY = 0.2
"""About how far zeros are moved, and ones by which share: a term of little weight is to show, too."""


def right_only_here(quick: QuickPass, results: Mapping[str, Agreement]) -> dict[str, Agreement]:
    """What is said of lines that are wrong once parameters that are 0 or 1 throughout have moved.

    A line that leaves out a factor of 1 or a term of 0 computes its VJP there and nowhere else. The
    parameters change as soon as the program trains, so the line is wrong then; data may be what it is for
    good, and nothing is said of it.
    """
    plain = plain_parameters(quick.attempt)
    right = [name for name, one in results.items() if one.verdict is Verdict.RIGHT and not one.message]
    others = quick.attempt.parameters - plain
    odd = _odd(quick, right, Moved(data=False, still=others, by=_BY)) if plain and right else []
    if not odd:
        return {}
    moved = Moved(data=False, still=others | compared_exactly(quick.attempt, quick.cuts), by=_BY)
    alone = judged_alone(quick, own_cuts_of(quick, odd), moved=moved)
    where = ", ".join(sorted(plain - moved.still))
    message = f"right only as long as nothing but 0 or 1 is in {where}"
    return {
        name: results[name]._replace(verdict=Verdict.WRONG_HERE, maxdiff=one.maxdiff, message=message)
        for name, one in alone.items()
        if one.verdict is Verdict.WRONG_HERE and not one.broken
    }


def plain_parameters(attempt: Attempt) -> frozenset[str]:
    """The parameters that are 0 or 1 throughout."""
    start = attempt.iteration.start
    slots = {**start.slots, **start.values.held}
    values = {name: slots[name].value for name in attempt.session.parameters if name in slots}
    return frozenset(name for name, value in values.items() if _is_plain(value))


def _odd(quick: QuickPass, names: Iterable[str], moved: Moved) -> list[str]:
    """Those of the names that are wrong in a quick pass, cut at all that is read."""
    attempt = quick.attempt
    with opened_moved(attempt, moved) as world:
        arrived = attempt.forward(world).arrivals(quick.cuts)
        values = attempt.lines(world, quick.cuts, kept).values
    written = {name: values[name] for name in names if name in values}
    results = agreed(attempt, written, arrived, quick.cuts)
    return [name for name, one in results.items() if one.verdict is Verdict.WRONG_HERE]


def _is_plain(value: Any) -> bool:
    """Whether it is a tensor of nothing but 0 or of nothing but 1."""
    if not is_tensor(value) or not value.numel():
        return False
    value = once(value.detach())
    plainly = value.is_cpu and value.dtype in (torch.float32, torch.float64)
    first = value.numpy().item(0) if plainly else value.flatten()[0].item()
    return first in (0.0, 1.0) and bool(torch.all(value == first))
