"""Whether lines are linear in the upstream gradients that they read, as a vector-Jacobian product is.

What clips, rounds or normalises may agree with autograd at every gradient of the size that arrives here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from ....program.torch_operations import limits
from ....tensors.differences import finite_max
from ....tensors.dtypes import as_reals
from ....tensors.inert import is_tensor
from ..lines.substitution import kept
from .quick_pass import QuickPass

TIMES = 1e6
"""By so much upstream gradients are enlarged whose largest entry is one."""
_CANCELLING = 1e-3
"""What sums to zero, of gradients whose largest entry is one, is rounding below this."""
_ROUNDING = {None: 1e-2, torch.float64: 1e-6}
"""What rounding may add, by the precision of the attempt, in shares of how much a value changes."""


LIMITED = "it does not grow with the gradients that it reads"


def limited(quick: QuickPass, names: Iterable[str]) -> frozenset[str]:
    """Those of the gradients that a line which limits how large entries may be makes no VJP.

    Random upstream gradients tell as well, unless no entry happens to come out beyond the limit.
    """
    section = quick.attempt.session.program.section("backward")
    called = [one for statement in section.statements for one in statement.called] if section else ()
    return not_linear(quick, names) if any(map(limits, called)) else frozenset()


def not_linear(quick: QuickPass, names: Iterable[str]) -> frozenset[str]:
    """Those whose value does not grow in proportion to its upstream gradients, constant parts aside.

    With the upstream u once, twice and T times as large, f(Tu) - f(u) has to be (T - 1) (f(2u) - f(u)).
    """
    names = tuple(names)
    if not names:
        return frozenset()
    once, twice, enlarged = (_values(quick, factor) for factor in (1.0, 2.0, TIMES))
    share = _ROUNDING[quick.attempt.dtype]
    return frozenset(n for n in names if _differs(once.get(n), twice.get(n), enlarged.get(n), share))


def _values(quick: QuickPass, factor: float) -> Mapping[str, Any]:
    """What the lines make of the gradients that arrive, each with a factor as its largest entry."""
    attempt = quick.attempt
    with attempt.open() as world:
        arrived = attempt.forward(world).arrivals({})
        read = {name: arrived[name] for name in attempt.reading.cut_names if name in arrived}
        sized = {name: factor / (finite_max(one) or 1.0) * one for name, one in read.items()}
        return attempt.lines(world, sized, kept).values


def _differs(once: Any, twice: Any, enlarged: Any, share: float) -> bool:
    if not all(is_tensor(value) for value in (once, twice, enlarged)):
        return False
    one, two, large = map(as_reals, (once, twice, enlarged))
    if not one.shape == two.shape == large.shape:
        return True
    expected, found = (TIMES - 1) * (two - one), large - one
    size = finite_max(expected) + finite_max(found) + finite_max(one)
    return finite_max(found - expected) > share * (size + _CANCELLING * TIMES)
