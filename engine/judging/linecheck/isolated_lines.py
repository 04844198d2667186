"""A second look at suspects: cut only at what their own lines read, then off the kinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from ...execution.replay import World
from ...execution.steps import MISSING
from ...tensors.comparison import finite_max
from ...tensors.vjp_agreement import Agreement, agreement, is_rounding, measured_upstream
from ...verdict import Verdict
from .dependence import Own, downstream, leaves_reached, own_cuts
from .outcome import ZEROS
from .passes import Runs
from .perturbation import ExactUses, Jittered
from .substitution import Outcome

KINK = "at a kink or tie it takes another subgradient than autograd: right"


class SecondLook(Runs):
    """Suspects of the quick pass, judged alone."""

    def _second_look(self, suspects: list[str], quick: Outcome) -> dict[str, Agreement]:
        """Suspects once more, each cut only at what its own lines read; then off the kinks."""
        own = self._own_cuts(suspects)
        alone = self._alone(own, quick)
        for name in suspects:
            if alone[name].verdict is Verdict.NOT_EXERCISED and _is_nothing(quick.values.get(name)):
                alone[name] = alone[name]._replace(verdict=Verdict.WRONG_HERE, message=ZEROS)
        wrong = {
            name: own[name]
            for name, one in alone.items()
            if one.verdict is Verdict.WRONG_HERE and not one.broken
        }
        if wrong:
            self.still = self._compared_exactly()
        for data in (False, True):
            if wrong:
                jittered = self._alone(wrong, None, jitter=(data,))
                for name, one in jittered.items():
                    if one.verdict is Verdict.RIGHT:
                        alone[name] = one._replace(message=KINK)
                        wrong.pop(name)
        return alone

    def _compared_exactly(self) -> frozenset[str]:
        with self.open() as world, ExactUses(self.session) as uses:
            self._forward(world)
            self._lines(world, self.cuts)
        return frozenset(uses.found)

    def _own_cuts(self, suspects: Iterable[str]) -> dict[str, Own]:
        """What each suspect's lines read, seen by watching the pass with the cuts as leaves."""
        with self.open() as world:
            tensors = self._forward(world)
            below = {name: downstream(tensors, name[1:]) for name in self.names if name[1:] in tensors}
            reads = self._watched(world)
        return {name: own_cuts(name, reads, below) for name in suspects}

    def _watched(self, world: World) -> dict[str, frozenset[str]]:
        leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in self.cuts.items()}
        reads: dict[str, frozenset[str]] = {}

        def taken(name: str, value: Any) -> Any:
            reads[name] = frozenset(f"d{one}" for one in leaves_reached(value, leaves))
            return value

        self._lines(world, leaves, taken, graph=True)
        return {name: reads.get(name, frozenset(self.static[name])) for name in self.names}

    def _alone(
        self, own: Mapping[str, Own], quick: Outcome | None, jitter: tuple[bool, ...] = ()
    ) -> dict[str, Agreement]:
        """Judge each gradient with its own cuts only."""
        found: dict[str, Agreement] = {}
        with self._moved(jitter) as world:
            tensors = self._forward(world)
            expected = {name: self._arrivals(tensors, one.cuts) for name, one in own.items()}
            again = {name: self._arrivals_again(tensors, one.cuts) for name, one in own.items()}
            skipped = {n: self._skipped(tensors, n, own[n], expected[n], again[n]) for n in own}
            finite = {name: tensors[name[1:]].detach().isfinite() for name in own}
            outcome = quick or self._lines(world, self.cuts)
        for name, one in own.items():
            values = self._beside(name, one, jitter) if one.siblings else outcome.values
            arrived = expected[name]
            upstream = max((finite_max(self.cuts[cut]) for cut in one.cuts), default=0.0)
            upstream = upstream or max(map(finite_max, arrived.values()), default=0.0)
            value = values.get(name, MISSING)
            others = [one[name[1:]] for one in again[name]]
            upstream = measured_upstream(arrived[name[1:]], others, upstream)
            found[name] = agreement(value, arrived[name[1:]], upstream=upstream)
            if found[name].verdict is Verdict.WRONG_HERE:
                found[name] = _where_finite(found[name], name, value, arrived[name[1:]], finite[name])
            if found[name].verdict is Verdict.RIGHT and not jitter:
                found[name] = self._exercised(name, value, found[name], skipped[name], upstream)
        return found

    def _moved(self, jitter: tuple[bool, ...]) -> Any:
        if not jitter:
            return self.open()
        return Jittered(self.open(), self.session, data=jitter[0], still=self.still)

    def _beside(self, name: str, own: Own, jitter: tuple[bool, ...]) -> Mapping[str, Any]:
        """The values where the siblings that the lines read are what autograd makes them."""
        with self._moved(jitter) as world:
            tensors = self._forward(world)
            arrived = self._arrivals(tensors, own.cuts)
            substitutes = {one: self.cuts[one] if one in own.cuts else arrived[one] for one in arrived}
            substitutes.pop(name[1:], None)
            return self._lines(world, substitutes).values

    def _skipped(
        self,
        tensors: Mapping[str, Tensor],
        name: str,
        own: Own,
        arrived: Mapping[str, Tensor],
        again: list[dict[str, Tensor]],
    ) -> dict[str, Tensor]:
        """What the VJP would be if a path that the lines skip, and that carries zero here, did not."""
        skipped = downstream(tensors, name[1:]).intersection(self.cuts) - own.cuts
        ordered = [one for one in tensors if one in skipped]
        silent = [one for one in ordered if is_rounding(arrived[one], [other[one] for other in again])]
        return {one: self._arrivals(tensors, own.cuts | {one})[name[1:]] for one in silent}

    def _exercised(
        self, name: str, value: Any, found: Agreement, skipped: Mapping[str, Tensor], upstream: float
    ) -> Agreement:
        for path, expected in skipped.items():
            if agreement(value, expected, upstream=upstream).verdict is Verdict.WRONG_HERE:
                message = f"the path through {path} carries a zero gradient at this batch"
                return found._replace(verdict=Verdict.NOT_EXERCISED, message=message)
        return found


def _where_finite(found: Agreement, name: str, value: Any, expected: Tensor, finite: Tensor) -> Agreement:
    """No accusation for entries where the tensor itself is infinite or NaN."""
    if bool(finite.all()) or agreement(torch.where(finite, value, expected), expected).verdict in _WRONG:
        return found
    message = f"it differs from its VJP only where {name[1:]} is infinite or NaN"
    return found._replace(verdict=Verdict.NOT_CHECKED, message=message)


_WRONG = (Verdict.WRONG_HERE, Verdict.WRONG_SHAPE)


def _is_nothing(value: Any) -> bool:
    """Whether a line wrote zeros: no fused formula, though the true gradient may cancel to zero."""
    return isinstance(value, Tensor) and not bool(value.any())
