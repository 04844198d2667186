"""Lines that are right only where a parameter is 0 or 1 throughout, as gains and biases begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ...execution.vjps import arrivals
from ...tensors.vjp_agreement import Agreement
from ...verdict import Verdict
from .isolated_lines import SecondLook
from .substitution import kept


class Elsewhere(SecondLook):
    """Lines that passed, judged once more beside such parameters.

    A line that leaves out a factor of 1 or a term of 0 computes its VJP there and nowhere else. The
    parameters change as soon as the program trains, so the line is wrong then; data may be what it is for
    good, and nothing is said of it.
    """

    def _right_only_here(self, found: Mapping[str, Agreement]) -> dict[str, Agreement]:
        """What is said of lines that are wrong once these parameters have moved a little."""
        plain = self._plain_parameters()
        right = [name for name, one in found.items() if one.verdict is Verdict.RIGHT and not one.message]
        if not plain or not right:
            return {}
        others = frozenset(self.session.parameters) - plain
        self.still = others
        odd = self._odd(right)
        if not odd:
            return {}
        self.still = others | self._compared_exactly()
        alone = self._alone(self._own_cuts(odd), None, jitter=(False,))
        where = ", ".join(sorted(plain - self.still))
        message = f"right only as long as nothing but 0 or 1 is in {where}"
        return {
            name: found[name]._replace(verdict=Verdict.NOT_EXERCISED, message=message)
            for name, one in alone.items()
            if one.verdict is Verdict.WRONG_HERE and not one.broken
        }

    def _plain_parameters(self) -> frozenset[str]:
        slots = self.iteration.start.slots
        values = {name: slots[name].value for name in self.session.parameters if name in slots}
        return frozenset(name for name, value in values.items() if _is_plain(value))

    def _odd(self, names: list[str]) -> list[str]:
        """Those of the names that are wrong in a quick pass, cut at all that is read."""
        with self._moved((False,)) as world:
            tensors = self._forward(world)
            arrived = arrivals(self._loss(), tensors, self.cuts)
            values = self._lines(world, self.cuts, kept).values
        found = self._agreements({name: values[name] for name in names if name in values}, arrived)
        return [name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE]


def _is_plain(value: Any) -> bool:
    """Whether it is a tensor of nothing but 0 or of nothing but 1."""
    if not isinstance(value, Tensor) or not value.numel():
        return False
    value = value.detach()
    plainly = value.is_cpu and value.dtype in (torch.float32, torch.float64)
    first = value.numpy().item(0) if plainly else value.flatten()[0].item()
    return first in (0.0, 1.0) and bool(torch.all(value == first))
