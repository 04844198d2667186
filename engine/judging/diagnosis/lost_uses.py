"""A use that lines leave out: what is missing is what flows back through it, in every pass of their loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from ...execution.replay.noted_forward import Expression, noted_forward
from ...tensors.inert import is_tensor
from ..linecheck.helpers.flows import Arrival, Flows, flows_of
from ..linecheck.helpers.spots import words_of
from ..linecheck.helpers.watched_helpers import scene_of
from ..linecheck.lines.helper_lines import passes_of
from ..linecheck.lines.helper_places import Spot, WrongHelper
from ..linecheck.passes.attempt import Attempt
from .diagnosis import Diagnosis
from .trial import Trial

_MOST = 8
"""So many uses of one tensor are looked at, alone and in pairs."""
_ROUNDING = 1e-9


def lost_use(attempt: Attempt, trial: Trial, helper: WrongHelper) -> Diagnosis | None:
    """Which use of a tensor a line leaves out; None where that is not what it lacks."""
    value, expected = trial.value, trial.expected
    noted = noted_forward(attempt.session.program)
    if noted is None or not is_tensor(value) or value.shape != expected.shape:
        return None
    spot = helper.place.spot
    if spot.times != 1.0 or spot.rows is not None:
        return None
    with attempt.open() as world:
        flows = flows_of(attempt, world, noted)
        place, among = helper.place, len(flows.series(spot))
        turns = [place.turn(at, among) for at in range(passes_of(attempt.iteration, helper.line))]
        into = [_into(flows, spot, turn) for turn in turns if turn is not None]
        of = words_of(flows, noted.expressions, spot.whole)
    some = _lost(expected - value, expected, into)
    return Diagnosis("path_missing", _said(of, some, noted.expressions, also=True)) if some else None


def _into(flows: Flows, spot: Spot, turn: int) -> dict[Spot, Tensor]:
    """What flows in there, of some uses where the spot says which."""
    every = flows.into(Arrival(spot.whole, turn))
    return {use: one for use, one in every.items() if not spot.uses or use in spot.uses}


def lost_use_of(attempt: Attempt, name: str) -> Diagnosis | None:
    """Which use of its tensor the lines of a gradient leave out, where that is what they lack."""
    noted = noted_forward(attempt.session.program)
    if noted is None or attempt.dtype is None:
        return None
    scene = scene_of(attempt, noted, None, frozenset(attempt.reading.names) - {name})
    tensor = attempt.reading.tensor_of[name]
    value, arrival = scene.watched(lambda _: None).values.get(name), scene.flows.named.get(tensor)
    expected = scene.arrived.get(tensor)
    if arrival is None or expected is None or not is_tensor(value) or value.shape != expected.shape:
        return None
    some = _lost(expected - value, expected, [scene.flows.into(arrival)])
    also = bool(value.any())
    return Diagnosis("path_missing", _said(tensor, some, noted.expressions, also=also)) if some else None


def _lost(lacking: Tensor, expected: Tensor, into: Sequence[Mapping[Spot, Tensor]]) -> Sequence[Spot]:
    """One use or two whose contributions, pass by pass, are what is lacking; none where no two are."""
    uses = list(dict.fromkeys(spot for one in into for spot in one))[:_MOST]
    nothing = torch.zeros_like(expected[0] if len(into) > 1 else expected)
    for some in (*combinations(uses, 1), *combinations(uses, 2)):
        sums = [sum((one.get(spot, nothing) for spot in some), nothing) for one in into]
        found = torch.stack(sums) if len(sums) > 1 else sums[0]
        if bool(((found - lacking).abs() <= _ROUNDING * expected.abs().max()).all()):
            return some
    return ()


def _said(of: str, some: Sequence[Spot], expressions: Sequence[Expression], *, also: bool) -> str:
    texts = list(dict.fromkeys(expressions[spot.expression].text for spot in some))
    contributions = "its contribution is" if len(texts) == 1 else "their contributions are"
    return f"{of} is {'also ' if also else ''}used by {' and '.join(texts)}; {contributions} missing"
